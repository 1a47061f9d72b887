package scan

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scangate/scangate/internal/result"
)

const (
	nginx = "docker.io/library/nginx:1.19"
	redis = "docker.io/library/redis:7"
)

func TestDockerfileAnswerNamesFilesAndImages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{
			images: map[string][]string{"api/Dockerfile": {nginx}},
			counts: map[string]map[string]int{nginx: {"critical": 2, "low": 0}},
		}
		plan := planOf("dockerfile:api/Dockerfile", "dockerfile:web/Dockerfile", "from:"+nginx)
		o := f.scanWith(t.Context(), t, plan, options(plan))
		wantAnswered(t, o, "dockerfile:api/Dockerfile", result.ByName)
		wantAnswered(t, o, "dockerfile:web/Dockerfile", result.BySubmission)
		wantAnswered(t, o, "image:"+nginx, result.ByName)
		want := []result.ImageAnswer{{
			Image: nginx, Target: "image:" + nginx, Submission: "task-1", Paths: []string{"api/Dockerfile"},
			Counts: []result.SeverityCount{{Severity: result.Critical, N: 2}},
		}}
		if diff := cmp.Diff(want, o.Images); diff != "" {
			t.Errorf("images (-want +got):\n%s", diff)
		}
		if len(f.to(pathNames)) != 0 {
			t.Error("an answered image was submitted by name")
		}
	})
}

func TestFromImageThatNoAnswerNamesIsSubmittedByName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{takes: time.Minute, counts: map[string]map[string]int{nginx: {}}}
		plan := planOf("dockerfile:Dockerfile", "from:"+nginx, "from:"+redis)
		o := f.scanWith(t.Context(), t, plan, options(plan))
		wantAnswered(t, o, "dockerfile:Dockerfile", result.BySubmission)
		wantAnswered(t, o, "image:"+nginx, result.ByName)
		wantFailed(t, o, "image:"+redis, result.CauseNotAnswered, "could not pull the image", "--exclude")
		asked := f.to(pathNames)
		if len(asked) != 1 || asked[0].query.Get("imageNames") != nginx+","+redis {
			t.Fatalf("%d by-name tasks, want one for both images", len(asked))
		}
		if asked[0].query.Get("repoURL") != "https://git.example/shop" {
			t.Errorf("parameters %v", asked[0].query)
		}
	})
}

func TestNamedImageIsSubmittedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		plan := planOf("dockerfile:Dockerfile", "image:"+nginx)
		plan.Rows[1].Target.FromDockerfile = true
		o := f.scanWith(t.Context(), t, plan, options(plan))
		wantFailed(t, o, "image:"+nginx, result.CauseNotAnswered)
		if n := len(f.to(pathNames)); n != 1 {
			t.Errorf("submitted %d times", n)
		}
	})
}

func TestDockerfileAnswerCoversImageThatByNameTaskLeftOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{images: map[string][]string{"Dockerfile": {nginx}}, counts: map[string]map[string]int{nginx: {"high": 1}}}
		f.hook = func(c *call) bool { // the by-name task answers no image
			return c.path == pathTask && len(c.work.names) > 0 &&
				c.json(map[string]any{"taskId": c.work.id, "status": "complete", "scanResult": []any{}})
		}
		f.takes = time.Minute
		plan := planOf("dockerfile:Dockerfile", "image:"+nginx)
		o := f.scanWith(t.Context(), t, plan, options(plan))
		wantAnswered(t, o, "image:"+nginx, result.ByName)
	})
}

func TestDockerfileTasksAreOneAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ids := make([]string, 450)
		for i := range ids {
			ids[i] = "dockerfile:" + strings.Repeat("d", i+1) + "/Dockerfile"
		}
		f := &fake{takes: time.Minute}
		plan := planOf(ids...)
		o := f.scanWith(t.Context(), t, plan, options(plan))
		for _, id := range ids {
			wantAnswered(t, o, id, result.BySubmission)
		}
		posts := f.to(pathDocker)
		if len(posts) != 3 {
			t.Fatalf("%d submissions", len(posts))
		}
		for i := 1; i < 3; i++ {
			if gap := posts[i].at.Sub(posts[i-1].at); gap < time.Minute {
				t.Errorf("submission %d came %s after the previous one", i+1, gap)
			}
		}
		if got := posts[0].query.Get("repo_url") + " " + posts[0].query.Get("branch"); got != "https://git.example/shop main" {
			t.Errorf("parameters: %s", got)
		}
	})
}

func TestDuplicateIsWaitedForAndSubmittedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		theirs := &work{id: "theirs", made: time.Now()}
		f := &fake{takes: time.Minute, works: map[string]*work{"theirs": theirs}}
		f.hook = func(c *call) bool {
			switch {
			case c.path == pathDocker && c.n == 1:
				return c.reply(http.StatusOK, `{"taskId":"theirs","duplicate":true,"quotaFull":false}`)
			case c.path == pathDocker && c.n < 4: // no id
				return c.reply(http.StatusOK, `{"taskId":null,"duplicate":true}`)
			case c.path == pathTask && c.work == theirs && time.Since(theirs.made) > time.Minute:
				return c.reply(http.StatusOK, `{"taskId":"theirs","status":"failed"}`)
			}
			return false
		}
		plan := planOf("dockerfile:Dockerfile")
		o := f.scanWith(t.Context(), t, plan, options(plan))
		wantAnswered(t, o, "dockerfile:Dockerfile", result.BySubmission)
		if got := rowOf(t, o, "dockerfile:Dockerfile").Submissions; len(got) != 1 || got[0] == "theirs" {
			t.Errorf("submissions %v: task \"theirs\" belongs to another submission", got)
		}
		posts := f.to(pathDocker)
		if len(posts) != 4 || posts[1].at.Sub(posts[0].at) < time.Minute {
			t.Errorf("%d submissions, the second %s after the first", len(posts), posts[1].at.Sub(posts[0].at))
		}
	})
}

func TestDuplicateByNameCountsIfItAnswersAllImages(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		names  []string
		broken bool // the result of redis can't be read
		full   bool
	}{
		"both":                  {[]string{nginx, redis}, false, true},
		"one":                   {[]string{nginx}, false, false},
		"one that is readable":  {[]string{nginx}, true, false},
		"both, one is readable": {[]string{nginx, redis}, true, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			theirs := &work{id: "theirs", made: time.Now(), names: tc.names}
			f := &fake{
				works:  map[string]*work{"theirs": theirs},
				counts: map[string]map[string]int{nginx: {}, redis: {}},
			}
			f.extra = func(w *work) []map[string]any {
				if w != theirs || !tc.broken {
					return nil
				}
				return []map[string]any{{"fullTag": redis, "vulnerabilities": map[string]int{"high": -1}}}
			}
			f.hook = func(c *call) bool {
				return c.path == pathNames && c.n == 1 && c.reply(http.StatusOK, `{"taskId":"theirs","duplicate":true}`)
			}
			plan := planOf("image:"+nginx, "image:"+redis)
			o := f.scanWith(t.Context(), t, plan, options(plan))
			wantAnswered(t, o, "image:"+nginx, result.ByName)
			wantAnswered(t, o, "image:"+redis, result.ByName)
			submissions := rowOf(t, o, "image:"+redis).Submissions
			if got := slices.Contains(submissions, "theirs"); got != tc.full {
				t.Errorf("%s: submissions %v", name, submissions)
			}
			if n := len(f.to(pathNames)); (n == 1) != tc.full {
				t.Errorf("%s: submitted %d times", name, n)
			}
		})
	}
}

