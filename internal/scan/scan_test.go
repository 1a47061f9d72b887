package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
)

// The order in which scans end is not that of the outcome.
func TestSubmissionsAreSortedByPath(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{alerts: map[string][]alert{"a/main.tf": {{"a", "LOW", ""}}, "b/main.tf": {{"b", "LOW", ""}}, "c/main.tf": {{"c", "LOW", ""}}}}
		takes := map[string]time.Duration{"a/main.tf": 2 * time.Minute, "b/main.tf": 3 * time.Minute, "c/main.tf": time.Minute}
		f.hook = func(c *call) bool {
			return c.path == pathStatus && time.Since(c.work.made) < takes[c.work.files[0]] &&
				c.reply(http.StatusOK, `{"processing_ongoing":true,"success":false}`)
		}
		plan := planOf("iac:b/main.tf", "iac:a/main.tf", "iac:c/main.tf")
		var paths []string
		for _, s := range f.scanWith(t.Context(), t, plan, options(plan)).Submissions {
			paths = append(paths, s.Paths...)
		}
		if diff := gocmp.Diff([]string{"a/main.tf", "b/main.tf", "c/main.tf"}, paths); diff != "" {
			t.Errorf("paths of the submissions (-want +got):\n%s", diff)
		}
	})
}

func TestNoticesAreSortedAndSaidOnce(t *testing.T) {
	t.Parallel()
	var n notices
	for _, path := range []string{"b", "a", "", "a"} {
		n.add(path, "second")
		n.add(path, "%s", "first")
	}
	want := []result.Notice{{Text: "first"}, {Text: "second"}, {Path: "a", Text: "first"}, {Path: "a", Text: "second"}, {Path: "b", Text: "first"}, {Path: "b", Text: "second"}}
	if diff := gocmp.Diff(want, n.sorted()); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
}

// A panic in the goroutine of one kind is an error of the run, even if the rows of
// that kind are answered. The other kinds finish.
func TestPanicIsAnErrorOfTheRun(t *testing.T) {
	t.Parallel()
	for kind, other := range map[result.Kind]string{
		result.KindIaC:        "dockerfile:Dockerfile",
		result.KindDockerfile: "iac:a.tf",
		result.KindImage:      "iac:a.tf",
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				plan := planOf("iac:a.tf", "dockerfile:Dockerfile", "image:docker.io/library/redis:7")
				opts := options(plan)
				opts.Progress = func(p Progress) {
					if p.Kind == kind {
						panic("odd")
					}
				}
				o, err := (&fake{}).run(t.Context(), t, plan, opts)
				if _, ok := errors.AsType[*safe.PanicError](err); !ok {
					t.Errorf("error %v, want a *safe.PanicError", err)
				}
				for _, row := range o.Rows {
					if row.Reason == notAsked().Reason {
						t.Errorf("%s: %s, but the reason is the panic", row.Target.ID(), row.Reason)
					}
				}
				if row := rowOf(t, o, other); row.Status != result.Answered {
					t.Errorf("%s: %s (%s), want answered", other, row.Status, row.Reason)
				}
			})
		})
	}
}

func TestRowsThatAreNotSubmittedFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		plan := planOf("alerts:cloud-optix", "iac:a.tf", "iac:a.tf")
		o := (&fake{}).scanWith(t.Context(), t, plan, options(plan))
		wantFailed(t, o, "alerts:cloud-optix", result.CauseNotAnswered)
		if len(o.Rows) != 3 || o.Rows[1].Status == result.Pending || o.Rows[2].Status == result.Pending {
			t.Errorf("rows %+v", o.Rows)
		}
	})
}

func TestEmptyPlanSendsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		o := f.scanWith(t.Context(), t, planOf(), options(planOf()))
		if len(f.calls) != 0 || len(o.Rows)+len(o.Submissions)+len(o.Images)+len(o.Notices) != 0 {
			t.Errorf("%d requests, outcome %+v", len(f.calls), o)
		}
	})
}

