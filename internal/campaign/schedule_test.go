package campaign

import (
	"fmt"
	"strings"
	"syscall"
	"time"
)

// schedule is everything that one run meets.
type schedule struct {
	seed    uint64
	key     string
	tree    *tree
	policy  *policy
	plan    *plan
	rules   []rule
	front   front
	outages []outage
	dirt    int           // how much the service finds, in percent
	slow    time.Duration // the longest that a scan takes
	files   int           // uploads of more files are refused with 413; 0: none are
	signal  time.Duration // when a signal comes; 0: none does
	which   syscall.Signal
	clock   []jump
	earlier *earlier // the run before; nil without one
	stale   bool     // reports of an earlier run lie there
	sources []*source
	alerts  bool // the command is scangate alerts
}

// jump sets the machine's clock wrong by off from a moment on.
type jump struct{ at, off time.Duration }

func newSchedule(seed uint64) *schedule {
	d := newDice(seed, "schedule")
	t := newTree(seed)
	s := &schedule{
		seed:   seed,
		key:    fmt.Sprintf("k%08x-%04x-%04x-%012x", d.Uint32(), d.IntN(1<<16), d.IntN(1<<16), d.Int64N(1<<48)),
		tree:   t,
		policy: newPolicy(seed, t),
		front:  oneOf(d, plain, plain, plain, secured, proxied),
		dirt:   oneOf(d, 0, 0, 0, 10, 40, 90),
		slow:   oneOf(d, time.Millisecond, 5*time.Second, time.Minute, 4*time.Minute),
		stale:  d.chance(30),
	}
	s.plan = t.plan(s.policy)
	s.outages = drawOutages(d, s.front)
	if d.chance(8) {
		s.files = d.between(1, 3)
	}
	if d.chance(5) {
		s.signal = d.span(time.Millisecond, oneOf(d, 3*time.Second, time.Minute))
		s.which = oneOf(d, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	}
	if d.chance(10) {
		s.clock = drawJumps(d)
	}
	if s.clock == nil && !s.policy.noKey && !s.policy.anonymous {
		s.earlier = drawEarlier(d)
	}
	if f, ok := forced(seed); s.clock == nil || ok && f.on != nil && len(f.among(calls())) == 0 {
		s.clock = nil // vendors are asked for a time
		s.sources = drawSources(newDice(seed, "sources"), seed)
	}
	if s.sources != nil && s.earlier == nil && d.chance(30) {
		s.alerts, s.plan = true, &plan{rows: map[string]row{}}
	}
	s.rules = drawRules(newDice(seed, "rules"), seed, s.calls())
	s.plan.add(s.sources)
	s.policy.take(s.sources)
	return s
}

// source is the source of a row; nil for others.
func (s *schedule) source(id string) *source {
	for _, source := range s.sources {
		if source.row() == id {
			return source
		}
	}
	return nil
}

// calls are those that a run may make.
func (s *schedule) calls() []string {
	all := calls()
	for _, source := range s.sources {
		all = append(all, source.calls...)
	}
	return all
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
		fmt.Fprintf(&b, ", %v at %v", s.which, s.signal)
	}
	if s.policy.noKey {
		b.WriteString(", no key")
	}
	if s.earlier != nil {
		fmt.Fprintf(&b, "\n  %s", s.earlier)
	}
	b.WriteString("\n")
	for _, f := range s.tree.files {
		fmt.Fprintf(&b, "  file %s%s: %q\n", f.path, strings.TrimSuffix(" -> "+f.link, " -> "), f.text)
	}
	for _, source := range s.sources {
		fmt.Fprintf(&b, "  source %s\n", source)
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
