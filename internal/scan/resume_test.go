package scan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/state"
)

// series is a service and several runs that share a state file.
type series struct {
	*fake
	plan *result.Plan
	path string
	// files replaces the planned files of the next runs.
	files fs.FS
	// save is SaveResults, and onlyUnfinished the option of that name.
	save, onlyUnfinished bool
	// committer is who commits, if not the one of other tests.
	committer string
}

func newSeries(t *testing.T, f *fake, ids ...string) *series {
	t.Helper()
	return &series{fake: f, plan: planOf(ids...), path: filepath.Join(t.TempDir(), "state")}
}

// run is the next run; it has the deadline d.
func (a *series) run(t *testing.T, d time.Duration) Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	o := options(a.plan)
	o.SaveResults, o.OnlyUnfinished = a.save, a.onlyUnfinished
	o.Repo.CommitterName += a.committer
	if a.files != nil {
		o.Files = a.files
	}
	o.Resume = state.Open(a.path, state.Options{APIKey: "key", Now: time.Now})
	out := a.scanWith(ctx, t, a.plan, o)
	if notices := o.Resume.Notices(); len(notices) > 0 {
		t.Errorf("notices %v", notices)
	}
	return out
}

// wantPosts checks the number of submissions so far.
func (a *series) wantPosts(t *testing.T, n int) {
	t.Helper()
	if got := len(a.to(pathIaC)) + len(a.to(pathDocker)) + len(a.to(pathNames)); got != n {
		t.Errorf("%d submissions, want %d", got, n)
	}
}

func TestSecondRunResumes(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"iac:main.tf", "dockerfile:Dockerfile", "image:docker.io/library/nginx:1"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newSeries(t, &fake{takes: 3 * time.Minute, counts: map[string]map[string]int{"docker.io/library/nginx:1": {"high": 2}},
					alerts: map[string][]alert{"main.tf": {{"open to the world", "HIGH", ""}}}}, id)
				wantFailed(t, a.run(t, time.Minute), id, result.CauseTimeout)
				wantFailed(t, a.run(t, time.Minute), id, result.CauseTimeout, "of an earlier run", "-1 ", "--timeout")
				o := a.run(t, 5*time.Minute)
				a.wantPosts(t, 1)
				row := rowOf(t, o, id)
				if row.Status != result.Answered || len(row.Submissions) != 1 || len(o.Notices) != 1 {
					t.Errorf("row %+v, notices %v", row, o.Notices)
				}
				if row.Target.Kind != result.KindDockerfile && len(o.Submissions)+len(o.Images) != 1 {
					t.Errorf("submissions %+v, images %+v", o.Submissions, o.Images)
				}
			})
		})
	}
}

// changed has the files of a plan, with one byte changed in the file at path.
func changed(plan *result.Plan, path string) fs.FS {
	files := options(plan).Files.(fstest.MapFS)
	files[path].Data[9] = 'x'
	return files
}

func TestOtherContentIsSubmitted(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(a *series){
		"template": func(a *series) { a.files = changed(a.plan, "main.tf") },
		"helper":   func(a *series) { a.files = changed(a.plan, "a.tfvars") },
		"no helper": func(a *series) {
			a.plan.Helpers = nil
		},
		"path": func(a *series) { a.plan = planOf("iac:other.tf", "helper:a.tfvars") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newSeries(t, &fake{takes: time.Hour}, "iac:main.tf", "helper:a.tfvars")
				a.run(t, time.Second)
				a.run(t, time.Second)
				a.wantPosts(t, 1)
				change(a)
				a.run(t, time.Second)
				a.wantPosts(t, 2)
			})
		})
	}
}

