package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

func TestTemplatesAreAnsweredBySubmission(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{takes: time.Minute, alerts: map[string][]alert{"infra/main.tf": {{"bucket is public", "HIGH", "AWS_S3 (Ref: logs, File: main.tf)<br>"}}}}
		plan := planOf("iac:infra/main.tf", "iac:k8s/app.yaml", "helper:infra/prod.tfvars")
		o := f.scanWith(t.Context(), t, plan, options(plan))

		wantAnswered(t, o, "iac:infra/main.tf", result.BySubmission)
		wantAnswered(t, o, "iac:k8s/app.yaml", result.BySubmission)
		want := []result.Submission{{
			ID: "scan-1", Paths: []string{"infra/main.tf", "k8s/app.yaml", "infra/prod.tfvars"},
			Alerts: []result.Alert{{Severity: result.High, Summary: "bucket is public", Details: "AWS_S3 (Ref: logs, File: main.tf)<br>"}},
		}}
		if diff := cmp.Diff(want, o.Submissions); diff != "" {
			t.Errorf("submissions (-want +got):\n%s", diff)
		}
		if got := rowOf(t, o, "iac:k8s/app.yaml").Submissions; !slices.Equal(got, []string{"scan-1"}) {
			t.Errorf("submissions %v", got)
		}
		if plan.Rows[0].Status != result.Pending {
			t.Error("the plan itself was changed")
		}
	})
}

func TestPollingStartsWithinASecondAndGrows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{takes: 25 * time.Minute}
		plan := planOf("iac:main.tf")
		f.scanWith(t.Context(), t, plan, options(plan))
		polls := f.to(pathStatus)
		submitted := f.to(pathIaC)[0].at
		if first := polls[0].at.Sub(submitted); first > time.Second {
			t.Errorf("first poll after %s", first)
		}
		if n := len(polls); n < 40 || n > 60 {
			t.Errorf("%d polls in 25 minutes", n)
		}
		for i := 1; i < len(polls); i++ {
			waited := polls[i-1].at.Sub(submitted)
			if gap := polls[i].at.Sub(polls[i-1].at); gap > max(1100*time.Millisecond, waited*12/100) {
				t.Errorf("pause of %s after %s", gap, waited)
			}
		}
	})
}

// status answers status calls with a body if the condition holds.
func status(body string, when func(*call) bool) func(*call) bool {
	return func(c *call) bool {
		return c.path == pathStatus && when(c) && c.reply(http.StatusOK, body)
	}
}

func always(*call) bool { return true }

func young(c *call) bool { return c.at.Sub(c.work.made) < 9*time.Second }

func TestYoungScanMayBeUnknownOrIdle(t *testing.T) {
	t.Parallel()
	const idle = `{"processing_ongoing":false,"success":false,"error":""}`
	unknown := func(c *call) bool {
		return c.path == pathStatus && young(c) && c.reply(http.StatusBadRequest, "Unable to find the scan you requested")
	}
	for name, hook := range map[string]func(*call) bool{"idle": status(idle, young), "unknown": unknown} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{hook: hook}
				plan := planOf("iac:main.tf")
				wantAnswered(t, f.scanWith(t.Context(), t, plan, options(plan)), "iac:main.tf", result.BySubmission)
			})
		})
	}
}

func TestUnsuccessfulScanFails(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		hook   func(*call) bool
		reason string
		within time.Duration
	}{
		"with an error, at once": {status(`{"processing_ongoing":false,"success":false,"error":"bad template"}`, always), "bad template", 2 * time.Second},
		"idle after the grace":   {status(`{"process_ongoing":false,"success":false}`, always), "no reason", 40 * time.Second},
		"unknown after the grace": {func(c *call) bool {
			return c.path == pathStatus && c.reply(http.StatusBadRequest, "Unable to find the scan you requested")
		}, "scan", 40 * time.Second},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				plan := planOf("iac:main.tf")
				o := (&fake{hook: tc.hook}).scanWith(t.Context(), t, plan, options(plan))
				wantFailed(t, o, "iac:main.tf", result.CauseService, tc.reason)
				if took := time.Since(start); took > tc.within {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

func TestReportOfAnotherScanIsNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{hook: func(c *call) bool {
			return c.path == pathReport && c.reply(http.StatusOK, `{"alerts":[
				{"scanID":"other","alertSummary":"theirs","criticalLevel":"LOW","alertDetails":""},
				{"scanID":"`+c.work.id+`","alertSummary":"ours","criticalLevel":"LOW","alertDetails":""},
				{"alertSummary":"without a scan","criticalLevel":"LOW","alertDetails":""}]}`)
		}}
		plan := planOf("iac:main.tf")
		o := f.scanWith(t.Context(), t, plan, options(plan))
		wantFailed(t, o, "iac:main.tf", result.CauseProtocol, `"other"`)
		var kept []string
		for _, a := range o.Submissions[0].Alerts {
			kept = append(kept, a.Summary)
		}
		if diff := cmp.Diff([]string{"ours", "without a scan"}, kept); diff != "" {
			t.Errorf("kept alerts (-want +got):\n%s", diff)
		}
	})
}

