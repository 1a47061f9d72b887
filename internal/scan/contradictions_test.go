package scan

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// answers is a hook that answers the calls of a path. <id> stands for the id of the scan or
// task.
func answers(path, text string) func(*call) bool {
	return func(c *call) bool {
		return c.path == path && c.work != nil && c.reply(http.StatusOK, strings.ReplaceAll(text, "<id>", c.work.id))
	}
}

// run1 runs a plan against a fake and accepts some contradictions.
func run1(t *testing.T, f *fake, plan *result.Plan, accepted ...result.Contradiction) Outcome {
	t.Helper()
	o := options(plan)
	o.Tolerate = accepted
	return f.scanWith(t.Context(), t, plan, o)
}

// wantTolerable requires that the row fails with the sentence, and that it is answered, with
// the sentence as a notice, if the contradiction is accepted. run makes a run.
func wantTolerable(t *testing.T, id string, kind result.Contradiction, says string, run func(*testing.T, ...result.Contradiction) Outcome) {
	t.Helper()
	var others []result.Contradiction
	for _, other := range everyContradiction() {
		if other != kind {
			others = append(others, other)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		wantFailed(t, run(t, others...), id, result.CauseProtocol, says, "--tolerate "+string(kind))
	})
	synctest.Test(t, func(t *testing.T) {
		o := run(t, kind)
		if row := rowOf(t, o, id); row.Status != result.Answered {
			t.Errorf("%s although the contradiction is accepted: %s", row.Status, row.Reason)
		}
		if got := noticesFor(o, ""); !strings.Contains(got, says) || !strings.Contains(got, string(kind)) {
			t.Errorf("notices %q", got)
		}
	})
}

func everyContradiction() []result.Contradiction {
	var all []result.Contradiction
	for _, c := range result.Contradictions() {
		all = append(all, c.Contradiction)
	}
	return all
}

const oneCritical = `{"alerts":[{"scanID":"<id>","alertSummary":"open","criticalLevel":"CRITICAL","alertDetails":""}]%s}`

func TestScansThatContradictThemselves(t *testing.T) {
	t.Parallel()
	report := func(rest string) func(*call) bool { return answers(pathReport, fmt.Sprintf(oneCritical, rest)) }
	for name, tt := range map[string]struct {
		hook func(*call) bool
		says string
		// kind is set if the contradiction can be accepted.
		kind result.Contradiction
		// alerts are expected in the outcome.
		alerts int
	}{
		"success with an error": {
			answers(pathStatus, `{"processing_ongoing":false,"success":true,"error":"1 of 1 files could not be parsed"}`),
			"scan scan-1 succeeded, and its status has an error: 1 of 1 files could not be parsed", result.SuccessWithError, 0,
		},
		"status of another scan": {
			answers(pathStatus, `{"processing_ongoing":false,"success":true,"scan_id":"other"}`), `the status of scan scan-1 names scan "other"`, "", 0,
		},
		"report with an error":      {report(`,"error":"not ready"`), "the report of scan scan-1 has an error: not ready", result.ReportError, 1},
		"report of another scan":    {report(`,"scan_id":"other"`), `the report of scan scan-1 is of scan "other"`, "", 1},
		"report of scan with other": {report(`,"scan_id":"<id>","scanID":"other"`), `the report of scan scan-1 is of scan "other"`, "", 1},
		"report without success":    {report(`,"success":false`), "the report of scan scan-1 says that the scan did not succeed", "", 1},
		"report of an ongoing scan": {report(`,"processing_ongoing":true`), "the report of scan scan-1 says that the scan is still being processed", "", 1},
		"report with a next page":   {report(`,"hasNext":true`), "the report of scan scan-1 says that it has more pages", "", 1},
		"report with five pages":    {report(`,"hasNext":false,"totalPages":5,"currentPage":1`), "the report of scan scan-1 says that it has more pages", "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scan := func(t *testing.T, accepted ...result.Contradiction) Outcome {
				t.Helper()
				o := run1(t, &fake{hook: tt.hook}, planOf("iac:main.tf"), accepted...)
				alerts := 0
				for _, s := range o.Submissions {
					alerts += len(s.Alerts)
				}
				if alerts != tt.alerts {
					t.Errorf("%d alerts, want %d", alerts, tt.alerts)
				}
				return o
			}
			if tt.kind != "" {
				wantTolerable(t, "iac:main.tf", tt.kind, tt.says, scan)
				return
			}
			synctest.Test(t, func(t *testing.T) {
				o := scan(t, everyContradiction()...)
				wantFailed(t, o, "iac:main.tf", result.CauseProtocol, tt.says, "run again; if it stays so, report it to the vendor of the service")
			})
		})
	}
}