func TestFinishedScanIsFreshForAnHour(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		id    string
		takes time.Duration
		later time.Duration
		posts int
	}{
		"scan within the hour":     {"iac:main.tf", 10 * time.Second, 58 * time.Minute, 1},
		"scan after the hour":      {"iac:main.tf", 10 * time.Second, time.Hour, 2},
		"scan of exactly an hour":  {"iac:main.tf", 10 * time.Second, time.Hour - 9*time.Second, 2},
		"scan of a second less":    {"iac:main.tf", 10 * time.Second, time.Hour - 10*time.Second, 1},
		"scan that takes hours":    {"iac:main.tf", 3 * time.Hour, 2*time.Hour + 50*time.Minute, 1},
		"scan of yesterday":        {"iac:main.tf", 30 * time.Hour, 25 * time.Hour, 2},
		"finished task":            {"image:docker.io/library/nginx:1", 10 * time.Second, time.Minute, 2},
		"task that takes hours":    {"dockerfile:Dockerfile", 3 * time.Hour, 2*time.Hour + 50*time.Minute, 1},
		"finished Dockerfile task": {"dockerfile:Dockerfile", 10 * time.Second, 5 * time.Second, 2},
	}
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newSeries(t, &fake{takes: tt.takes, counts: map[string]map[string]int{"docker.io/library/nginx:1": {}}}, tt.id)
				a.run(t, 9*time.Second)
				time.Sleep(tt.later)
				o := a.run(t, 20*time.Minute)
				a.wantPosts(t, tt.posts)
				if tt.takes < 24*time.Hour && rowOf(t, o, tt.id).Status != result.Answered {
					t.Errorf("row %+v", rowOf(t, o, tt.id))
				}
			})
		})
	}
}

// The hour begins when a run has read the answer, and not again when another run reads it.
func TestHourBeginsAtTheEndOfAScan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newSeries(t, &fake{takes: 40 * time.Minute, alerts: map[string][]alert{"main.tf": {{"open to the world", "HIGH", ""}}}}, "iac:main.tf")
		first := a.run(t, time.Hour)
		for range 2 {
			time.Sleep(25 * time.Minute)
			again := a.run(t, time.Hour)
			a.wantPosts(t, 1)
			if diff := gocmp.Diff(first.Submissions, again.Submissions); diff != "" || len(first.Submissions) != 1 {
				t.Errorf("submissions (-first +again):\n%s", diff)
			}
			if len(again.Notices) != 1 || !strings.Contains(again.Notices[0].Text, "were not uploaded") {
				t.Errorf("notices %v", again.Notices)
			}
		}
		time.Sleep(15 * time.Minute)
		a.run(t, time.Hour)
		a.wantPosts(t, 2)
	})
}

func TestOnlyUnfinishedIsResumed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newSeries(t, &fake{takes: 5 * time.Minute}, "iac:main.tf")
		a.onlyUnfinished = true
		wantFailed(t, a.run(t, time.Minute), "iac:main.tf", result.CauseTimeout)
		time.Sleep(10 * time.Minute) // it ends, and no run sees it
		wantAnswered(t, a.run(t, time.Minute), "iac:main.tf", result.BySubmission)
		a.wantPosts(t, 1)
		a.run(t, 10*time.Minute)
		a.wantPosts(t, 2)
		a.onlyUnfinished = false
		a.run(t, time.Minute)
		a.wantPosts(t, 2)
	})
}

// The service gets the committer of images, and of templates whose results it saves.
func TestOtherCommitterIsAnotherSubmission(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		id    string
		save  bool
		posts int
	}{
		"templates":       {"iac:main.tf", false, 1},
		"saved templates": {"iac:main.tf", true, 2},
		"Dockerfile":      {"dockerfile:Dockerfile", false, 2},
		"image":           {"image:docker.io/library/nginx:1", false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{takes: time.Hour}
				a := newSeries(t, f, tt.id)
				a.save = tt.save
				a.run(t, time.Second)
				a.committer = "other"
				a.run(t, time.Second)
				a.wantPosts(t, tt.posts)
			})
		})
	}
}

func TestSavedResultsAreStoredOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newSeries(t, &fake{}, "iac:main.tf")
		a.save = true
		for range 3 {
			wantAnswered(t, a.run(t, time.Minute), "iac:main.tf", result.BySubmission)
		}
		a.wantPosts(t, 1)
	})
}

func TestFinishedTaskIsNotResumed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newSeries(t, &fake{}, "dockerfile:Dockerfile", "iac:main.tf")
		a.run(t, time.Minute)
		polls := len(a.to(pathTask))
		a.hook = func(c *call) bool {
			if c.path == pathTask && c.work.id == a.to(pathTask)[0].work.id {
				t.Errorf("polled the finished task %s", c.work.id)
			}
			return false
		}
		a.run(t, time.Minute)
		if len(a.to(pathTask)) <= polls {
			t.Error("the second run did not poll its own task")
		}
		a.wantPosts(t, 3)
	})
}

