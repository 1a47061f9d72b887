package campaign

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// The calls of the service that a scan needs.
const (
	callIaC         = "iac/scan"
	callStatus      = "iac/scan/status"
	callReport      = "iac/scan/detailedReport"
	callDockerfiles = "image-scanning/submit-for-scan"
	callNames       = "image-scanning/submit-for-scan/by-image-name"
	callTask        = "image-scanning/get-scan-result"
)

func calls() []string {
	return []string{callIaC, callStatus, callReport, callDockerfiles, callNames, callTask}
}

// temper says what a client may make of a fault.
type temper string

const (
	passing  temper = "passing"  // it goes away, or may: try again until the deadline
	final    temper = "final"    // no answer can be had from this: fail the target
	harmless temper = "harmless" // it can be read honestly
	waiting  temper = "waiting"  // not yet
	fatal    temper = "fatal"    // the key is refused: everything ends
)

// fault is one way to misbehave. on is the calls that can do so; none is all.
type fault struct {
	name   string
	temper temper
	on     []string
}

var (
	submissions = []string{callIaC, callDockerfiles, callNames}
	imageCalls  = []string{callDockerfiles, callNames}
	// bodies are the faults in which something comes that is no answer.
	bodies = []string{"html", "cut", "cut-chunked", "endless", "garbage", "half-json", "empty", "null", "array", "redirect-login"}
)

// faults lists what the service and what lies before it can do wrong.
func faults() []fault {
	list := []fault{
		{"reset", passing, nil}, {"reset-late", passing, nil}, {"hang", passing, nil}, {"very-slow", passing, nil},
		{"cut", passing, nil}, {"cut-chunked", passing, nil}, {"drip", passing, nil},
		{"reset-upload", passing, []string{callIaC, callDockerfiles}},
		{"429-seconds", passing, nil}, {"429-date", passing, nil}, {"429-absurd", passing, nil}, {"503-soon", passing, nil},
		{"slow", harmless, nil},
		{"html", final, nil}, {"redirect-away", final, nil}, {"redirect-loop", final, nil}, {"redirect-login", final, nil},
		{"endless", final, nil}, {"garbage", final, nil}, {"half-json", final, nil}, {"empty", final, nil}, {"null", final, nil}, {"array", final, nil},
		{"arguments", final, nil}, {"spoof", final, nil},
		{"unauthorized", fatal, nil}, {"no-user", fatal, nil}, {"key-not-seen", fatal, nil},

		{"no-id", final, submissions}, {"null-id", final, submissions}, {"blank-id", final, submissions},
		{"number-id", harmless, submissions}, {"summary", harmless, []string{callIaC}},
		{"duplicate", waiting, imageCalls}, {"duplicate-without-id", waiting, imageCalls},
		{"quota", final, imageCalls}, {"quota-as-text", final, imageCalls},

		{"neither", waiting, []string{callStatus}}, {"unheard-of", waiting, []string{callStatus}}, {"ongoing", waiting, []string{callStatus}},
		{"flags-as-text", harmless, []string{callStatus}}, {"other-spelling", harmless, []string{callStatus}},
		{"no-flags", final, []string{callStatus}}, {"null-flags", final, []string{callStatus}}, {"odd-flags", final, []string{callStatus}}, {"failed-why", final, []string{callStatus}},

		{"foreign-alert", final, []string{callReport}}, {"foreign-report", final, []string{callReport}},
		{"no-alerts", final, []string{callReport}}, {"null-alerts", final, []string{callReport}},
		{"null-alert", final, []string{callReport}}, {"trailing", final, []string{callReport}}, {"unknown-scan", final, []string{callReport}},
		{"odd-severity", harmless, []string{callReport}}, {"no-severity", harmless, []string{callReport}}, {"number-severity", harmless, []string{callReport}},
		{"lower-case", harmless, []string{callReport}}, {"no-scan-id", harmless, []string{callReport}},

		{"failed", final, []string{callTask}}, {"odd-status", final, []string{callTask}}, {"no-status", final, []string{callTask}},
		{"other-id", final, []string{callTask}}, {"no-result", final, []string{callTask}}, {"null-result", final, []string{callTask}},
		{"object-result", final, []string{callTask}}, {"null-item", final, []string{callTask}}, {"never", waiting, []string{callTask}},
		{"drop", harmless, []string{callTask}}, {"extra", harmless, []string{callTask}}, {"twice", harmless, []string{callTask}},
		{"counts-as-text", harmless, []string{callTask}}, {"negative", harmless, []string{callTask}}, {"fraction", harmless, []string{callTask}},
		{"null-counts", harmless, []string{callTask}}, {"no-counts", harmless, []string{callTask}}, {"odd-secure", harmless, []string{callTask}},
		{"short-names", harmless, []string{callTask}}, {"registry-url", harmless, []string{callTask}}, {"digest-added", harmless, []string{callTask}}, {"digest-lost", harmless, []string{callTask}},
	}
	for _, status := range []int{408, 425, 500, 502, 503, 504, 520} {
		list = append(list, fault{fmt.Sprint(status), passing, nil})
	}
	for _, status := range []int{403, 404, 413, 418, 501} {
		list = append(list, fault{fmt.Sprint(status), final, nil})
	}
	return list
}

// rule has a call misbehave: from its first to its last attempt, counted for
// each subject (what is submitted, or asked about) by itself, and for one of so
// many subjects.
type rule struct {
	call, fault string
	temper      temper
	first, last int
	share       int
}

const forever = math.MaxInt

func (r rule) String() string {
	last := "for ever"
	if r.last != forever {
		last = fmt.Sprintf("to %d", r.last)
	}
	return fmt.Sprintf("%s: %s (%s), attempts %d %s, one subject of %d", r.call, r.fault, r.temper, r.first, last, r.share)
}

