package scan

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// everyKind plans a row of each kind.
func everyKind() *result.Plan {
	return planOf("iac:main.tf", "dockerfile:Dockerfile", "image:"+nginx, "from:"+redis)
}

var everyID = [...]string{"iac:main.tf", "dockerfile:Dockerfile", "image:" + nginx, "image:" + redis}

func replyTo(status int, body string, paths ...string) func(*call) bool {
	return func(c *call) bool {
		for _, p := range paths {
			if c.path == p {
				return c.reply(status, body)
			}
		}
		return len(paths) == 0 && c.reply(status, body)
	}
}

func TestStatusesThatFailEveryRow(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		status int
		body   string
		cause  result.Cause
		fix    string
	}{
		"no key":         {http.StatusBadRequest, "ApiKey not provided", result.CauseUnauthorized, "SCANGATE_API_KEY"},
		"wrong key":      {http.StatusUnauthorized, "Unauthorized access or ApiKey expired", result.CauseUnauthorized, "SCANGATE_API_KEY"},
		"no customer":    {http.StatusBadRequest, "Unable to retrieve user", result.CauseUnauthorized, "SCANGATE_API_KEY"},
		"arguments":      {http.StatusBadRequest, "Proper arguments not provided", result.CauseService, "--repo-url"},
		"forbidden":      {http.StatusForbidden, "", result.CauseService, "proxy"},
		"no such api":    {http.StatusNotFound, `{"message":"No message available"}`, result.CauseService, "--endpoint"},
		"teapot":         {http.StatusTeapot, "", result.CauseService, "418"},
		"not a json":     {http.StatusOK, "<html></html>", result.CauseProtocol, "--endpoint"},
		"wrong redirect": {http.StatusMultipleChoices, "", result.CauseNetwork, "--endpoint"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{hook: replyTo(tc.status, tc.body)}
				plan := everyKind()
				o := f.scanWith(t.Context(), t, plan, options(plan))
				for _, id := range everyID {
					wantFailed(t, o, id, tc.cause, tc.fix)
				}
			})
		})
	}
}

func TestRefusedKeyEndsTheRunAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		f := &fake{takes: time.Hour, hook: func(c *call) bool {
			// The key is replaced after three minutes, while the task is polled.
			return c.path == pathTask && time.Since(begin) > 3*time.Minute && c.reply(http.StatusUnauthorized, "")
		}}
		plan := everyKind()
		o := f.scanWith(t.Context(), t, plan, options(plan))
		for _, id := range everyID {
			wantFailed(t, o, id, result.CauseUnauthorized, "refused")
		}
		if took := time.Since(begin); took > 4*time.Minute {
			t.Errorf("took %s", took)
		}
	})
}

func TestFaultOfOneKindStopsNoOther(t *testing.T) {
	t.Parallel()
	all := map[string]map[string]int{nginx: {}, redis: {}}
	cases := map[string]struct {
		path   string
		failed []string
	}{
		"templates":   {pathIaC, []string{"iac:main.tf"}},
		"dockerfiles": {pathDocker, []string{"dockerfile:Dockerfile"}},
		"names":       {pathNames, []string{"image:" + nginx, "image:" + redis}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{takes: time.Minute, counts: all, hook: replyTo(http.StatusTeapot, "", tc.path)}
				plan := everyKind()
				o := f.scanWith(t.Context(), t, plan, options(plan))
				failed := 0
				for _, row := range o.Rows {
					if row.Status != result.Answered {
						failed++
					}
				}
				for _, id := range tc.failed {
					wantFailed(t, o, id, result.CauseService)
				}
				if failed != len(tc.failed) {
					t.Errorf("%d rows without an answer, want %d", failed, len(tc.failed))
				}
			})
		})
	}
}

// deadline runs everyKind with a timeout of five minutes.
func deadline(t *testing.T, f *fake) Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	plan := everyKind()
	begin := time.Now()
	o := f.scanWith(ctx, t, plan, options(plan))
	if took := time.Since(begin); took > 5*time.Minute+time.Second {
		t.Errorf("took %s", took)
	}
	return o
}

func TestDeadlineAfterGoodAnswersIsATimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := deadline(t, &fake{takes: time.Hour})
		wantFailed(t, o, "iac:main.tf", result.CauseTimeout, "scan-", "still being processed", "5m0s after", "--timeout")
		wantFailed(t, o, "dockerfile:Dockerfile", result.CauseTimeout, "task-", "--timeout")
		wantFailed(t, o, "image:"+nginx, result.CauseTimeout, "task-", "--timeout")
		wantFailed(t, o, "image:"+redis, result.CauseTimeout, "not submitted", "--timeout")
		for _, id := range everyID[:3] {
			if len(rowOf(t, o, id).Submissions) != 1 {
				t.Errorf("%s has no scan id", id)
			}
		}
	})
}