func TestTooLargeBatchIsHalvedDownToTheFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{hook: func(c *call) bool {
			tooMuch := len(c.files) > 2 || slices.Contains(c.files, "d/big.tf")
			return c.path == pathIaC && tooMuch && c.reply(http.StatusRequestEntityTooLarge, "")
		}}
		plan := planOf("iac:a/1.tf", "iac:a/2.tf", "iac:b/1.tf", "iac:c/1.tf", "iac:d/big.tf", "iac:d/small.tf", "helper:a/x.tfvars", "helper:d/x.tfvars", "helper:d/y.tfvars")
		o := f.scanWith(t.Context(), t, plan, options(plan))
		wantFailed(t, o, "iac:d/big.tf", result.CauseTooLarge, "--exclude")
		for _, id := range []string{"iac:a/1.tf", "iac:a/2.tf", "iac:b/1.tf", "iac:c/1.tf", "iac:d/small.tf"} {
			wantAnswered(t, o, id, result.BySubmission)
		}
		if got := noticesFor(o, "d/small.tf"); got != "scanned without 2 of the variable files of its folder: its variables may lack their values" {
			t.Errorf("notice for a template that was scanned without helpers: %q", got)
		}
		if len(o.Notices) != 1 {
			t.Errorf("notices %v, want one: the other templates had their helpers", o.Notices)
		}
	})
}

func noticesFor(o Outcome, path string) string {
	var texts []string
	for _, n := range o.Notices {
		if n.Path == path {
			texts = append(texts, n.Text)
		}
	}
	return strings.Join(texts, "\n")
}

func TestAtMostEightTemplateBatchesAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var ids []string
		for i := range 3000 {
			ids = append(ids, fmt.Sprintf("iac:d%d/%[1]d.tf", i))
		}
		f := &fake{takes: time.Minute}
		plan := planOf(ids...)
		o := f.scanWith(t.Context(), t, plan, options(plan))
		for _, id := range ids {
			wantAnswered(t, o, id, result.BySubmission)
		}
		posts := f.to(pathIaC)
		if len(posts) != 16 {
			t.Fatalf("%d submissions of 3000 files", len(posts))
		}
		if posts[7].at.Sub(posts[0].at) > time.Second || posts[8].at.Sub(posts[0].at) < time.Minute {
			t.Errorf("the eighth came after %s, the ninth after %s", posts[7].at.Sub(posts[0].at), posts[8].at.Sub(posts[0].at))
		}
	})
}

// Reports may drop the folders of files: then modules that are alike must not share a
// submission, or it is unknown which one a finding is about.
func TestModulesThatAreAlikeAreSubmittedApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		plan := planOf("iac:a/main.tf", "iac:a/net.tf", "iac:b/main.tf", "iac:c/dns.tf")
		o := f.scanWith(t.Context(), t, plan, options(plan))
		if posts := f.to(pathIaC); len(posts) != 2 {
			t.Errorf("%d submissions", len(posts))
		}
		for _, id := range []string{"iac:a/main.tf", "iac:a/net.tf", "iac:b/main.tf", "iac:c/dns.tf"} {
			wantAnswered(t, o, id, result.BySubmission)
		}
		if len(o.Submissions) != 0 {
			t.Errorf("submissions without alerts: %+v", o.Submissions)
		}
	})
}

func TestUnreadableFileFailsAloneAndOthersGoOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		plan := planOf("iac:a/gone.tf", "iac:a/grown.tf", "iac:a/dir.tf", "iac:a/late.tf", "iac:a/short.tf", "iac:a/ok.tf", "helper:a/gone.tfvars", "helper:a/ok.tfvars")
		opts := options(plan)
		files := opts.Files.(fstest.MapFS)
		delete(files, "a/gone.tf")
		delete(files, "a/gone.tfvars")
		files["a/dir.tf"] = &fstest.MapFile{Mode: 0o755 | fs.ModeDir}
		files["a/grown.tf"] = &fstest.MapFile{Data: make([]byte, 11)}
		opts.Files = failingFS{files, map[string]error{"a/late.tf": errors.New("input/output error"), "a/short.tf": io.EOF}}
		o := f.scanWith(t.Context(), t, plan, opts)
		for name, why := range map[string]string{
			"a/gone.tf":  "open a/gone.tf: file does not exist",
			"a/dir.tf":   "it is not a regular file",
			"a/grown.tf": "it changed since it was planned: 10 bytes then, 11 bytes now",
			"a/late.tf":  "input/output error",
			"a/short.tf": "it changed since it was planned",
		} {
			wantFailed(t, o, "iac:"+name, result.CauseUnreadable, "can't read "+name+": "+why+
				" | make the file readable and don't change it during the scan, or exclude it with --exclude")
		}
		wantAnswered(t, o, "iac:a/ok.tf", result.BySubmission)
		const helper = "templates were scanned without this file: can't read a/gone.tfvars: open a/gone.tfvars: file does not exist"
		if noticesFor(o, "a/gone.tfvars") != helper || noticesFor(o, "a/ok.tfvars") != "" {
			t.Errorf("notices %v, want one for the helper that is gone", o.Notices)
		}
	})
}