// drawRules draws how the service misbehaves.
func drawRules(d dice) []rule {
	n := oneOf(d, 0, 1, 1, 1, 2, 2, 3, 4, 6)
	var rules []rule
	for range n {
		rules = append(rules, drawRule(d))
	}
	return rules
}

func drawRule(d dice) rule {
	r := rule{call: oneOf(d, calls()...), first: oneOf(d, 1, 1, 1, 2, 3), share: oneOf(d, 1, 1, 1, 2, 3)}
	fits := slices.DeleteFunc(faults(), func(f fault) bool { return f.on != nil && !slices.Contains(f.on, r.call) })
	own := slices.DeleteFunc(slices.Clone(fits), func(f fault) bool { return f.on == nil })
	lies := slices.DeleteFunc(slices.Clone(fits), func(f fault) bool { return !slices.Contains(bodies, f.name) })
	f := oneOf(d, fits...)
	switch roll := d.IntN(100); {
	case roll < 45 && len(own) > 0:
		f = oneOf(d, own...)
	case roll < 65:
		f = oneOf(d, lies...)
	}
	if f.temper == fatal && d.chance(60) {
		f = oneOf(d, fits...)
	}
	r.fault, r.temper = f.name, f.temper
	r.last = r.first + oneOf(d, 0, 0, 1, 2, 5)
	if d.chance(25) {
		r.last = forever
	}
	return r
}

func drawOutages(d dice) []outage {
	if d.chance(85) {
		return nil
	}
	o := outage{how: oneOf(d, "refused", "refused", "dns", "nohost", "hole")}
	o.from = oneOf(d, 0, 0, d.span(0, 20*time.Second))
	o.to = o.from + d.span(0, 40*time.Second)
	if d.chance(30) {
		o.to = math.MaxInt64
	}
	return []outage{o}
}

// rule returns the rule that holds for an attempt; nil where all goes well.
func (s *schedule) rule(call, subject string, attempt int) *rule {
	for i, r := range s.rules {
		if r.call != call || attempt < r.first || attempt > r.last {
			continue
		}
		if newDice(s.seed, "share", i, subject).IntN(r.share) == 0 {
			return &s.rules[i]
		}
	}
	return nil
}

// schedule is everything that one run meets.
type schedule struct {
	seed    uint64
	key     string
	tree    *tree
	policy  *policy
	plan    *plan
	rules   []rule
	outages []outage
	dirt    int           // how much the service finds, in percent
	slow    time.Duration // the longest that a scan takes
	files   int           // uploads of more files are refused with 413; 0: none are
	signal  time.Duration // when a signal comes; 0: none does
	term    bool          // it is SIGTERM
	clock   []jump
	stale   bool // reports of an earlier run lie there
}

// jump sets the machine's clock wrong by off from a moment on.
type jump struct{ at, off time.Duration }

func newSchedule(seed uint64) *schedule {
	d := newDice(seed, "schedule")
	t := newTree(seed)
	s := &schedule{
		seed:    seed,
		key:     fmt.Sprintf("k%08x-%04x-%04x-%012x", d.Uint32(), d.IntN(1<<16), d.IntN(1<<16), d.Int64N(1<<48)),
		tree:    t,
		policy:  newPolicy(seed, t),
		rules:   drawRules(d),
		outages: drawOutages(d),
		dirt:    oneOf(d, 0, 0, 0, 10, 40, 90),
		slow:    oneOf(d, time.Millisecond, 5*time.Second, time.Minute, 4*time.Minute),
		stale:   d.chance(30),
	}
	if d.chance(8) {
		s.files = d.between(1, 3)
	}
	if d.chance(5) {
		s.signal, s.term = d.span(time.Millisecond, oneOf(d, 3*time.Second, time.Minute)), d.chance(50)
	}
	if d.chance(10) {
		s.clock = drawJumps(d)
	}
	s.plan = t.plan(s.policy)
	return s
}

func drawJumps(d dice) []jump {
	jumps := []jump{{0, oneOf(d, 0, 0, d.span(-100*time.Hour, 100*time.Hour))}}
	for range d.between(1, 3) {
		last := jumps[len(jumps)-1].at
		jumps = append(jumps, jump{last + d.span(0, 30*time.Second), d.span(-50*time.Hour, 50*time.Hour)})
	}
	return jumps
}

// wrong is by how much the clock is wrong at a moment.
func (s *schedule) wrong(at time.Duration) time.Duration {
	off := time.Duration(0)
	for _, j := range s.clock {
		if j.at <= at {
			off = j.off
		}
	}
	return off
}

// String is the schedule for people.
func (s *schedule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: takes up to %v, finds %d %%, deadline %v", s.seed, s.slow, s.dirt, s.policy.deadline())
	if s.files > 0 {
		fmt.Fprintf(&b, ", 413 above %d files", s.files)
	}
	if s.signal > 0 {
		fmt.Fprintf(&b, ", signal at %v (SIGTERM %t)", s.signal, s.term)
	}
	if s.policy.noKey {
		b.WriteString(", no key")
	}
	b.WriteString("\n")
	for _, f := range s.tree.files {
		fmt.Fprintf(&b, "  file %s%s: %q\n", f.path, strings.TrimSuffix(" -> "+f.link, " -> "), f.text)
	}
	for _, r := range s.rules {
		fmt.Fprintf(&b, "  rule %s\n", r)
	}
	for _, o := range s.outages {
		fmt.Fprintf(&b, "  outage %s from %v to %v\n", o.how, o.from, o.to)
	}
	for _, j := range s.clock {
		fmt.Fprintf(&b, "  clock wrong by %v from %v on\n", j.off, j.at)
	}
	return b.String()
}