func TestDuplicateUntilTheDeadlineIsATimeout(t *testing.T) {
	t.Parallel()
	for body, what := range map[string]string{
		`{"duplicate":true}`:                   "another submission of this repository and branch was",
		`{"taskId":"theirs","duplicate":true}`: "another submission of this repository and branch, task theirs, was",
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{takes: time.Minute, works: map[string]*work{"theirs": {id: "theirs", made: time.Now()}}}
				f.hook = replyTo(http.StatusOK, body, pathDocker, pathNames)
				o := deadline(t, f)
				wantAnswered(t, o, "iac:main.tf", result.BySubmission)
				wantFailed(t, o, "dockerfile:Dockerfile", result.CauseTimeout, what)
				wantFailed(t, o, "image:"+nginx, result.CauseTimeout, "another submission", "images")
				if n := len(f.to(pathDocker)); n < 3 || n > 25 {
					t.Errorf("submitted %d times in five minutes", n)
				}
			})
		})
	}
}

func TestFaultUntilTheDeadlineIsNotATimeout(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		paths []string
		skip  int
	}{
		"from the start":  {[]string{pathIaC, pathDocker, pathNames}, 0},
		"while polling":   {[]string{pathStatus, pathTask}, 3},
		"with the report": {[]string{pathReport, pathTask}, 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fail := replyTo(http.StatusServiceUnavailable, "down today", tc.paths...)
				f := &fake{takes: time.Minute, hook: func(c *call) bool { return c.n > tc.skip && fail(c) }}
				o := deadline(t, f)
				for _, id := range everyID[:3] {
					wantFailed(t, o, id, result.CauseService, "gave up at the deadline", "503", "down today")
					if reason := rowOf(t, o, id).Reason; strings.Contains(reason, "after the scan began") {
						t.Errorf("%s: %q: the duration of the run is not a reason of a fault", id, reason)
					}
				}
			})
		})
	}
}

func TestUnansweredSubmissionIsNotATimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		defer close(hang)
		f := &fake{hook: func(*call) bool { <-hang; return true }}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		plan := planOf("iac:main.tf")
		wantFailed(t, f.scanWith(ctx, t, plan, options(plan)), "iac:main.tf", result.CauseNetwork, "deadline")
	})
}

func TestSignalInterruptsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		begin := time.Now()
		time.AfterFunc(time.Minute, func() { cancel(errors.New("terminated by SIGTERM")) })
		plan := everyKind()
		o := (&fake{takes: time.Hour}).scanWith(ctx, t, plan, options(plan))
		for _, id := range everyID {
			wantFailed(t, o, id, result.CauseInterrupted, "SIGTERM")
		}
		if took := time.Since(begin); took > time.Minute+time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func TestEndedContextSendsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		f := &fake{}
		plan := everyKind()
		o := f.scanWith(ctx, t, plan, options(plan))
		for _, id := range everyID {
			wantFailed(t, o, id, result.CauseInterrupted)
		}
		if len(f.calls) != 0 {
			t.Errorf("%d requests", len(f.calls))
		}
	})
}

func TestFaultWhileWaitingForADuplicateIsNotATimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{hook: func(c *call) bool {
			return replyTo(http.StatusOK, `{"taskId":"theirs","duplicate":true}`, pathDocker)(c) ||
				replyTo(http.StatusBadGateway, "", pathTask)(c)
		}}
		wantFailed(t, deadline(t, f), "dockerfile:Dockerfile", result.CauseService, "gave up at the deadline", "502")
	})
}

func TestRequestThatTheDeadlineCancelsIsATimeout(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"status": pathStatus, "report": pathReport} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				hang := make(chan struct{})
				defer close(hang)
				f := &fake{hook: func(c *call) bool {
					if c.path == path {
						<-hang
					}
					return false
				}}
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				plan := planOf("iac:main.tf")
				wantFailed(t, f.scanWith(ctx, t, plan, options(plan)), "iac:main.tf", result.CauseTimeout, "scan-1", "--timeout")
			})
		})
	}
}

func TestUnreadableReportIsNoAnswer(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"no array": `{}`, "no JSON": `{"alerts":[`, "not an alert": `{"alerts":[7]}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{hook: replyTo(http.StatusOK, body, pathReport)}
				plan := planOf("iac:main.tf")
				wantFailed(t, f.scanWith(t.Context(), t, plan, options(plan)), "iac:main.tf", result.CauseProtocol)
			})
		})
	}
}