// Files that are known to be unreadable cost no upload.
func TestUnreadableFilesAreDroppedBeforeTheUpload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		plan := planOf("iac:a/gone.tf", "iac:a/lost.tf", "iac:a/ok.tf")
		opts := options(plan)
		delete(opts.Files.(fstest.MapFS), "a/gone.tf")
		delete(opts.Files.(fstest.MapFS), "a/lost.tf")
		o := f.scanWith(t.Context(), t, plan, opts)
		wantFailed(t, o, "iac:a/gone.tf", result.CauseUnreadable)
		wantFailed(t, o, "iac:a/lost.tf", result.CauseUnreadable)
		wantAnswered(t, o, "iac:a/ok.tf", result.BySubmission)
		if n := len(f.to(pathIaC)); n != 1 {
			t.Errorf("%d uploads, want 1", n)
		}
	})
}

func TestRepositoryIsNamedOnlyWhereResultsAreSaved(t *testing.T) {
	t.Parallel()
	for _, save := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{}
			plan := planOf("iac:main.tf")
			opts := options(plan)
			opts.SaveResults, opts.Policy = save, "CIS"
			f.scanWith(t.Context(), t, plan, opts)
			want := map[string]string{"policy_name": "CIS"}
			if save {
				want = map[string]string{"policy_name": "CIS", "repo_url": "https://git.example/shop", "branch": "main", "save_results_to_account": "true"}
			}
			got := map[string]string{}
			for k := range f.to(pathIaC)[0].query {
				got[k] = f.to(pathIaC)[0].query.Get(k)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("parameters (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSavedResultsAreNotSubmittedTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{hook: func(c *call) bool {
			return c.path == pathIaC && c.reply(http.StatusBadGateway, "")
		}}
		plan := planOf("iac:main.tf")
		opts := options(plan)
		opts.SaveResults = true
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		wantFailed(t, f.scanWith(ctx, t, plan, opts), "iac:main.tf", result.CauseService, "502")
		if n := len(f.to(pathIaC)); n != 1 {
			t.Errorf("submitted %d times", n)
		}
	})
}

func TestIsDone(t *testing.T) {
	t.Parallel()
	cases := []struct {
		status optix.IaCStatus
		young  bool
		done   bool
		fails  bool
	}{
		{optix.IaCStatus{Ongoing: true}, false, false, false},
		{optix.IaCStatus{Ongoing: true, Success: true}, false, false, false},
		{optix.IaCStatus{Ongoing: true, Success: true, Error: "warning"}, false, false, false},
		{optix.IaCStatus{Success: true}, true, true, false},
		{optix.IaCStatus{Success: true, Error: "x"}, true, false, true},
		{optix.IaCStatus{Success: true, ScanIDs: []string{"s"}}, true, true, false},
		{optix.IaCStatus{Ongoing: true, ScanIDs: []string{"s", "t"}}, true, false, true},
		{optix.IaCStatus{}, true, false, false},
		{optix.IaCStatus{}, false, false, true},
		{optix.IaCStatus{Error: "x"}, true, false, true},
	}
	for _, tc := range cases {
		done, err := (&templateScan{run: &run{}}).isDone("s", tc.status, nil, tc.young)
		if done != tc.done || (err != nil) != tc.fails {
			t.Errorf("%+v young=%v: done %v, error %v", tc.status, tc.young, done, err)
		}
	}
}

// A 413 for a report says nothing about the upload, which the service has accepted:
// it is not sent again in halves.
func TestTooLargeIsOnlyAboutUploads(t *testing.T) {
	t.Parallel()
	for _, path := range []string{pathReport, pathStatus} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{hook: func(c *call) bool { return c.path == path && c.reply(http.StatusRequestEntityTooLarge, "") }}
			plan := planOf("iac:a.tf", "iac:b.tf")
			o := f.scanWith(t.Context(), t, plan, options(plan))
			wantFailed(t, o, "iac:a.tf", result.CauseService, "413")
			wantFailed(t, o, "iac:b.tf", result.CauseService, "413")
			if n := len(f.to(pathIaC)); n != 1 {
				t.Errorf("%s: uploaded %d times", path, n)
			}
		})
	}
}