// A scan or task that failed, or that the service no longer knows, is submitted again.
func TestLostSubmissionIsRepeated(t *testing.T) {
	t.Parallel()
	const unknown = "Unable to find the scan you requested"
	cases := map[string]struct {
		id, path string
		status   int
		body     string
	}{
		"unknown scan":       {"iac:main.tf", pathStatus, http.StatusBadRequest, unknown},
		"failed scan":        {"iac:main.tf", pathStatus, http.StatusOK, `{"processing_ongoing":false,"success":false,"error":"broken"}`},
		"silent failure":     {"iac:main.tf", pathStatus, http.StatusOK, `{"processing_ongoing":false,"success":false,"error":""}`},
		"login page":         {"iac:main.tf", pathStatus, http.StatusOK, "<html>"},
		"unknown task":       {"dockerfile:Dockerfile", pathTask, http.StatusNotFound, "no such task"},
		"failed task":        {"dockerfile:Dockerfile", pathTask, http.StatusOK, `{"taskId":"task-1","status":"failed"}`},
		"unknown status":     {"dockerfile:Dockerfile", pathTask, http.StatusOK, `{"taskId":"task-1","status":"paused"}`},
		"task of another id": {"dockerfile:Dockerfile", pathTask, http.StatusOK, `{"taskId":"task-9","status":"submitted"}`},
	}
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newSeries(t, &fake{takes: time.Minute}, tt.id)
				a.run(t, 15*time.Second)
				a.hook = func(c *call) bool {
					return c.path == tt.path && c.work != nil && strings.HasSuffix(c.work.id, "-1") && c.reply(tt.status, tt.body)
				}
				o := a.run(t, 10*time.Minute)
				a.wantPosts(t, 2)
				if row := rowOf(t, o, tt.id); row.Status != result.Answered {
					t.Errorf("row %+v", row)
				}
			})
		})
	}
}

// So is a task that fails later, while the run waits for it.
func TestTaskThatFailsWhileResumedIsRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newSeries(t, &fake{takes: time.Minute}, "dockerfile:Dockerfile")
		a.run(t, 15*time.Second)
		a.hook = func(c *call) bool {
			return c.work != nil && c.work.id == "task-1" && time.Since(c.work.made) > 40*time.Second && c.json(map[string]any{"taskId": "task-1", "status": "failed"})
		}
		wantAnswered(t, a.run(t, 10*time.Minute), "dockerfile:Dockerfile", result.BySubmission)
		a.wantPosts(t, 2)
	})
}

// In its first seconds a scan may still be unknown, also to a run that resumes it.
func TestYoungScanOfAnEarlierRunMayBeUnknown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newSeries(t, &fake{takes: time.Minute}, "iac:main.tf")
		a.hook = func(c *call) bool {
			return c.path == pathStatus && time.Since(c.work.made) < 7*time.Second && c.reply(http.StatusBadRequest, "Unable to find the scan you requested")
		}
		a.run(t, 3*time.Second)
		wantAnswered(t, a.run(t, 5*time.Minute), "iac:main.tf", result.BySubmission)
		a.wantPosts(t, 1)
	})
}

// The grace of a scan begins with its submission, not with the run that resumes it.
func TestScanOfAnEarlierRunMayBeIdleForTenSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newSeries(t, &fake{takes: time.Minute}, "iac:main.tf")
		a.run(t, 8*time.Second)
		a.hook = func(c *call) bool {
			return c.path == pathStatus && c.work.id == "scan-1" && c.reply(http.StatusOK, `{"processing_ongoing":false,"success":false}`)
		}
		began := time.Now()
		wantAnswered(t, a.run(t, 5*time.Minute), "iac:main.tf", result.BySubmission)
		a.wantPosts(t, 2)
		if waited := a.to(pathIaC)[1].at.Sub(began); waited < 2*time.Second || waited > 5*time.Second {
			t.Errorf("submitted again after %s, want the rest of ten seconds", waited)
		}
	})
}

func TestRefusedKeySubmitsNothing(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"iac:main.tf", "dockerfile:Dockerfile"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newSeries(t, &fake{takes: time.Minute}, id)
				a.run(t, 15*time.Second)
				a.hook = replyTo(http.StatusUnauthorized, "", pathStatus, pathTask)
				wantFailed(t, a.run(t, time.Minute), id, result.CauseUnauthorized)
				a.wantPosts(t, 1)
			})
		})
	}
}