func TestReportsThatContradictNothing(t *testing.T) {
	t.Parallel()
	for _, rest := range []string{
		"", `,"error":null`, `,"error":""`, `,"success":true`, `,"scan_id":"<id>"`, `,"hasNext":false,"totalPages":1`, `,"processing_ongoing":false`,
	} {
		synctest.Test(t, func(t *testing.T) {
			o := run1(t, &fake{hook: answers(pathReport, fmt.Sprintf(oneCritical, rest))}, planOf("iac:main.tf"))
			wantAnswered(t, o, "iac:main.tf", result.BySubmission)
		})
	}
}

// summarized submits with a summary of critical and high alerts.
func summarized(f *fake, critical, high int) func(*call) bool {
	return func(c *call) bool {
		return c.path == pathIaC && c.json(map[string]any{"scan_id": f.work("scan", c).id, "summary": map[string]any{
			"num_critical_alerts": critical, "num_high_alerts": high, "num_medium_alerts": 0, "num_low_alerts": 0,
		}})
	}
}

func TestSummaryAgainstReport(t *testing.T) {
	t.Parallel()
	critical, high, unknown, info := alert{"a", "CRITICAL", ""}, alert{"b", "high", ""}, alert{"c", "SEVERE", ""}, alert{"d", "INFO", ""}
	for name, tt := range map[string]struct {
		critical, high int
		alerts         []alert
		says           string // "" if there is no contradiction
	}{
		"equal":                     {1, 1, []alert{high, critical, info}, ""},
		"nothing":                   {0, 0, nil, ""},
		"empty report":              {5, 0, nil, "scan scan-1 has 5 critical alerts in the answer to its submission, and 0 in its report"},
		"empty summary":             {0, 0, []alert{critical}, "scan scan-1 has 0 critical alerts in the answer to its submission, and 1 in its report"},
		"other severities":          {1, 0, []alert{high}, "has 1 critical alerts"},
		"second severity":           {1, 2, []alert{critical, high}, "has 2 high alerts in the answer to its submission, and 1 in its report"},
		"unknown counted":           {1, 0, []alert{unknown}, ""},
		"unknown not counted":       {0, 1, []alert{unknown, high}, ""},
		"more than unknown explain": {1, 1, []alert{unknown}, "has 1 high alerts"},
		"info counted":              {0, 1, []alert{info}, "has 1 high alerts"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scan := func(t *testing.T, accepted ...result.Contradiction) Outcome {
				t.Helper()
				f := &fake{alerts: map[string][]alert{"main.tf": tt.alerts}}
				f.hook = summarized(f, tt.critical, tt.high)
				o := run1(t, f, planOf("iac:main.tf"), accepted...)
				if len(tt.alerts) > 0 && len(o.Submissions[0].Alerts) != len(tt.alerts) {
					t.Errorf("alerts %v", o.Submissions)
				}
				return o
			}
			if tt.says != "" {
				wantTolerable(t, "iac:main.tf", result.SummaryMismatch, tt.says, scan)
				return
			}
			synctest.Test(t, func(t *testing.T) {
				wantAnswered(t, scan(t), "iac:main.tf", result.BySubmission)
			})
		})
	}
}

