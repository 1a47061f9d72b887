package alerts

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/result"
)

const year = 365 * 24 * time.Hour

// Alerts that are far older than any default window, from none to many pages:
// all of them come, each once, and the row is answered.
func TestAllPagesOfEverySource(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 99, 100, 101, 2400} {
		tests := map[string]func(t *testing.T, w *world, o *Options) (Spec, int){
			"zpc": func(t *testing.T, w *world, _ *Options) (Spec, int) {
				w.serve(t, "1", &fakeZPC{shelf: shelf{n: n}, iac: shelf{from: 1e6, n: 7}, age: 2 * year})
				return mustSource(t, "source", "zscaler-zpc"), n + 7
			},
			"iot": func(t *testing.T, w *world, _ *Options) (Spec, int) {
				w.serve(t, "2", &fakeIoT{shelf: shelf{n: n}})
				return mustSource(t, "source", "palo-alto-iot", "pagelength", "100"), n
			},
			"iot without a total": func(t *testing.T, w *world, _ *Options) (Spec, int) {
				w.serve(t, "2", &fakeIoT{shelf: shelf{n: n}, noTotal: true, quoted: true})
				return mustSource(t, "source", "palo-alto-iot", "pagelength", "100"), n
			},
			"workflow": func(t *testing.T, w *world, _ *Options) (Spec, int) {
				w.serve(t, "3", &fakeWorkflow{shelf: shelf{n: n}, life: 12 * time.Hour, age: 2 * year})
				return mustSource(t, "source", "zscaler-workflow"), n - n/5
			},
			"netskope": func(t *testing.T, w *world, _ *Options) (Spec, int) {
				w.serve(t, "4", &fakeNetskope{shelf: shelf{n: n}, age: 2 * year})
				return mustSource(t, "source", "netskope", "limit", "100"), n
			},
			"netskope one at a time": func(t *testing.T, w *world, _ *Options) (Spec, int) {
				w.serve(t, "4", &fakeNetskope{shelf: shelf{n: min(n, 101)}, age: 2 * year, max: 1})
				return mustSource(t, "source", "netskope"), min(n, 101)
			},
			"netskope v1": func(t *testing.T, w *world, o *Options) (Spec, int) {
				w.serve(t, "4", &fakeNetskope{shelf: shelf{n: n}, age: 2 * year, v1: true})
				env := variables()
				env["SCANGATE_NETSKOPE_API"] = "v1"
				o.Getenv = func(name string) string { return env[name] }
				return mustSource(t, "source", "netskope", "limit", "100"), n
			},
			"optix": func(t *testing.T, w *world, o *Options) (Spec, int) {
				size := n
				if n == 0 {
					size = -1
				}
				w.withOptix(t, o, emulator.Options{Alerts: size})
				return mustSource(t, "source", "cloud-optix", "older-than", "1h"), n - n/9
			},
		}
		for name, set := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newWorld()
					o := w.options(variables())
					spec, want := set(t, w, &o)
					row, found := w.ask(t.Context(), t, o, spec)
					if row.Status != result.Answered || len(found) != want {
						t.Errorf("%s, %d findings, want %d: %s", row.Status, len(found), want, row.Reason)
					}
					ids := map[string]bool{}
					for _, f := range found {
						ids[f.AlertID] = true
					}
					if len(ids) != want && (want > 0 || len(found) > 0) {
						t.Errorf("%d different alerts, want %d", len(ids), want)
					}
				})
			})
		}
	}
}

// As many pages as alerts, within the rate and so in some minutes.
func TestManyPages(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "1", &fakeZPC{shelf: shelf{n: 2400}, age: year})
		start := time.Now()
		row, found := w.ask(t.Context(), t, o, mustSource(t, "source", "zscaler-zpc", "limit", "1", "lists", "cloud"))
		if row.Status != result.Answered || len(found) != 2400 {
			t.Errorf("%s, %d findings: %s", row.Status, len(found), row.Reason)
		}
		if took := time.Since(start); took < 8*time.Minute || took > 10*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}