// The next run must not resume a scan with a useless report.
func TestRunAfterABadReportSubmits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newSeries(t, &fake{}, "iac:main.tf")
		a.hook = func(c *call) bool {
			return c.path == pathReport && c.work.id == "scan-1" &&
				c.reply(http.StatusOK, `{"alerts":[{"scanID":"other","alertSummary":"x","criticalLevel":"HIGH","alertDetails":""}]}`)
		}
		wantFailed(t, a.run(t, time.Minute), "iac:main.tf", result.CauseProtocol)
		wantAnswered(t, a.run(t, time.Minute), "iac:main.tf", result.BySubmission)
		a.wantPosts(t, 2)
	})
}

// Nor a scan whose id the service gave to two submissions.
func TestRunAfterOneIDForTwoSubmissionsSubmits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var ids []string
		for i := range 300 {
			ids = append(ids, fmt.Sprintf("iac:m%d.tf", i))
		}
		a := newSeries(t, &fake{}, ids...)
		a.hook = func(c *call) bool {
			return c.path == pathIaC && c.n <= 2 && a.work("scan", c) != nil && c.reply(http.StatusOK, `{"scan_id":"scan-1"}`)
		}
		wantFailed(t, a.run(t, time.Minute), ids[0], result.CauseProtocol, "two submissions")
		o := a.run(t, time.Minute)
		for _, id := range ids {
			wantAnswered(t, o, id, result.BySubmission)
		}
		a.wantPosts(t, 4)
	})
}

// Each half of a batch that was too large is resumed, and the whole is not tried
// again.
func TestHalvesAreResumed(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"iac", "dockerfile"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var ids []string
				for i := range 4 {
					ids = append(ids, fmt.Sprintf("%s:%d", kind, i))
				}
				a := newSeries(t, &fake{takes: 10 * time.Minute}, ids...)
				a.hook = func(c *call) bool {
					return len(c.files) > 1 && c.reply(http.StatusRequestEntityTooLarge, "")
				}
				a.run(t, 15*time.Second)
				before := len(a.to(pathIaC)) + len(a.to(pathDocker))
				o := a.run(t, time.Hour)
				if kind == "iac" {
					a.wantPosts(t, before)
				}
				seen := map[string]int{}
				for _, c := range append(a.to(pathIaC), a.to(pathDocker)...) {
					seen[strings.Join(c.files, " ")]++
				}
				for files, n := range seen {
					if n != 1 {
						t.Errorf("%s was uploaded %d times", files, n)
					}
				}
				for _, id := range ids {
					wantAnswered(t, o, id, result.BySubmission)
				}
			})
		})
	}
}

func TestRefusalExpiresAfterAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newSeries(t, &fake{}, "iac:a.tf", "iac:b.tf")
		a.hook = func(c *call) bool {
			return len(c.files) > 1 && c.reply(http.StatusRequestEntityTooLarge, "")
		}
		for range 3 { // using a recorded refusal does not renew it
			a.run(t, time.Minute)
			time.Sleep(25 * time.Minute)
		}
		a.wantPosts(t, 3)
		a.hook = nil
		a.run(t, time.Minute)
		if calls := a.to(pathIaC); len(calls) != 4 || len(calls[3].files) != 2 {
			t.Errorf("the whole batch was not tried again: %d calls", len(calls))
		}
	})
}

func TestRefusalCountsForLessThanAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		key := func() (state.Key, bool) { return state.KeyOf("iac", "a.tf"), true }
		p := resumePoint{store: state.Open(filepath.Join(t.TempDir(), "state"), state.Options{APIKey: "key", Now: time.Now}), planned: key, sent: key}
		p.putRefused(errChanged)
		time.Sleep(time.Hour - time.Second)
		if _, ok, err := p.lookup(); ok || !errors.Is(err, errRefusedBefore) {
			t.Errorf("a second before the hour: %t, %v", ok, err)
		}
		time.Sleep(time.Second)
		if _, ok, err := p.lookup(); ok || err != nil {
			t.Errorf("after an hour: %t, %v", ok, err)
		}
	})
}