// Two submissions with one id: neither is answered, although the report was read for one of
// them, and its alerts are kept.
func TestOneIDForTwoSubmissions(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		plan func() []string
		hook func(f *fake) func(*call) bool
		says string
	}{
		"scan": {
			func() []string {
				var ids []string
				for i := range 300 {
					ids = append(ids, fmt.Sprintf("iac:m%03d.tf", i))
				}
				return ids
			},
			func(f *fake) func(*call) bool {
				return func(c *call) bool {
					if c.path != pathIaC {
						return false
					}
					f.work("scan", c)
					return c.reply(http.StatusOK, `{"scan_id":"scan-1","summary":null}`)
				}
			},
			`the service gave two submissions the same scan id "scan-1"`,
		},
		"task": {
			func() []string {
				var ids []string
				for i := range 300 {
					ids = append(ids, fmt.Sprintf("dockerfile:d%03d/Dockerfile", i))
				}
				return ids
			},
			func(f *fake) func(*call) bool {
				return func(c *call) bool {
					if c.path != pathDocker {
						return false
					}
					f.work("task", c)
					return c.reply(http.StatusOK, `{"taskId":"task-1","duplicate":false,"quotaFull":false}`)
				}
			},
			`the service gave two submissions the same task id "task-1"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{alerts: map[string][]alert{"m000.tf": {{"open", "LOW", ""}}, "m299.tf": {{"open", "LOW", ""}}}}
				f.hook = tt.hook(f)
				ids := tt.plan()
				o := run1(t, f, planOf(ids...), everyContradiction()...)
				for _, id := range ids {
					wantFailed(t, o, id, result.CauseProtocol, tt.says)
				}
				if name == "scan" && len(o.Submissions) != 1 {
					t.Errorf("the alerts are lost: %v", o.Submissions)
				}
			})
		})
	}
}

// The second submission may come when the first is answered.
func TestIDThatIsGivenAgainLater(t *testing.T) {
	t.Parallel()
	plan := planOf("iac:a.tf", "iac:b.tf")
	r := newRun(nil, plan, options(plan), nil)
	for range 2 { // the second is the same submission, as after a failed resumption
		if err := r.claim([]string{"iac:a.tf"}, "scan", "s"); err != nil {
			t.Fatal(err)
		}
		r.ledger.answer("iac:a.tf", result.BySubmission)
	}
	if err := r.claim([]string{"iac:b.tf"}, "task", "s"); err != nil {
		t.Fatalf("a task and a scan may have the same id: %v", err)
	}
	if r.claim([]string{"iac:b.tf"}, "scan", "s") == nil {
		t.Fatal("no contradiction")
	}
	row := r.ledger.close(notAsked())[0]
	if row.Status != result.Failed || row.Evidence != "" || row.Cause != result.CauseProtocol {
		t.Errorf("row %+v", row)
	}
}

// A report that broke off and comes back shorter is not an answer. Its alerts are kept.
func TestReportThatComesBackShorter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{hook: func(c *call) bool {
			switch {
			case c.path != pathReport:
				return false
			case c.n > 1:
				return c.reply(http.StatusOK, `{"alerts":[]}`)
			}
			c.w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(c.w, `{"alerts":[{"alertSummary":"seen","criticalLevel":"CRITICAL"},{"alertSum`)
			_ = http.NewResponseController(c.w).Flush()
			panic(http.ErrAbortHandler)
		}}
		o := run1(t, f, planOf("iac:main.tf"), everyContradiction()...)
		wantFailed(t, o, "iac:main.tf", result.CauseProtocol, "the report of scan scan-1 broke off, and was read again without 1 of its alerts")
		want := []result.Alert{{Severity: result.Critical, Summary: "seen"}}
		if diff := cmp.Diff(want, o.Submissions[0].Alerts); diff != "" {
			t.Errorf("alerts (-want +got):\n%s", diff)
		}
	})
}

// So is one that breaks off for ever, or that is invalid after some alerts.
func TestAlertsOfABrokenReportAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{hook: answers(pathReport, `{"alerts":[{"alertSummary":"seen","criticalLevel":"CRITICAL"},{"alertSummary":[]}]}`)}
		o := run1(t, f, planOf("iac:main.tf"))
		wantFailed(t, o, "iac:main.tf", result.CauseProtocol, "alerts[1].alertSummary")
		if len(o.Submissions) != 1 || len(o.Submissions[0].Alerts) != 1 {
			t.Errorf("submissions %v", o.Submissions)
		}
	})
}

// withFiles runs a plan whose Dockerfiles have contents.
func withFiles(t *testing.T, f *fake, plan *result.Plan, files map[string]string, accepted ...result.Contradiction) Outcome {
	t.Helper()
	content := fstest.MapFS{}
	for i := range plan.Rows {
		target := &plan.Rows[i].Target
		if text, ok := files[target.Name]; ok {
			content[target.Name] = &fstest.MapFile{Data: []byte(text)}
			target.Size = int64(len(text))
		}
	}
	o := options(plan)
	o.Files, o.Tolerate = content, accepted
	return f.scanWith(t.Context(), t, plan, o)
}

// scanned answers a Dockerfile task with this number of files, and names its images.
func scanned(f *fake, files any) func(*call) bool {
	return func(c *call) bool {
		return c.path == pathTask && len(c.work.files) > 0 && c.json(map[string]any{
			"taskId": c.work.id, "status": "complete", "filesScanned": files, "scanResult": f.results(c.work),
		})
	}
}