// chaos is a fake that applies the next of a list of behaviours to each request,
// and records what it really answered.
type chaos struct {
	fake
	behaviours []int

	lock       sync.Mutex
	next       int
	misbehaved int
	answered   map[string]bool // row ids
	submitted  map[string]int  // row id → submissions that ended in an answer
	given      map[string]bool // answers: "template summary" or "image severity"

	// earlier has the tasks of earlier runs that the checked run has not polled.
	earlier map[string]bool
}

// isStale reports whether a task of an earlier run was done when this run first
// polled it. Its answer does not count then.
func (x *chaos) isStale(w *work) bool {
	first := x.earlier[w.id]
	delete(x.earlier, w.id)
	return first && x.done(w)
}

// The behaviours of the fake; plain and above is the correct answer.
const (
	badGateway = iota
	tooLarge
	broken
	login
	duplicate
	quota
	taskFailed
	unknownState
	teapot
	notFound
	otherScan
	refused
	plain
)

func (x *chaos) answer(c *call) bool {
	x.lock.Lock()
	defer x.lock.Unlock()
	b := plain
	if x.next < len(x.behaviours) {
		b = x.behaviours[x.next]
		x.next++
	}
	if b < plain && x.misbehave(b, c) {
		x.misbehaved++
		return true
	}
	x.remember(c)
	return false
}

func (x *chaos) misbehave(b int, c *call) bool {
	task := c.path == pathTask && c.work != nil
	submit := c.path == pathDocker || c.path == pathNames
	switch {
	case b == badGateway:
		return c.reply(http.StatusBadGateway, "")
	case b == tooLarge && len(c.files) > 0:
		return c.reply(http.StatusRequestEntityTooLarge, "")
	case b == broken:
		panic(http.ErrAbortHandler)
	case b == login:
		return c.reply(http.StatusOK, "<html><title>Log in</title></html>")
	case b == duplicate && submit:
		return c.reply(http.StatusOK, `{"taskId":"theirs","duplicate":true}`)
	case b == quota && submit:
		return c.reply(http.StatusOK, `{"quotaFull":true}`)
	case b == taskFailed && task:
		return c.json(map[string]any{"taskId": c.work.id, "status": "failed"})
	case b == unknownState && task:
		return c.json(map[string]any{"taskId": c.work.id, "status": "paused"})
	case b == teapot:
		return c.reply(http.StatusTeapot, "")
	case b == notFound && c.path == pathStatus:
		return c.reply(http.StatusBadRequest, "Unable to find the scan you requested")
	case b == otherScan && c.path == pathReport:
		return c.reply(http.StatusOK, `{"alerts":[{"scanID":"other","alertSummary":"x","criticalLevel":"HIGH","alertDetails":""}]}`)
	case b == refused:
		return c.reply(http.StatusUnauthorized, "")
	}
	return false
}

// remember records what a correct answer says.
func (x *chaos) remember(c *call) {
	if c.work == nil || c.work.id == "theirs" {
		return
	}
	if c.path == pathReport {
		for _, f := range c.work.files {
			x.answered["iac:"+f] = true
			x.submitted["iac:"+f]++
			for _, a := range x.alerts[f] {
				x.given[a.Summary] = true
			}
		}
	}
	if c.path == pathTask && !x.isStale(c.work) && x.done(c.work) {
		for _, f := range c.work.files {
			x.answered["dockerfile:"+f] = true
			x.submitted["dockerfile:"+f]++
		}
		for _, r := range x.results(c.work) {
			name := fmt.Sprint(r["registry"], "/", r["fullTag"])
			x.answered["image:"+name] = true
			for severity, n := range r["vulnerabilities"].(map[string]int) {
				if n > 0 {
					x.given[name+" "+severity] = true
				}
			}
		}
	}
}

