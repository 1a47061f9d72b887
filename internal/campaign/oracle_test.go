package campaign

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// instant is how near to the end of a run an answer may be lost: it may come
// too late to be read.
const instant = time.Millisecond

// oracle says what a run must have come to.
type oracle struct {
	r      *run
	faults []string
	// answeredBy holds the rows that got an answer in time; maybe those that got
	// one at the very end.
	answeredBy, maybe map[string]bool
	// alerts are by submission and token; images by name, each with what the
	// answers said of it, which may differ.
	alerts map[string]alertAnswer
	images map[string]expectedImage
	// zero holds the Dockerfiles of tasks that count no file and name no image: an answer
	// only where all their images are answered by name.
	zero map[string]bool
	// found are the findings of sources by row; excuses are the sources that contradict themselves.
	found   map[string]map[string]int
	excuses map[string]bool
	// tolerated are the contradictions that --tolerate accepted.
	tolerated map[string]bool
}

// expectedImage is what the answers said of one image: sure is what came in time, and
// maybe what came at the very end.
type expectedImage struct{ sure, maybe []imageAnswer }

// fits reports whether counts are the worst of all that came in time, and of some of what
// came at the end.
func (e expectedImage) fits(got map[label]int) bool {
	for some := range 1 << len(e.maybe) {
		said := slices.Clone(e.sure)
		for i, late := range e.maybe {
			if some&(1<<i) != 0 {
				said = append(said, late)
			}
		}
		if maps.Equal(worst(said), got) {
			return true
		}
	}
	return false
}

// judge returns everything that is wrong with a run.
func judge(r *run) []string {
	o := &oracle{r: r, answeredBy: map[string]bool{}, maybe: map[string]bool{}, alerts: map[string]alertAnswer{}, images: map[string]expectedImage{},
		zero: map[string]bool{}, tolerated: map[string]bool{}, found: map[string]map[string]int{}, excuses: map[string]bool{}}
	for _, w := range slices.Concat(r.v.wrongs, r.n.wrongs) {
		o.fault("the service saw: %s", w)
	}
	o.readLog()
	o.readSources()
	o.checkSecrets()
	o.checkEnd()
	o.checkIdle()
	o.checkTwice()
	o.checkResumed()
	if o.usage() {
		return o.faults
	}
	if r.doc == nil || r.badDoc != nil {
		o.fault("no whole result.json: %v", r.badDoc)
		return o.faults
	}
	o.checkLedger()
	o.checkAlerts()
	o.checkImages()
	o.checkSources()
	o.checkReports()
	o.checkVerdict()
	return o.faults
}

func (o *oracle) fault(format string, args ...any) {
	o.faults = append(o.faults, fmt.Sprintf(format, args...))
}

// ends reports whether the run may have been over at a moment.
func (o *oracle) ends(at time.Duration) bool {
	near := func(end time.Duration) bool { return at > end-instant && at < end+instant }
	if near(o.r.s.policy.deadline()) || o.r.signed && near(o.r.s.signal) {
		return true
	}
	return slices.ContainsFunc(o.r.v.events, func(e event) bool { return e.temper == fatal && near(e.at) })
}

// readLog reads in the log of the service what it answered.
func (o *oracle) readLog() {
	for _, e := range o.r.v.events {
		if e.tolerated != "" && !o.ends(e.at) {
			o.tolerated[e.tolerated] = true
		}
		switch a := e.answer; {
		case a == nil || a.work.over || a.work.earlier && !a.work.asNow(o.r.s.tree):
		case a.report:
			o.readReport(e, a)
		case a.work.call == callDockerfiles && a.ours:
			o.readDockerfiles(e, a)
		case a.work.call == callNames && (a.ours || o.namesAll(a)):
			o.readImages(e, a)
		}
	}
	o.readClashes()
}

// readClashes: of two submissions with one id it is not known which of them was answered, also
// where an answer to another one names the same image.
func (o *oracle) readClashes() {
	for _, k := range o.r.v.works {
		if !k.clash {
			continue
		}
		for _, id := range k.rows() {
			delete(o.answeredBy, id)
			o.maybe[id] = true
		}
	}
}