func TestNoFileScannedBesideImages(t *testing.T) {
	t.Parallel()
	for _, zero := range []any{0, "0", []any{}} {
		scan := func(t *testing.T, accepted ...result.Contradiction) Outcome {
			t.Helper()
			f := &fake{images: map[string][]string{"Dockerfile": {nginx, redis}}, counts: map[string]map[string]int{nginx: {"low": 1}, redis: {"critical": 2}}}
			f.hook = func(c *call) bool { // by name, the images have no vulnerability
				return scanned(f, zero)(c) || c.path == pathTask && c.json(map[string]any{
					"taskId": c.work.id, "status": "complete",
					"scanResult": []any{map[string]any{"fullTag": nginx, "vulnerabilities": map[string]int{"low": 0}}},
				})
			}
			o := withFiles(t, f, planOf("dockerfile:Dockerfile", "from:"+nginx), map[string]string{"Dockerfile": "FROM nginx:1.19\n"}, accepted...)
			// What the task said of the images is kept.
			wantAnswered(t, o, "image:"+nginx, result.ByName)
			if len(o.Images) != 2 || len(o.Images[0].Counts) != 1 || len(o.Images[1].Counts) != 1 {
				t.Errorf("images %+v", o.Images)
			}
			if byName := len(f.to(pathNames)) > 0; byName != (len(accepted) != 1) {
				t.Errorf("asked by name: %v", byName)
			}
			return o
		}
		wantTolerable(t, "dockerfile:Dockerfile", result.FilesScannedZero, "the answer to task task-1 has images, and says that 0 files were scanned", scan)
	}
}

// None of the images of a task that contradicts itself is answered by it.
func TestNoFileScannedBesideTwoPlannedImages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{images: map[string][]string{"Dockerfile": {nginx, redis}}, counts: map[string]map[string]int{nginx: {"low": 1}, redis: {"low": 1}}}
		f.hook = func(c *call) bool { // by name, the service answers neither
			return scanned(f, 0)(c) || c.path == pathNames && c.reply(http.StatusOK, `{"quotaFull":true}`)
		}
		o := withFiles(t, f, planOf("dockerfile:Dockerfile", "from:"+nginx, "from:"+redis), map[string]string{"Dockerfile": "FROM scratch\n"})
		for _, id := range []string{"dockerfile:Dockerfile", "image:" + nginx, "image:" + redis} {
			wantFailed(t, o, id, result.CauseProtocol, "0 files were scanned")
		}
	})
}

// Each task that scanned no file answers its own Dockerfiles.
func TestNoFileScannedByTwoTasks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.hook = func(c *call) bool {
			return scanned(f, 0)(c) || c.path == pathDocker && len(c.files) > 1 && c.reply(http.StatusRequestEntityTooLarge, "")
		}
		scratch := map[string]string{"a/Dockerfile": "FROM scratch\n", "b/Dockerfile": "FROM scratch\n"}
		o := withFiles(t, f, planOf("dockerfile:a/Dockerfile", "dockerfile:b/Dockerfile"), scratch)
		wantAnswered(t, o, "dockerfile:a/Dockerfile", result.BySubmission)
		wantAnswered(t, o, "dockerfile:b/Dockerfile", result.BySubmission)
	})
}

func TestNoFileScannedBesideOneImage(t *testing.T) {
	t.Parallel()
	r := &run{}
	for n, fails := range []bool{false, true, true} {
		task := optix.Task{FilesScanned: new(0), Images: make([]optix.Image, n)}
		if err := r.checkFilesScanned(task); (err != nil) != fails {
			t.Errorf("%d images: %v", n, err)
		}
	}
	if err := r.checkFilesScanned(optix.Task{FilesScanned: new(1), Images: make([]optix.Image, 1)}); err != nil {
		t.Error(err)
	}
}

