package alerts

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/result"
)

// once moves a list at one request.
func once(at, add, remove int) change {
	return func(n int) (int, int) {
		if n == at {
			return add, remove
		}
		return 0, 0
	}
}

// bubble runs a test of one source in a bubble of its own.
func bubble(t *testing.T, run func(t *testing.T, w *world, o Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		run(t, w, w.options(variables()))
	})
}

// A list that moves while it is read is read again, and is whole in the end; one
// that never stands still fails, and is no short list.
func TestListsThatChange(t *testing.T) {
	t.Parallel()
	moves := map[string]struct {
		change change
		want   int // -1: the row fails
		grows  bool
	}{
		"one more":       {once(2, 1, 0), 451, true},
		"one less":       {once(2, 0, 1), 449, false},
		"one for one":    {once(3, 1, 1), 450, false},
		"twice":          {func(n int) (int, int) { return b2i(n == 2) + b2i(n == 7), 0 }, 452, true},
		"never at rest":  {func(n int) (int, int) { return b2i(n%2 == 0), b2i(n%2 == 1) }, -1, false},
		"always growing": {func(n int) (int, int) { return b2i(n > 1), 0 }, -1, true},
	}
	for name, move := range moves {
		for _, source := range []string{"zpc", "iot", "netskope"} {
			t.Run(source+" "+name, func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T, w *world, o Options) {
					var spec Spec
					switch source {
					case "zpc":
						w.serve(t, "1", &fakeZPC{shelf: shelf{from: 1000, n: 450, moves: move.change}, age: time.Hour})
						spec = mustSource(t, "source", "zscaler-zpc", "lists", "cloud")
					case "iot":
						w.serve(t, "2", &fakeIoT{shelf: shelf{from: 1000, n: 450, moves: move.change}})
						spec = mustSource(t, "source", "palo-alto-iot", "pagelength", "100")
					case "netskope":
						w.serve(t, "4", &fakeNetskope{shelf: shelf{from: 1000, n: 450, moves: move.change}, age: time.Hour})
						spec = mustSource(t, "source", "netskope", "limit", "100")
					}
					row, found := w.ask(t.Context(), t, o, spec)
					want := move.want
					if source == "netskope" && move.grows {
						want = 450 // what comes in meanwhile only pushes the others back
					}
					switch {
					case want < 0 && (row.Status != result.Failed || len(found) > 0 || row.Fix == ""):
						t.Errorf("%s, %d findings; want a failed row", row.Status, len(found))
					case want >= 0 && (row.Status != result.Answered || len(found) != want && name != "one for one"):
						t.Errorf("%s, %d findings, want %d: %s", row.Status, len(found), want, row.Reason)
					}
				})
			})
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Pages that come round again end the reading: with everything where the total
// says so, as a failure where it doesn't.
func TestLoopsEnd(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]result.Status{40: result.Answered, 240: result.Failed} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.serve(t, "1", &fakeZPC{shelf: shelf{n: n}, age: time.Hour, loop: true})
				row, _ := w.ask(t.Context(), t, o, mustSource(t, "source", "zscaler-zpc", "lists", "cloud"))
				if row.Status != want || want == result.Failed && row.Cause == result.CauseTimeout {
					t.Errorf("%s (%s), want %s", row.Status, row.Reason, want)
				}
				if got := w.requests("1/v1/alerts/cloud"); got > 24 {
					t.Errorf("%d requests for a loop", got)
				}
			})
		})
	}
}

// Links to other hosts are counted and never followed; the forms of both of the
// vendor's pages are the same to the client.
func TestForeignLinks(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"https://example.com/alerts/cloud/offset=%d", "http://127.0.0.1:9/v1/alerts/cloud?offset=%d", "nonsense %d"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				spy := &fakeZPC{shelf: shelf{n: 5}}
				w.serve(t, "9", spy)
				w.serve(t, "1", &fakeZPC{shelf: shelf{n: 450}, age: time.Hour, link: func(page int) string { return fmt.Sprintf(form, page) }})
				row, found := w.ask(t.Context(), t, o, mustSource(t, "source", "zscaler-zpc", "lists", "cloud"))
				if row.Status != result.Answered || len(found) != 450 {
					t.Errorf("%s, %d findings: %s", row.Status, len(found), row.Reason)
				}
				if n := w.requests("9/v1/alerts/cloud"); n != 0 {
					t.Errorf("%d requests went to the link's host", n)
				}
			})
		})
	}
}