func TestTaskAnswersThatFailRows(t *testing.T) {
	t.Parallel()
	submit := func(body string) func(*call) bool {
		return func(c *call) bool {
			return (c.path == pathDocker || c.path == pathNames) && c.reply(http.StatusOK, body)
		}
	}
	task := func(body string) func(*call) bool {
		return func(c *call) bool { return c.path == pathTask && c.reply(http.StatusOK, body) }
	}
	cases := map[string]struct {
		hook  func(*call) bool
		cause result.Cause
		word  string
	}{
		"quota":          {submit(`{"taskId":"t","quotaFull":true}`), result.CauseQuota, "quota"},
		"no task id":     {submit(`{"duplicate":false}`), result.CauseProtocol, "taskId"},
		"failed":         {task(`{"taskId":"task-1","status":"failed"}`), result.CauseService, "task-1"},
		"unknown status": {task(`{"taskId":"task-1","status":"exploded"}`), result.CauseProtocol, `"exploded"`},
		"another task":   {task(`{"taskId":"task-9","status":"complete","scanResult":[]}`), result.CauseProtocol, "task-9"},
		"html":           {task(`<html><title>Log in</title></html>`), result.CauseProtocol, "login page"},
	}
	for name, tc := range cases {
		for _, id := range []string{"dockerfile:Dockerfile", "image:" + nginx} {
			t.Run(name+" "+id, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					plan := planOf(id)
					o := (&fake{hook: tc.hook}).scanWith(t.Context(), t, plan, options(plan))
					wantFailed(t, o, id, tc.cause, tc.word)
				})
			})
		}
	}
}

func TestUnplannedImageIsKeptWithItsFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{extra: func(w *work) []map[string]any {
			if len(w.files) == 0 {
				return nil
			}
			return []map[string]any{{"fullTag": "busybox", "vulnerabilities": map[string]int{"high": 3}, "files": []string{"Dockerfile"}}}
		}}
		plan := planOf("dockerfile:api/Dockerfile", "dockerfile:x.Dockerfile", "from:"+redis)
		f.counts = map[string]map[string]int{redis: {}}
		o := f.scanWith(t.Context(), t, plan, options(plan))
		wantAnswered(t, o, "dockerfile:api/Dockerfile", result.ByName)
		wantAnswered(t, o, "dockerfile:x.Dockerfile", result.BySubmission)
		want := []result.ImageAnswer{
			{
				Image: "docker.io/library/busybox:latest", Submission: "task-1", Paths: []string{"api/Dockerfile"},
				Counts: []result.SeverityCount{{Severity: result.High, N: 3}},
			},
			{Image: redis, Target: "image:" + redis, Submission: "task-2"},
		}
		if diff := cmp.Diff(want, o.Images, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("images (-want +got):\n%s", diff)
		}
	})
}

func TestExcludedImageIsNotCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{images: map[string][]string{"Dockerfile": {nginx}}, counts: map[string]map[string]int{nginx: {"critical": 9}}}
		plan := planOf("dockerfile:Dockerfile", "from:"+nginx)
		plan.Rows[1].Status, plan.Rows[1].Cause = result.Skipped, result.CauseExcluded
		o := f.scanWith(t.Context(), t, plan, options(plan))
		if len(o.Images) != 0 || rowOf(t, o, "image:"+nginx).Status != result.Skipped {
			t.Errorf("images %v, row %+v", o.Images, rowOf(t, o, "image:"+nginx))
		}
		if got := noticesFor(o, ""); !strings.Contains(got, nginx) {
			t.Errorf("notice %q", got)
		}
	})
}

// An image that this pipeline builds needs no answer. What the service says of an image of
// that name counts all the same.
func TestImageThatIsBuiltHereIsCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{images: map[string][]string{"Dockerfile": {nginx}}, counts: map[string]map[string]int{nginx: {"critical": 9}}}
		plan := planOf("dockerfile:Dockerfile", "from:"+nginx)
		plan.Rows[1].Status, plan.Rows[1].Cause = result.Skipped, result.CauseBuiltHere
		o := f.scanWith(t.Context(), t, plan, options(plan))
		if len(o.Images) != 1 || o.Images[0].Target != "" || len(o.Images[0].Paths) != 1 {
			t.Errorf("images %+v, want one without a row, on its file", o.Images)
		}
	})
}