// drawChaos draws a plan and a server.
func drawChaos(t *rapid.T) (*chaos, *result.Plan) {
	x := &chaos{answered: map[string]bool{}, submitted: map[string]int{}, given: map[string]bool{}}
	x.takes = time.Duration(rapid.IntRange(0, 300).Draw(t, "seconds")) * time.Second
	x.alerts, x.images, x.counts = map[string][]alert{}, map[string][]string{}, map[string]map[string]int{}
	var ids, from []string
	for i := range rapid.IntRange(0, 260).Draw(t, "templates") {
		p := fmt.Sprintf("d%d/%d.tf", i/100, i)
		ids = append(ids, "iac:"+p)
		if i%7 == 0 {
			x.alerts[p] = []alert{{Summary: "alert of " + p, Severity: "HIGH"}}
		}
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "images") {
		name := fmt.Sprintf("docker.io/library/i%d:1", i)
		kind := rapid.SampledFrom([]string{"image:", "from:", "unplanned:"}).Draw(t, "kind")
		if rapid.Bool().Draw(t, "pulled") {
			x.counts[name] = map[string]int{"critical": i % 2, "weird": i % 3}
		}
		if kind != "unplanned:" {
			ids = append(ids, kind+name)
		}
		from = append(from, name)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "dockerfiles") {
		p := fmt.Sprintf("d%d/Dockerfile", i)
		ids = append(ids, "dockerfile:"+p)
		if len(from) > 0 {
			x.images[p] = rapid.SliceOfDistinct(rapid.SampledFrom(from), rapid.ID[string]).Draw(t, "from")
		}
	}
	x.behaviours = rapid.SliceOfN(rapid.IntRange(0, rapid.SampledFrom([]int{plain, 3 * plain, 40 * plain}).Draw(t, "calm")), 0, 60).Draw(t, "behaviours")
	x.hook = x.answer
	return x, planOf(ids...)
}

func TestEveryRowEndsAndAnswersAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		x, plan := drawChaos(rt)
		var o Outcome
		synctest.Test(t, func(t *testing.T) {
			x.works = map[string]*work{"theirs": {id: "theirs", made: time.Now()}}
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
			defer cancel()
			o = x.scanWith(ctx, t, plan, options(plan))
		})
		checkRows(rt, x, plan, o)
		checkAnswers(rt, x, o)
	})
}

func checkRows(t *rapid.T, x *chaos, plan *result.Plan, o Outcome) {
	if len(o.Rows) != len(plan.Rows) {
		t.Fatalf("%d rows of %d", len(o.Rows), len(plan.Rows))
	}
	for i, row := range o.Rows {
		id := row.Target.ID()
		switch {
		case id != plan.Rows[i].Target.ID():
			t.Fatalf("row %d is %s", i, id)
		case row.Status == result.Pending:
			t.Fatalf("%s is pending", id)
		case row.Status == result.Answered && !x.answered[id]:
			t.Fatalf("%s is answered without an answer of the service", id)
		case row.Status == result.Failed && (row.Cause == "" || row.Reason == "" || row.Fix == ""):
			t.Fatalf("%s failed for %q: %q, fix %q", id, row.Cause, row.Reason, row.Fix)
		case x.misbehaved > 0:
		case row.Target.Kind != result.KindImage && x.submitted[id] != 1:
			t.Fatalf("%s was in %d submissions although nothing failed", id, x.submitted[id])
		case row.Status == result.Answered != x.answered[id]:
			t.Fatalf("%s is %s (%s) although nothing failed", id, row.Status, row.Reason)
		}
	}
}

func checkAnswers(t *rapid.T, x *chaos, o Outcome) {
	got := map[string]bool{}
	add := func(name string) {
		if got[name] {
			t.Fatalf("duplicate answer %s", name)
		}
		got[name] = true
	}
	for _, s := range o.Submissions {
		for _, a := range s.Alerts {
			add(a.Summary)
		}
	}
	for _, a := range o.Images {
		for _, c := range a.Counts {
			add(a.Image + " " + cmp.Or(c.RawSeverity, c.Severity.String()))
		}
	}
	if diff := gocmp.Diff(x.given, got); diff != "" {
		t.Fatalf("answers (-given +got):\n%s", diff)
	}
}