// Tokens end by their life, by what the service says of it, and early: they are
// renewed, and nothing is read twice or left out.
func TestTokensAreRenewed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		life, says time.Duration
		uses       int
		tokens     int // at least
	}{
		"long":              {12 * time.Hour, 0, 0, 1},
		"short":             {20 * time.Second, 0, 0, 3},
		"shorter than said": {20 * time.Second, time.Hour, 0, 3},
		"one request":       {time.Hour, 0, 1, 20},
	}
	for name, tt := range tests {
		t.Run("workflow "+name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				f := &fakeWorkflow{shelf: shelf{n: 2000}, life: tt.life, says: tt.says, tokenUses: tt.uses, age: time.Hour}
				w.serve(t, "3", f)
				row, found := w.ask(t.Context(), t, o, mustSource(t, "source", "zscaler-workflow"))
				if row.Status != result.Answered || len(found) != 1600 || f.tokens < tt.tokens {
					t.Errorf("%s, %d findings, %d tokens: %s", row.Status, len(found), f.tokens, row.Reason)
				}
			})
		})
		t.Run("strata "+name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, _ Options) {
				f := &fakeIoT{shelf: shelf{n: 2000}, strata: true, life: tt.life, tokenUses: tt.uses}
				w.serve(t, "2", f)
				row, found := w.ask(t.Context(), t, w.options(strata()), mustSource(t, "source", "palo-alto-iot", "pagelength", "50"))
				if row.Status != result.Answered || len(found) != 2000 || tt.uses > 0 && f.tokens < tt.tokens {
					t.Errorf("%s, %d findings, %d tokens: %s", row.Status, len(found), f.tokens, row.Reason)
				}
			})
		})
	}
}

func strata() map[string]string {
	return map[string]string{
		"SCANGATE_PALO_ALTO_IOT_URL": "http://127.0.0.1:2/iot/pub/v1", "SCANGATE_PALO_ALTO_IOT_AUTH_URL": "http://127.0.0.1:2/oauth2/access_token",
		"SCANGATE_PALO_ALTO_IOT_CLIENT_ID": "client-7", "SCANGATE_PALO_ALTO_IOT_CLIENT_SECRET": iotSecret, "SCANGATE_PALO_ALTO_IOT_TSG_ID": "0123456789",
	}
}

// Requests stay within the vendors' rates in every window, not on average only,
// and no fake has to say 429.
func TestRates(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		set    func(t *testing.T, w *world) Spec
		prefix string
		n      int
		per    time.Duration
	}{
		"zpc": {func(t *testing.T, w *world) Spec {
			w.serve(t, "1", &fakeZPC{shelf: shelf{n: 2500}, iac: shelf{n: 900}, age: time.Hour, throttle: throttle{n: 5, per: time.Second}})
			return mustSource(t, "source", "zscaler-zpc")
		}, "1/v1/alerts", 5, time.Second},
		"iot": {func(t *testing.T, w *world) Spec {
			w.serve(t, "2", &fakeIoT{shelf: shelf{n: 9000}, throttle: throttle{n: 60, per: time.Minute}})
			return mustSource(t, "source", "palo-alto-iot", "pagelength", "100")
		}, "2/", 60, time.Minute},
		"workflow": {func(t *testing.T, w *world) Spec {
			w.serve(t, "3", &fakeWorkflow{shelf: shelf{n: 3000}, life: 12 * time.Hour, age: time.Hour, throttle: throttle{n: 20, per: time.Minute}})
			return mustSource(t, "source", "zscaler-workflow")
		}, "3/dlp", 20, time.Minute},
		"netskope": {func(t *testing.T, w *world) Spec {
			w.serve(t, "4", &fakeNetskope{shelf: shelf{n: 3000}, age: time.Hour, throttle: throttle{n: 24, per: 5 * time.Second}})
			return mustSource(t, "source", "netskope", "limit", "100")
		}, "4/", 24, 5 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				spec := tt.set(t, w)
				row, _ := w.ask(t.Context(), t, o, spec)
				if row.Status != result.Answered {
					t.Errorf("%s: %s", row.Status, row.Reason)
				}
				if got := w.busiest(tt.prefix, tt.per); got > tt.n || got < tt.n/2 {
					t.Errorf("%d requests within %s, want at most %d, and not much less", got, tt.per, tt.n)
				}
			})
		})
	}
}