func TestRowThatDiscoveryFailedStaysFailed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{images: map[string][]string{"Dockerfile": {nginx}}, counts: map[string]map[string]int{nginx: {"low": 1}}}
		plan := planOf("dockerfile:Dockerfile", "from:"+nginx)
		plan.Rows[1].Status, plan.Rows[1].Cause = result.Failed, result.CauseUnresolved
		o := f.scanWith(t.Context(), t, plan, options(plan))
		if row := rowOf(t, o, "image:"+nginx); row.Status != result.Failed || row.Cause != result.CauseUnresolved {
			t.Errorf("row %+v", row)
		}
		if len(o.Images) != 1 || len(o.Images[0].Counts) != 1 {
			t.Errorf("the answer of the service is lost: %v", o.Images)
		}
	})
}

func TestUnreadableImageResultIsNoAnswer(t *testing.T) {
	t.Parallel()
	broken := func(name string, files ...string) func(*work) []map[string]any {
		return func(*work) []map[string]any {
			return []map[string]any{{"fullTag": name, "vulnerabilities": map[string]any{"high": -1}, "files": files}}
		}
	}
	t.Run("planned", func(t *testing.T) {
		t.Parallel()
		for _, files := range [][]string{nil, {"Dockerfile"}} {
			synctest.Test(t, func(t *testing.T) {
				plan := planOf("dockerfile:Dockerfile", "from:"+nginx)
				o := (&fake{extra: broken(nginx, files...)}).scanWith(t.Context(), t, plan, options(plan))
				wantAnswered(t, o, "dockerfile:Dockerfile", result.BySubmission)
				wantFailed(t, o, "image:"+nginx, result.CauseProtocol, nginx)
			})
		}
	})
	t.Run("unplanned", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			plan := planOf("dockerfile:a/Dockerfile", "dockerfile:b/Dockerfile")
			o := (&fake{extra: broken(nginx, "a/Dockerfile")}).scanWith(t.Context(), t, plan, options(plan))
			wantFailed(t, o, "dockerfile:a/Dockerfile", result.CauseProtocol, nginx)
			wantAnswered(t, o, "dockerfile:b/Dockerfile", result.BySubmission)
		})
	})
	t.Run("unplanned, of no file or another's", func(t *testing.T) {
		t.Parallel()
		for _, files := range [][]string{nil, {"elsewhere/Containerfile"}} {
			synctest.Test(t, func(t *testing.T) {
				plan := planOf("dockerfile:a/Dockerfile", "dockerfile:b/Dockerfile")
				o := (&fake{extra: broken(nginx, files...)}).scanWith(t.Context(), t, plan, options(plan))
				wantFailed(t, o, "dockerfile:a/Dockerfile", result.CauseProtocol, nginx)
				wantFailed(t, o, "dockerfile:b/Dockerfile", result.CauseProtocol, nginx)
			})
		}
	})
	t.Run("excluded", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			plan := planOf("dockerfile:Dockerfile", "from:"+nginx)
			plan.Rows[1].Status, plan.Rows[1].Cause = result.Skipped, result.CauseExcluded
			o := (&fake{extra: broken(nginx, "Dockerfile")}).scanWith(t.Context(), t, plan, options(plan))
			wantAnswered(t, o, "dockerfile:Dockerfile", result.BySubmission)
			if got := noticesFor(o, ""); got != "the service also scanned "+nginx+": it is excluded, so its vulnerabilities do not count" {
				t.Errorf("notices %q", got)
			}
		})
	})
	t.Run("beside a readable one", func(t *testing.T) {
		t.Parallel()
		for _, order := range [][]string{{nginx, redis}, {redis, nginx}} {
			synctest.Test(t, func(t *testing.T) {
				plan := planOf("dockerfile:Dockerfile", "from:"+nginx, "from:"+redis)
				f := &fake{extra: func(*work) []map[string]any {
					var entries []map[string]any
					for _, name := range order {
						n := map[string]int{nginx: -1, redis: 1}[name]
						entries = append(entries, map[string]any{"fullTag": name, "vulnerabilities": map[string]any{"high": n}, "files": []string{"Dockerfile"}})
					}
					return entries
				}}
				o := f.scanWith(t.Context(), t, plan, options(plan))
				wantAnswered(t, o, "dockerfile:Dockerfile", result.ByName)
				wantFailed(t, o, "image:"+nginx, result.CauseProtocol, nginx)
			})
		}
	})
}