// An answer without images may say that it scanned no file, unless a FROM line names an
// image that has no answer.
func TestNoFileScannedAndNoImage(t *testing.T) {
	t.Parallel()
	says := func(missing string) string {
		return "the service says that it scanned 0 files, and no answer names " + missing
	}
	for name, tt := range map[string]struct {
		content string
		counts  map[string]map[string]int
		plan    []string
		says    string
	}{
		"scratch":              {"FROM scratch\n", nil, nil, ""},
		"answered by name":     {"FROM nginx:1.19\n", map[string]map[string]int{nginx: {}}, []string{"from:" + nginx}, ""},
		"not answered by name": {"FROM nginx:1.19\n", nil, []string{"from:" + nginx}, says(nginx)},
		"one is not answered": {
			"FROM nginx:1.19 AS a\nFROM redis:7\n", map[string]map[string]int{nginx: {}}, []string{"from:" + nginx, "from:" + redis}, says(redis),
		},
		"by default of an ARG": {"ARG V=1.19\nFROM nginx:$V\n", nil, []string{"from:" + nginx}, says(nginx)},
		// The service has no build arguments.
		"by a build argument": {"ARG V\nFROM nginx:$V\n", map[string]map[string]int{nginx: {}}, []string{"from:" + nginx}, ""},
		"after a line that needs a build argument": {
			"ARG V\nFROM nginx:$V AS a\nFROM redis:7\n", nil, []string{"from:" + redis}, says(redis),
		},
		"another by a build argument": {
			"ARG V=1.18\nFROM nginx:$V\n", map[string]map[string]int{nginx: {}}, []string{"from:" + nginx}, says("docker.io/library/nginx:1.18"),
		},
		"a stage":    {"FROM scratch AS a\nFROM a\n", nil, nil, ""},
		"excluded":   {"FROM redis:7\n", nil, []string{"excluded:" + redis}, ""},
		"built here": {"FROM redis:7\n", nil, []string{"built-here:" + redis}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scan := func(t *testing.T, accepted ...result.Contradiction) Outcome {
				t.Helper()
				plan := planOf("dockerfile:Dockerfile")
				for _, id := range tt.plan {
					cause, image, _ := strings.Cut(id, ":")
					if cause == "from" {
						plan.Rows = append(plan.Rows, planOf(id).Rows...)
						continue
					}
					row := planOf("from:" + image).Rows[0]
					row.Status, row.Cause = result.Skipped, result.Cause(cause)
					plan.Rows = append(plan.Rows, row)
				}
				f := &fake{counts: tt.counts}
				f.hook = scanned(f, 0)
				return withFiles(t, f, plan, map[string]string{"Dockerfile": tt.content}, accepted...)
			}
			if tt.says != "" {
				wantTolerable(t, "dockerfile:Dockerfile", result.FilesScannedZero, tt.says, scan)
				return
			}
			synctest.Test(t, func(t *testing.T) {
				wantAnswered(t, scan(t), "dockerfile:Dockerfile", result.BySubmission)
			})
		})
	}
}

// One Dockerfile that has no answer keeps no other one from its own.
func TestNoFileScannedOfSeveralDockerfiles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.hook = scanned(f, 0)
		plan := planOf("dockerfile:a/Dockerfile", "dockerfile:b/Dockerfile", "from:"+nginx)
		out := withFiles(t, f, plan, map[string]string{"a/Dockerfile": "FROM nginx:1.19\n", "b/Dockerfile": "FROM scratch\n"})
		wantAnswered(t, out, "dockerfile:b/Dockerfile", result.BySubmission)
	})
}

// Whether a missing image is a contradiction is not known at the deadline.
func TestNoFileScannedAtTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.hook = func(c *call) bool {
			return scanned(f, 0)(c) || c.path == pathTask && c.json(map[string]any{"taskId": c.work.id, "status": "submitted"})
		}
		plan := planOf("dockerfile:Dockerfile", "from:"+nginx)
		plan.Rows[0].Target.Size = 16
		o := options(plan)
		o.Files = fstest.MapFS{"Dockerfile": {Data: []byte("FROM nginx:1.19\n")}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		out := f.scanWith(ctx, t, plan, o)
		wantFailed(t, out, "dockerfile:Dockerfile", result.CauseTimeout, nginx)
		wantFailed(t, out, "image:"+nginx, result.CauseTimeout)
	})
}

func TestMismatchWithoutSummary(t *testing.T) {
	t.Parallel()
	if _, _, _, ok := mismatch(nil, []result.Alert{{Severity: result.High}}); ok {
		t.Error("a missing summary is not zero")
	}
	if _, _, _, ok := mismatch(&optix.Summary{Medium: 1, Low: 2}, []result.Alert{{Severity: result.Low}, {Severity: result.Medium}, {Severity: result.Low}}); ok {
		t.Error("medium and low are equal")
	}
}
