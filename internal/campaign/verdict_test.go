package campaign

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// checkSecrets looks for the key wherever a run leaves something, and for what
// would act on a terminal.
func (o *oracle) checkSecrets() {
	places := map[string]string{"standard output": o.r.stdout, "standard error": o.r.stderr, "the state file": o.r.resume}
	hidden := map[string]string{o.r.s.key: "the key"}
	for _, s := range o.r.s.sources {
		hidden[s.secret], hidden[s.token()] = "the key of "+s.name, "a token of "+s.name
		for _, a := range s.stock {
			hidden[personOf(a.id)] = "a person in an alert of " + s.name
		}
	}
	for name, text := range o.r.reports {
		places[name] = string(text)
	}
	for name, text := range places {
		for secret, what := range hidden {
			if strings.Contains(text, secret) {
				o.fault("%s stands in %s", what, name)
			}
		}
		if strings.ContainsRune(text, 0x1b) {
			o.fault("an escape sequence stands in %s", name)
		}
	}
	if len(o.r.n.dials) > 0 {
		o.fault("the client went to %v", o.r.n.dials)
	}
}

// grace is how long after the deadline or a signal a run may still take.
const grace = 2 * time.Second

// mostRequests bounds what a run may ask: for each target that is planned a
// chain of calls (two for the uploads that a 413 halves). A chain polls with
// pauses of a tenth of the wait, and retries faults with growing pauses, so that it
// asks 25 times in its first half a minute and then, all in all, not more often than
// every ten seconds.
func mostRequests(s *schedule) int {
	chains := 2*len(s.plan.pending()) + 1
	return (chains + 10*len(s.sources)) * (25 + int(s.policy.deadline()/(10*time.Second)))
}

// checkEnd: it ends in time, within bounds, and its last line is the verdict.
func (o *oracle) checkEnd() {
	limit := o.r.s.policy.deadline()
	if o.r.signed {
		limit = o.r.s.signal
	}
	if o.r.took > limit+grace {
		o.fault("it took %v, and should have ended at %v", o.r.took, limit)
	}
	if n := o.r.v.requests + len(o.r.n.lost); n > mostRequests(o.r.s) {
		o.fault("%d requests, at most %d", n, mostRequests(o.r.s))
	}
	lines := o.r.lines()
	last := lines[len(lines)-1]
	if !strings.HasSuffix(o.r.stderr, "\n") || !strings.Contains(last, fmt.Sprintf(" (exit %d", o.r.code)) || !strings.HasPrefix(last, "scangate: ") {
		o.fault("exit %d, and the last line of standard error is %q", o.r.code, last)
	}
	for _, line := range lines[:len(lines)-1] {
		for _, word := range headwords() {
			if strings.HasPrefix(line, "scangate: "+word+" (exit") {
				o.fault("a line that is not the last looks like a verdict: %q", line)
			}
		}
	}
	for name := range o.r.reports {
		if name != "result.json" && name != "scangate.sarif" {
			o.fault("%s is left", name)
		}
	}
}

func headwords() []string {
	return []string{"PASS", "FAIL", "INCOMPLETE", "NOTHING TO SCAN", "TIMEOUT", "INTERRUPTED", "UNVERIFIED", "USAGE"}
}

// usage: without repository and branch there are no image scans; that is exit 2
// before anything is sent.
func (o *oracle) usage() bool {
	p := o.r.s.policy
	needed := slices.ContainsFunc(o.r.s.plan.pending(), func(r row) bool {
		return r.kind == kindDockerfile || r.kind == kindImage || r.kind == kindIaC && p.save
	})
	if !p.anonymous || !needed {
		return false
	}
	if o.r.code != 2 || o.r.v.requests > 0 || o.r.doc != nil {
		o.fault("neither repository nor branch: exit %d after %d requests", o.r.code, o.r.v.requests)
	}
	return true
}

// longestGap is the longest time without a sign of life: a Retry-After at its
// bound of two minutes or a pause between two polls, which is at most 12 % of the
// wait, and then a call that is given up after a minute.
func longestGap(s *schedule) time.Duration {
	return max(2*time.Minute, s.policy.deadline()*12/100) + time.Minute + 10*time.Second
}