func TestTooLargeDockerfilesAreHalved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{hook: func(c *call) bool {
			tooMuch := len(c.files) > 1 || slices.Contains(c.files, "b/Dockerfile")
			return c.path == pathDocker && tooMuch && c.reply(http.StatusRequestEntityTooLarge, "")
		}}
		plan := planOf("dockerfile:a/Dockerfile", "dockerfile:b/Dockerfile", "dockerfile:c/Dockerfile")
		o := f.scanWith(t.Context(), t, plan, options(plan))
		wantAnswered(t, o, "dockerfile:a/Dockerfile", result.BySubmission)
		wantFailed(t, o, "dockerfile:b/Dockerfile", result.CauseTooLarge)
		wantAnswered(t, o, "dockerfile:c/Dockerfile", result.BySubmission)
	})
}

func TestFileNamesOfAnAnswerAreResolved(t *testing.T) {
	t.Parallel()
	b := batch{targets: []file{{path: "Dockerfile"}, {path: "api/Dockerfile"}, {path: "web/web.Dockerfile"}}}
	for given, want := range map[string]string{
		"api/Dockerfile":     "api/Dockerfile",
		"./api/Dockerfile":   "api/Dockerfile",
		"/api/Dockerfile":    "api/Dockerfile",
		"Dockerfile":         "Dockerfile",
		"web.Dockerfile":     "web/web.Dockerfile",
		"old/web.Dockerfile": "old/web.Dockerfile",
		"../../etc/passwd":   "etc/passwd",
	} {
		if got := b.resolve([]string{given}); got[0] != want {
			t.Errorf("%s: %s, want %s", given, got[0], want)
		}
	}
	b.targets[0].path = "x/Dockerfile"
	if got := b.resolve([]string{"Dockerfile"}); got[0] != "Dockerfile" {
		t.Errorf("the base name of two files was resolved to %s", got[0])
	}
}

// An image that the service can't pull is skipped if the repository builds one of its
// name. If the service can pull it, the answer counts.
func TestAnImageThatIsBuiltElsewhereInTheRepository(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{counts: map[string]map[string]int{nginx: {}}}
		plan := planOf("dockerfile:Dockerfile", "from:"+redis, "image:"+nginx, "image:docker.io/acme/web:1", "image:docker.io/acme/other:1")
		for i := range plan.Rows {
			plan.Rows[i].Target.BuiltFrom = "web/Dockerfile"
		}
		plan.Rows[4].Target.BuiltFrom = ""
		o := f.scanWith(t.Context(), t, plan, options(plan))
		wantAnswered(t, o, "image:"+nginx, result.ByName)
		wantFailed(t, o, "image:docker.io/acme/other:1", result.CauseNotAnswered)
		for _, id := range []string{"image:" + redis, "image:docker.io/acme/web:1"} {
			row := rowOf(t, o, id)
			if row.Status != result.Skipped || row.Cause != result.CauseBuiltHere || row.Reason != "the service can't pull it, and an image of this name is built here from web/Dockerfile" {
				t.Errorf("%s: %s %s (%s)", id, row.Status, row.Cause, row.Reason)
			}
		}
	})
}