func (o *oracle) answer(id string, at time.Duration, k *work) {
	if o.ends(at) || k.earlier {
		o.maybe[id] = true
		return
	}
	o.answeredBy[id] = true
}

func (o *oracle) readReport(e event, a *answer) {
	for _, found := range a.alerts {
		key := found.key(a.work.id)
		known, ok := o.alerts[key]
		found.maybe = (found.maybe || o.ends(e.at)) && (!ok || known.maybe)
		o.alerts[key] = found
	}
	if !a.sound || !a.work.success {
		return
	}
	for name := range a.work.files {
		if a.unsure {
			o.maybe[kindIaC+":"+name] = true
			continue
		}
		o.answer(kindIaC+":"+name, e.at, a.work)
	}
}

func (o *oracle) readDockerfiles(e event, a *answer) {
	for name := range a.work.files {
		id := kindDockerfile + ":" + name
		switch {
		case a.zero:
			o.zero[id] = true
		case a.sound && !slices.Contains(e.blames, id):
			o.answer(id, e.at, a.work)
		}
	}
	o.readImages(e, a)
}

// readImages: what was not planned counts as well; what is excluded does not.
func (o *oracle) readImages(e event, a *answer) {
	plan := o.r.s.plan
	got := a.answered(plan)
	for _, i := range a.images {
		full := plan.target(i)
		if full != "" && got[kindImage+":"+full] {
			o.answerImage(e, a, kindImage+":"+full)
		}
		if full == "" {
			full = i.full
		}
		if !i.readable || plan.target(i) == "" && (plan.excludes(i.full) || plan.excludes(i.base)) {
			continue
		}
		known := o.images[full]
		if o.ends(e.at) || !a.sound {
			known.maybe = append(known.maybe, i)
		} else {
			known.sure = append(known.sure, i)
		}
		o.images[full] = known
	}
}

// answerImage: whether a contradiction in a task is one of each image is not said.
func (o *oracle) answerImage(e event, a *answer, id string) {
	if !a.sound {
		o.maybe[id] = true
		return
	}
	o.answer(id, e.at, a.work)
}

// namesAll: a duplicate's answer counts if it names every image asked for.
func (o *oracle) namesAll(a *answer) bool {
	got := a.answered(o.r.s.plan)
	return !slices.ContainsFunc(a.work.asked, func(id string) bool { return !got[id] })
}

// checkLedger holds every row against what was planned and answered.
func (o *oracle) checkLedger() {
	seen := map[string]bool{}
	for _, row := range o.r.doc.Ledger {
		id := row.Target.Kind + ":" + row.Target.Name
		want, ok := o.r.s.plan.rows[id]
		if !ok || seen[id] {
			o.fault("row %s was not planned, or stands there twice", id)
		}
		seen[id] = true
		if row.Status != answered && row.Reason == "" || row.Status == failed && row.Fix == "" {
			o.fault("row %s is %s and says neither why nor what to do: %+v", id, row.Status, row)
		}
		if want.state != pending {
			// Two places may give two reasons to skip one image.
			if row.Status != want.state || row.Cause != want.cause && want.state != skipped {
				o.fault("row %s: %s (%s), discovery should have made it %s (%s)", id, row.Status, row.Cause, want.state, want.cause)
			}
			continue
		}
		o.checkRow(id, row.Status, row.Cause, row.Reason)
	}
	for id := range o.r.s.plan.rows {
		if !seen[id] {
			o.fault("row %s is missing", id)
		}
	}
}

func (o *oracle) checkRow(id, status, cause, reason string) {
	switch {
	case status == answered && o.zero[id] && !o.answeredBy[id]:
		o.checkZero(id)
	case status == answered && !o.answeredBy[id] && !o.maybe[id]:
		o.fault("row %s is answered, and nothing answered it", id)
	case status == failed && o.answeredBy[id]:
		o.fault("row %s is failed (%s: %s) though its answer was delivered", id, cause, reason)
	case status == failed && !o.maybe[id] && !o.excused(id):
		o.fault("row %s was given up (%s: %s) without need", id, cause, reason)
	case cause == "no-credentials" && !o.keyless(id) || cause == "timeout" && !o.late() && !o.hurriedRow(id):
		o.fault("row %s failed for %s: %s", id, cause, reason)
	case status != answered && status != failed:
		o.fault("row %s is left %s", id, status)
	}
}

