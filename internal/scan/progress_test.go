package scan

import (
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

// watched runs a plan, and returns what it reported of templates.
func watched(t *testing.T, f *fake, plan *result.Plan) []Progress {
	t.Helper()
	var steps []Progress
	o := options(plan)
	o.Progress = func(p Progress) {
		if p.Kind == result.KindIaC {
			steps = append(steps, p)
		}
	}
	f.scanWith(t.Context(), t, plan, o)
	return steps
}

func TestProgressReportsEachPhase(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		plan := planOf("iac:a.tf", "iac:b.tf", "iac:skipped.tf", "helper:v.tfvars")
		plan.Rows[2].Status = result.Skipped
		var got []Progress
		for _, p := range watched(t, &fake{}, plan) {
			p.NextPoll = time.Time{}
			if p.Phase != PhaseUploading || p.Sent == 0 || p.Sent == p.Size { // not each file
				got = append(got, p)
			}
		}
		at := func(phase string, done, batches int, sent int64) Progress {
			return Progress{Kind: result.KindIaC, Phase: phase, Done: done, Total: 2, BatchesDone: batches, Batches: 1, Sent: sent, Size: 20}
		}
		want := []Progress{
			at(PhaseUploading, 0, 0, 0), at(PhaseUploading, 0, 0, 20), at(PhaseWaiting, 0, 0, 20),
			at(PhaseReading, 0, 0, 20), at(PhaseWaiting, 2, 0, 20), at(PhaseWaiting, 2, 1, 20),
		}
		if diff := gocmp.Diff(want, slices.Compact(got)); diff != "" {
			t.Errorf("steps (-want +got):\n%s", diff)
		}
	})
}

// The bytes of an upload that is repeated, or refused and sent in halves, count once.
func TestProgressCountsRepeatedUploadsOnce(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]func(c *call) bool{
		"repeated": func(c *call) bool { return c.n == 1 && c.reply(http.StatusTooManyRequests, "") },
		"halves": func(c *call) bool {
			return len(c.files) > 1 && c.reply(http.StatusRequestEntityTooLarge, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{hook: func(c *call) bool { return c.path == pathIaC && refuse(c) }}
				steps := watched(t, f, planOf("iac:a.tf", "iac:b.tf", "iac:c.tf"))
				fell := false
				for i, p := range steps {
					fell = fell || i > 0 && p.Sent < steps[i-1].Sent
					if p.Sent < 0 || p.Sent > p.Size {
						t.Errorf("%d of %d bytes", p.Sent, p.Size)
					}
				}
				last := steps[len(steps)-1]
				if !fell || last.Sent != 30 || last.Size != 30 || last.Done != 3 || last.BatchesDone != last.Batches {
					t.Errorf("counted anew: %v, the end: %+v", fell, last)
				}
			})
		})
	}
}

// The next poll is the first of all that are waited for, and none once nothing is waited for.
func TestProgressKnowsTheNextPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var polled []time.Time
		f := &fake{hook: func(c *call) bool {
			if c.path == pathStatus {
				polled = append(polled, time.Now())
				return len(polled) < 5 && c.reply(http.StatusOK, `{"processing_ongoing":true,"success":false}`)
			}
			return false
		}}
		var said []time.Time
		steps := watched(t, f, planOf("iac:a/main.tf", "iac:b/main.tf")) // equal names: two scans
		for _, p := range steps {
			if !p.NextPoll.IsZero() {
				said = append(said, p.NextPoll)
			}
		}
		for _, at := range polled {
			if !slices.ContainsFunc(said, at.Equal) {
				t.Errorf("the poll at %v was not said before: %v", at, said)
			}
		}
		if last := steps[len(steps)-1]; !last.NextPoll.IsZero() || last.Batches != 2 {
			t.Errorf("the end: %+v", last)
		}
	})
}