// checkIdle: nothing a server says makes the client wait for longer. The answer to an upload,
// and one that comes byte by byte, may take until the deadline.
func (o *oracle) checkIdle() {
	signs := []time.Duration{o.r.took}
	for _, l := range o.r.n.lost {
		signs = append(signs, l.at)
	}
	for _, e := range o.r.v.events {
		if e.what == "drip" || e.what == "hang" && isUpload(e.call) {
			return
		}
		signs = append(signs, e.at)
	}
	slices.Sort(signs)
	last := time.Duration(0)
	for _, at := range signs {
		if at-last > longestGap(o.r.s) {
			o.fault("nothing was asked from %v to %v", last, at)
		}
		last = at
	}
}

// checkTwice: with --save-results nothing that may have arrived is sent again.
func (o *oracle) checkTwice() {
	if !o.r.s.policy.save {
		return
	}
	turnedAway := []string{"408", "425", "429-seconds", "429-date", "429-absurd", "503-soon", "the client went away"}
	arrived := map[string]string{}
	for _, e := range o.r.v.events {
		if e.call != callIaC {
			continue
		}
		if before, ok := arrived[e.subject]; ok {
			o.fault("[%s] is submitted again after %s, and may be stored twice", e.subject, before)
		}
		if !slices.Contains(turnedAway, e.what) {
			arrived[e.subject] = e.what
		}
	}
}

// verdict is what the rules make of a run.
type verdict struct {
	codes []int
	word  string
	soft  bool
}

// expect walks the precedence of the design over what has been checked: the
// ledger and the findings of result.json.
func (o *oracle) expect() verdict {
	p := o.r.s.policy
	crossed := p.crossed(o.sums())
	planned, lacking := 0, 0
	for _, row := range o.r.doc.Ledger {
		if row.Status != skipped {
			planned++
		}
		if row.Status != skipped && row.Status != answered {
			lacking++
		}
	}
	switch {
	case o.r.signed:
		return verdict{codes: []int{128 + int(o.r.s.which)}, word: "INTERRUPTED"}
	case crossed && !p.soft:
		return verdict{codes: []int{1}, word: "FAIL"}
	case lacking > 0 && (p.warnErrors || p.warnNoKey && o.onlyNoKey()):
		return verdict{codes: []int{0}, word: "UNVERIFIED", soft: crossed}
	case lacking > 0:
		return verdict{codes: o.three()}
	case planned == 0 && (!p.allowEmpty || o.r.s.plan.notSent):
		return verdict{codes: []int{4}, word: "NOTHING TO SCAN"}
	case crossed:
		return verdict{codes: []int{0}, word: "FAIL", soft: true}
	}
	return verdict{codes: []int{0}, word: "PASS"}
}

// sums adds up the findings by kind and severity.
func (o *oracle) sums() map[sum]int {
	sums := map[sum]int{}
	for _, f := range o.r.doc.Findings {
		of := sum{kind: f.Kind, severity: o.r.s.policy.counted(f.Severity)}
		if o.r.s.policy.own[f.Target] != nil {
			of.own = f.Target
		}
		sums[of] = plus(sums[of], f.Count)
	}
	return sums
}

// onlyNoKey: a missing key is all that is wrong.
func (o *oracle) onlyNoKey() bool {
	for _, row := range o.r.doc.Ledger {
		id := row.Target.Kind + ":" + row.Target.Name
		if row.Status == failed && (o.r.s.plan.rows[id].state == failed || !o.keyless(id)) {
			return false
		}
	}
	return true
}

// three tells 3 from 5: 5 is a service that answered well to the end and was
// not done. Where that is unknown, both are right.
func (o *oracle) three() []int {
	if !o.late() || o.r.s.policy.noKey {
		return []int{3}
	}
	sure := true
	for _, row := range o.r.doc.Ledger {
		id := row.Target.Kind + ":" + row.Target.Name
		if row.Status != failed {
			continue
		}
		if o.r.s.plan.rows[id].state == failed {
			return []int{3}
		}
		well, known := o.mood(id)
		if known && !well {
			return []int{3}
		}
		sure = sure && known
	}
	if sure {
		return []int{5}
	}
	return []int{3, 5}
}