// keyless: the credentials that a row needs are missing.
func (o *oracle) keyless(id string) bool {
	if s := o.r.s.source(id); s != nil && s.own() {
		return s.bare
	}
	return o.r.s.policy.noKey
}

// hurriedRow is hurried for any row.
func (o *oracle) hurriedRow(id string) bool {
	s := o.r.s.source(id)
	return s != nil && o.hurried(s)
}

// checkZero wants an answer by name to each image that a Dockerfile names by itself, without
// build arguments.
func (o *oracle) checkZero(id string) {
	for _, m := range o.r.s.tree.file(strings.TrimPrefix(id, kindDockerfile+":")).mentions {
		image := kindImage + ":" + m.name
		for _, row := range o.r.doc.Ledger {
			if m.state == pending && row.Target.Kind+":"+row.Target.Name == image && row.Status == failed {
				o.fault("row %s is answered by a task that scanned no file, and %s is not answered", id, image)
			}
		}
	}
}

// excused reports whether there was a reason to give a row up.
func (o *oracle) excused(id string) bool {
	s := o.r.s
	if source := s.source(id); source != nil {
		return o.excusedSource(source)
	}
	if s.policy.noKey || o.r.signed || o.late() || o.cutOff() {
		return true
	}
	return slices.ContainsFunc(o.r.v.events, func(e event) bool {
		once := s.policy.save && e.call == callIaC && e.temper == passing
		return e.temper == fatal || slices.Contains(e.blames, id) || once && (e.rows == nil || slices.Contains(e.rows, id))
	})
}

// late: the run lasted until its deadline.
func (o *oracle) late() bool { return o.r.took >= o.r.s.policy.deadline()-instant }

// patience is how long a client must at least try where there is no answer.
const patience = 30 * time.Second

// cutOff: there was no way to the service, for good or for long.
func (o *oracle) cutOff() bool {
	return slices.ContainsFunc(o.r.n.lost, func(l loss) bool {
		return l.forGood() || l.to-l.from >= patience
	})
}

// checkAlerts wants every alert of the reports that were delivered, once for
// each resource, and no other.
func (o *oracle) checkAlerts() {
	got := map[string]int{}
	for _, f := range o.r.doc.Findings {
		if f.Kind != kindIaC {
			continue
		}
		token := strings.TrimSuffix(strings.TrimPrefix(f.Summary, "Ensure that "), " is safe")
		key := alertAnswer{token: token, label: label{f.Severity, f.RawSeverity}}.key(f.Submission)
		got[key]++
		if _, ok := o.alerts[key]; !ok || f.Count != 1 {
			o.fault("finding %q of %s, %s (%q) x%d, is invented", f.Summary, f.Submission, f.Severity, f.RawSeverity, f.Count)
		}
	}
	for key, want := range o.alerts {
		if n := got[key]; n != want.refs && (n != 0 || !want.maybe) {
			o.fault("alert %s refers to %d resources, and is %d findings", key, want.refs, n)
		}
	}
}

// checkImages wants the counts of every image that was answered, and no others.
func (o *oracle) checkImages() {
	got := map[string]map[label]int{}
	for _, f := range o.r.doc.Findings {
		if f.Kind != kindImage {
			continue
		}
		if got[f.Image] == nil {
			got[f.Image] = map[label]int{}
		}
		l := label{f.Severity, f.RawSeverity}
		got[f.Image][l] = plus(got[f.Image][l], f.Count)
		_, planned := o.r.s.plan.rows[kindImage+":"+f.Image]
		if f.Unplanned == planned {
			o.fault("finding of %s: unplanned is %t", f.Image, f.Unplanned)
		}
	}
	for name := range o.images {
		if got[name] == nil {
			got[name] = map[label]int{}
		}
	}
	for name, found := range got {
		if said := o.images[name]; !said.fits(found) {
			o.fault("image %s counts %v, the service said %+v", name, found, said)
		}
	}
}