// Two entries of one vendor share its limit.
func TestEntriesShareALimit(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "1", &fakeZPC{shelf: shelf{n: 1500}, age: time.Hour, throttle: throttle{n: 5, per: time.Second}})
		j, err := Prepare(Plan{Sources: []Spec{
			mustSource(t, "source", "zscaler-zpc"), mustSource(t, "source", "zscaler-zpc", "name", "again"),
		}}, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range j.Run(t.Context()).Rows {
			if row.Status != result.Answered {
				t.Errorf("%s: %s", row.Target.Name, row.Reason)
			}
		}
		if got := w.busiest("1/", time.Second); got > 5 {
			t.Errorf("%d requests within a second", got)
		}
	})
}

// Where the first page shows that the rest can't be read in time, the row fails
// at once and names the filters that help.
func TestTooLongAList(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "3", &fakeWorkflow{shelf: shelf{n: 240_000}, life: 12 * time.Hour, age: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
		defer cancel()
		start := time.Now()
		row, _ := w.ask(ctx, t, o, mustSource(t, "source", "zscaler-workflow"))
		if row.Status != result.Failed || row.Cause != result.CauseTimeout || !strings.Contains(row.Fix, "severity, priority, status") {
			t.Errorf("%s, %s: %s; %s", row.Status, row.Cause, row.Reason, row.Fix)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("it took %s", took)
		}
		if n := w.requests("3/dlp/v1/incidents/search"); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

// Ranges that the service finds too long are cut into those of its console.
func TestShortRanges(t *testing.T) {
	t.Parallel()
	for age, want := range map[time.Duration]int{time.Hour: 40, 100 * 24 * time.Hour: 40} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "3", &fakeWorkflow{shelf: shelf{n: 50}, life: time.Hour, short: true, age: age})
			j, err := Prepare(Plan{Sources: []Spec{mustSource(t, "source", "zscaler-workflow")}}, o)
			if err != nil {
				t.Fatal(err)
			}
			out := j.Run(t.Context())
			if row := out.Rows[0]; row.Status != result.Answered || len(out.Findings) != want {
				t.Errorf("%s: %s, %d findings: %s", age, row.Status, len(out.Findings), row.Reason)
			}
			if len(out.Notices) != 1 || !strings.Contains(out.Notices[0].Text, "180 days") {
				t.Errorf("%s: nobody says how far back was searched: %v", age, out.Notices)
			}
		})
	}
}

// A 429 is waited out.
func TestTooManyRequestsAreWaitedOut(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "3", &fakeWorkflow{shelf: shelf{n: 1000}, life: 12 * time.Hour, age: time.Hour, throttle: throttle{n: 3, per: time.Minute}})
		row, found := w.ask(t.Context(), t, o, mustSource(t, "source", "zscaler-workflow"))
		if row.Status != result.Answered || len(found) != 800 {
			t.Errorf("%s, %d findings: %s", row.Status, len(found), row.Reason)
		}
	})
}

// Numbers do where no limit can be crossed; what is in question is listed.
func TestNumbersFirst(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		entry    []string
		save     bool
		lists    int // requests for pages
		critical int // findings
	}{
		"within its limits":   {[]string{"max", "critical=99|high=99"}, false, 0, 1},
		"one severity over":   {[]string{"max", "critical=2|high=99"}, false, 1, 11},
		"not limited":         {[]string{"max", "low=99"}, false, 0, 1},
		"the policy's limits": {nil, false, 2, 11},
		"saved results":       {[]string{"max", "critical=99|high=99"}, true, 1, 11},
		"an age":              {[]string{"max", "critical=99", "older-than", "1h"}, false, 1, 11},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.withOptix(t, &o, emulator.Options{})
				o.SaveResults = tt.save
				row, found := w.ask(t.Context(), t, o, mustSource(t, append([]string{"source", "cloud-optix"}, tt.entry...)...))
				if row.Status != result.Answered {
					t.Fatal(row.Reason)
				}
				findings, alerts := 0, 0
				for _, f := range found {
					if f.Severity == result.Critical {
						findings++
					}
					alerts += f.Count
				}
				if got := w.requests("5/api/v1/alerts"); got != tt.lists || findings != tt.critical || alerts != 40 {
					t.Errorf("%d pages, %d critical findings, %d alerts; want %d, %d and 40", got, findings, alerts, tt.lists, tt.critical)
				}
			})
		})
	}
}