// fickle has a file whose content, of the same size, changes with each opening.
type fickle struct {
	fs.FS
	mu       sync.Mutex
	contents []string
}

func (f *fickle) Open(name string) (fs.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	text := f.contents[0]
	if len(f.contents) > 1 {
		f.contents = f.contents[1:]
	}
	return fstest.MapFS{name: {Data: []byte(text)}}.Open(name)
}

// Stat implements fs.StatFS: without it, fs.Stat would open the file.
func (f *fickle) Stat(name string) (fs.FileInfo, error) { return fs.Stat(f.FS, name) }

// An id is recorded for the content that was sent, not for what the file held before.
func TestIDIsRecordedForTheSentContent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newSeries(t, &fake{takes: time.Hour}, "iac:main.tf")
		a.run(t, time.Second) // the state needs an entry, or nothing is looked up
		disk := options(a.plan).Files
		// For the lookup, for the upload, and later.
		a.files = &fickle{FS: disk, contents: []string{"0123456789", "abcdefghij", "0123456789"}}
		a.run(t, time.Second)
		a.wantPosts(t, 2)
		a.files = &fickle{FS: disk, contents: []string{"abcdefghij"}}
		a.run(t, time.Second)
		a.wantPosts(t, 2)
		a.files = &fickle{FS: disk, contents: []string{"0123456789"}}
		a.run(t, time.Second)
		a.wantPosts(t, 3)
	})
}

// An upload that the client repeats is read again, and the hash restarts.
func TestRepeatedUploadIsResumed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newSeries(t, &fake{takes: time.Hour}, "iac:main.tf")
		a.hook = func(c *call) bool { return c.path == pathIaC && c.n == 1 && c.reply(http.StatusBadGateway, "") }
		a.run(t, time.Minute)
		a.wantPosts(t, 2)
		wantFailed(t, a.run(t, time.Minute), "iac:main.tf", result.CauseTimeout, "of an earlier run")
		a.wantPosts(t, 2)
	})
}

// A state changes only what is sent: answers and alerts are what the service says
// in this run.
func TestStateDoesNotChangeTheOutcome(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		x, plan := drawChaos(rt)
		stateFile := filepath.Join(t.TempDir(), "state")
		var cut []time.Duration
		for range rapid.IntRange(1, 2).Draw(rt, "runs before") {
			cut = append(cut, time.Duration(rapid.IntRange(1, 400).Draw(rt, "cut"))*time.Second)
		}
		var o, cold Outcome
		synctest.Test(t, func(t *testing.T) {
			x.works = map[string]*work{"theirs": {id: "theirs", made: time.Now()}}
			a := &series{fake: &x.fake, plan: plan, path: stateFile}
			for _, d := range cut {
				a.run(t, d)
			}
			x.forget()
			o = a.run(t, 30*time.Minute)
		})
		checkRows(rt, x, plan, o)
		checkAnswers(rt, x, o)
		if x.misbehaved > 0 {
			return
		}
		x.hook = nil
		synctest.Test(t, func(t *testing.T) { cold = x.scanWith(t.Context(), t, plan, options(plan)) })
		ids := gocmp.Options{
			cmpopts.IgnoreFields(result.Row{}, "Submissions"), cmpopts.IgnoreFields(result.Submission{}, "ID"), cmpopts.IgnoreFields(result.ImageAnswer{}, "Submission"),
		}
		if diff := gocmp.Diff(cold.Rows, o.Rows, ids); diff != "" {
			rt.Fatalf("rows without and with a state:\n%s", diff)
		}
		if diff := gocmp.Diff(cold.Submissions, o.Submissions, ids); diff != "" {
			rt.Fatalf("submissions without and with a state:\n%s", diff)
		}
		if diff := gocmp.Diff(cold.Images, o.Images, ids); diff != "" {
			rt.Fatalf("images without and with a state:\n%s", diff)
		}
	})
}

// forget restarts the record of answers. The time does not tell tasks of earlier runs
// from those of the next: a refused key ends a run in the instant of its submissions.
func (x *chaos) forget() {
	x.lock.Lock()
	defer x.lock.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.earlier = map[string]bool{}
	for id := range x.works {
		x.earlier[id] = true
	}
	x.answered, x.submitted, x.given = map[string]bool{}, map[string]int{}, map[string]bool{}
}