// mood says how the service last spoke of a row before the deadline.
func (o *oracle) mood(id string) (well, known bool) {
	if len(o.r.n.lost) > 0 || o.r.s.source(id) != nil {
		return false, false
	}
	known = false
	for _, e := range o.r.v.events {
		if e.what == "reset-upload" {
			return false, false
		}
		if !slices.Contains(e.rows, id) {
			continue
		}
		if o.ends(e.at) {
			// Cut off by the deadline: a submission that never was answered is no
			// service that answered well.
			if slices.Contains(submissions(), e.call) {
				return false, false
			}
			continue
		}
		well = e.temper == "" || e.temper == waiting || e.temper == harmless
		well = well && !slices.Contains(e.blames, id)
		known = !o.strange(e)
	}
	return well, known && !o.unreadable(id)
}

// strange: the event is of another submission's task, whose faults are not ours.
func (o *oracle) strange(e event) bool {
	k := o.r.v.works[e.subject]
	return k != nil && !k.ours && e.temper != "" && e.temper != waiting
}

// unreadable: some answer named the image and could not be read.
func (o *oracle) unreadable(id string) bool {
	for _, e := range o.r.v.events {
		if e.answer == nil {
			continue
		}
		for _, i := range e.answer.images {
			if !i.readable && kindImage+":"+o.r.s.plan.target(i) == id {
				return true
			}
		}
	}
	return false
}

// checkVerdict holds exit code, line and record against the expectation.
func (o *oracle) checkVerdict() {
	want, rec := o.expect(), o.r.doc.Verdict
	if want.word == "" {
		want.word = map[int]string{3: "INCOMPLETE", 5: "TIMEOUT"}[o.r.code]
	}
	soft := ""
	if want.soft {
		soft = ", soft"
	}
	lines := o.r.lines()
	last := lines[len(lines)-1]
	head := fmt.Sprintf("scangate: %s (exit %d%s): ", want.word, o.r.code, soft)
	if !slices.Contains(want.codes, o.r.code) || !strings.HasPrefix(last, head) {
		o.fault("%q: want %s with exit %v%s", last, want.word, want.codes, soft)
	}
	for kind := range o.tolerated {
		if !strings.Contains(last, "tolerated: ") || !strings.Contains(last, kind) {
			o.fault("%q: %s was tolerated, and the line does not say so", last, kind)
		}
	}
	if rec.Exit != o.r.code || rec.Soft != want.soft || "scangate: "+rec.Line != last {
		o.fault("result.json records exit %d, soft %t, line %q", rec.Exit, rec.Soft, rec.Line)
	}
	o.checkCounts()
}

func (o *oracle) checkCounts() {
	counts, rec := map[string]int{}, o.r.doc.Verdict
	for s, n := range o.sums() {
		counts[s.severity] = plus(counts[s.severity], n)
	}
	said := maps.Clone(rec.Counts)
	maps.DeleteFunc(said, func(severity string, n int) bool { return n == 0 && counts[severity] == 0 })
	if !maps.Equal(counts, said) {
		o.fault("the verdict counts %v, the findings come to %v", rec.Counts, counts)
	}
	states := map[string]int{}
	for _, row := range o.r.doc.Ledger {
		states[row.Status]++
	}
	if rec.Answered != states[answered] || rec.Skipped != states[skipped] || rec.Failed != states[failed] || rec.Planned != states[answered]+states[failed] {
		o.fault("the verdict's record %+v is not the ledger's %v", rec, states)
	}
}

// checkReports: sarif is there only where no row failed and no signal ended the run, and whole. A
// run that waits for a second answer about its images may be ended although all rows are answered.
func (o *oracle) checkReports() {
	complete := o.r.doc.Interrupted == 0
	for _, row := range o.r.doc.Ledger {
		complete = complete && (row.Status == answered || row.Status == skipped)
	}
	text, ok := o.r.reports["scangate.sarif"]
	if ok != complete {
		o.fault("complete is %t, and the SARIF file is there: %t", complete, ok)
	}
	var log struct {
		Version string
		Runs    []struct{ Results []json.RawMessage }
	}
	if ok && (json.Unmarshal(text, &log) != nil || log.Version != "2.1.0" || len(log.Runs) != 1) {
		o.fault("the SARIF file is not whole, or an old one: %.80q", text)
	}
	if o.r.doc.Format != 1 {
		o.fault("result.json has format %d", o.r.doc.Format)
	}
}
