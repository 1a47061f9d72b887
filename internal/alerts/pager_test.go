package alerts

import (
	"context"
	"errors"
	"fmt"
	"github.com/scangate/scangate/internal/transport"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// changeAt changes a list at one request.
func changeAt(request, add, remove int) change {
	return func(n int) (int, int) {
		if n == request {
			return add, remove
		}
		return 0, 0
	}
}

// some are open items with ids.
func some(ids ...string) []item {
	items := make([]item, len(ids))
	for i, id := range ids {
		items[i] = item{alert{identity: unique(id), id: id}, true}
	}
	return items
}

func numberOf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A list that changes while it is read is read again until it is complete. A list that never stops
// changing fails.
func TestListsThatChange(t *testing.T) {
	t.Parallel()
	changes := map[string]struct {
		change change
		want   int // -1: the row fails
		grows  bool
	}{
		"one more":        {changeAt(2, 1, 0), 46, true},
		"one less":        {changeAt(2, 0, 1), 44, false},
		"one for another": {changeAt(3, 1, 1), 45, false},
		"twice":           {func(n int) (int, int) { return numberOf(n == 2) + numberOf(n == 7), 0 }, 47, true},
		"always":          {func(n int) (int, int) { return numberOf(n%2 == 0), numberOf(n%2 == 1) }, -1, false},
		"always growing":  {func(n int) (int, int) { return numberOf(n > 1), 0 }, -1, true},
	}
	for name, tt := range changes {
		for _, f := range []fake{zpcFake(), iotFake(), netskopeFake()} {
			t.Run(f.vendor+" "+name, func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T, w *world, o Options) {
					w.serve(t, f.port, f.serve(list{from: 1000, n: 45, age: time.Hour, changes: tt.change}))
					row, found := read(t.Context(), t, o, "source", f.vendor, f.pageSize, "10")
					want := tt.want
					switch {
					case f.vendor == "netskope" && tt.grows:
						want = 45 // new alerts only shift the others
					case f.vendor == "zscaler-zpc" && want > 0:
						want += 7 // the IaC alerts
					}
					if f.vendor == "zscaler-zpc" && name == "always" && row.Reason != "the list changed while it was read: it had 45 items, then 44; the list was read 4 times" {
						t.Errorf("reason %q", row.Reason)
					}
					switch {
					case want < 0 && (row.Status != result.Failed || len(found) > 0 || row.Fix == ""):
						t.Errorf("%s, %d findings; want a failed row", row.Status, len(found))
					case want >= 0 && (row.Status != result.Answered || len(found) != want && name != "one for another"):
						t.Errorf("%s, %d findings, want %d: %s", row.Status, len(found), want, row.Reason)
					}
				})
			})
		}
	}
}

// Requests stay within the documented rates in every window, not only on average, so that no fake
// answers 429.
func TestRates(t *testing.T) {
	t.Parallel()
	for _, f := range fakes() {
		if f.limit.N == 0 {
			continue
		}
		t.Run(f.vendor, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.serve(t, f.port, f.serve(list{n: 15 * f.limit.N, age: time.Hour, throttle: f.limit}))
				row, _ := read(t.Context(), t, o, "source", f.vendor, f.pageSize, "10")
				if row.Status != result.Answered {
					t.Errorf("%s: %s", row.Status, row.Reason)
				}
				if got := w.busiest(f.port+f.paths, f.limit.Per); got > f.limit.N || got < f.limit.N/2 {
					t.Errorf("%d requests within %s, want at most %d, and not much less", got, f.limit.Per, f.limit.N)
				}
			})
		})
	}
}

func TestEntriesShareARateLimit(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "1", zpcFake().serve(list{n: 150, age: time.Hour, throttle: zpcFake().limit}))
		out := mustRun(t.Context(), t, o, Plan{Sources: []Source{
			mustSource(t, "source", "zscaler-zpc", "limit", "10"),
			mustSource(t, "source", "zscaler-zpc", "limit", "10", "name", "again"),
		}})
		for _, row := range out.Rows {
			if row.Status != result.Answered {
				t.Errorf("%s: %s", row.Target.Name, row.Reason)
			}
		}
		if got := w.busiest("1/", time.Second); got > 5 {
			t.Errorf("%d requests within a second", got)
		}
	})
}

// A service that answers 429 sooner than documented is asked again later.
func TestTooManyRequests(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "3", workflowFake().serve(list{n: 100, age: time.Hour, throttle: transport.RateLimit{N: 3, Per: time.Minute}}))
		row, found := read(t.Context(), t, o, "source", "zscaler-workflow", "pageSize", "10")
		if row.Status != result.Answered || len(found) != 80 {
			t.Errorf("%s, %d findings: %s", row.Status, len(found), row.Reason)
		}
	})
}

// checkAllPages reads n alerts that are far older than any default window.
func checkAllPages(t *testing.T, f fake, n int, pageSize string) {
	t.Helper()
	t.Run(fmt.Sprintf("%s %d by %s", f.vendor, n, pageSize), func(t *testing.T) {
		t.Parallel()
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, f.port, f.serve(list{n: n, age: 2 * year}))
			// The age makes Cloud Optix list its alerts, which it would only count otherwise.
			row, found := read(t.Context(), t, o, "source", f.vendor, f.pageSize, pageSize, "older-than", "1h")
			checkFindings(t, row, found, f.open(n))
		})
	})
}

func checkFindings(t *testing.T, row result.Row, found []result.Finding, want int) {
	t.Helper()
	if row.Status != result.Answered || len(found) != want {
		t.Errorf("%s, %d findings, want %d: %s", row.Status, len(found), want, row.Reason)
	}
	ids := map[string]bool{}
	for _, f := range found {
		ids[f.Fingerprint] = true
	}
	if len(ids) != want {
		t.Errorf("%d different alerts, want %d", len(ids), want)
	}
}

const year = 365 * 24 * time.Hour

// Every alert of every page comes once.
func TestAllPages(t *testing.T) {
	t.Parallel()
	for _, f := range fakes() {
		largest := "100"
		if f.vendor == "cloud-optix" {
			largest = "50"
		}
		for _, n := range []int{0, 1, 99, 100, 101} {
			checkAllPages(t, f, n, largest)
		}
		checkAllPages(t, f, 240, "10")
	}
}

// checkSinglePages reads one alert a page, within the rate limit of 5 a second.
func checkSinglePages(t *testing.T, n int) {
	t.Helper()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "1", zpcFake().serve(list{n: n, age: year}))
		start := time.Now()
		row, found := read(t.Context(), t, o, "source", "zscaler-zpc", "limit", "1", "lists", "cloud")
		checkFindings(t, row, found, n)
		least := time.Duration(n) * time.Second / 5
		if took := time.Since(start); took < least || took > least*5/4 {
			t.Errorf("it took %s, want a little more than %s", took, least)
		}
	})
}

func TestSinglePages(t *testing.T) {
	t.Parallel()
	checkSinglePages(t, 240)
}

// A page of alerts may be far larger than other answers: it may hold the page of a remedy for each.
func TestLargePages(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		remedy := strings.Repeat("<li>do this</li>", 1<<18) // 4 MiB
		w.serve(t, "1", fixed("/cloud", fmt.Sprintf(`{"alerts":[{"alert_id":1,"remedy":%q}],"total_count":1}`, remedy)))
		row, found := read(t.Context(), t, o, "source", "zscaler-zpc", "lists", "cloud")
		checkFindings(t, row, found, 1)
	})
}

// The first page announces how many pages there are, if it says enough.
func TestAnnouncedPages(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ pages, total, items, want int }{
		{3, unstated, 2, 3}, {0, 5, 2, 0}, {unstated, 5, 2, 3}, {unstated, 4, 2, 2}, {unstated, 1, 2, 1}, {unstated, 0, 0, 0}, {unstated, 5, 0, 0}, {unstated, unstated, 2, 0},
	} {
		p := page{pages: tt.pages, total: tt.total, items: make([]item, tt.items)}
		if got := p.count(); got != tt.want {
			t.Errorf("%+v: %d pages", tt, got)
		}
	}
}

// A list whose numbers change from page to page has changed, even if they become 0.
func TestNumbersThatBecomeZero(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ first, next page }{
		"items": {page{items: some("a"), number: 1, total: 2, pages: unstated}, page{number: 2, total: 0, pages: unstated}},
		"pages": {page{items: some("a"), number: 1, total: unstated, pages: 2}, page{number: 2, total: unstated, pages: 0}},
	} {
		l := newListing()
		if err := l.add(tt.first); err != nil {
			t.Fatal(err)
		}
		var change *changedError
		if err := l.add(tt.next); !errors.As(err, &change) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// After the first page, the others are read at the same time where the vendor allows that.
func TestPagesAtTheSameTime(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ parallel, pages, want int }{{1, 3, 3}, {2, 3, 2}, {2, 2, 2}, {4, 9, 3}, {2, 4, 3}} {
		synctest.Test(t, func(t *testing.T) {
			fetch := func(_ context.Context, n, _ int) (page, error) {
				time.Sleep(time.Second)
				return page{items: some(fmt.Sprint(n)), number: n + 1, next: nextIf(n+1 < tt.pages), total: unstated, pages: tt.pages}, nil
			}
			began := time.Now()
			p := pager{fetch: fetch, parallel: tt.parallel, pace: nil, now: time.Now}
			if _, err := p.read(t.Context()); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took != time.Duration(tt.want)*time.Second {
				t.Errorf("%d pages, %d at a time: %s, want %d s", tt.pages, tt.parallel, took, tt.want)
			}
		})
	}
}

// A list that the rate limit allows just by the deadline is read.
func TestPagesByTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := pager{pace: transport.NewPacer(time.Now, transport.RateLimit{N: 2, Per: time.Second, Burst: 1}), now: time.Now, fetch: func(context.Context, int, int) (page, error) { return page{}, nil }}
		in := func(left time.Duration) context.Context {
			ctx, cancel := context.WithTimeout(t.Context(), left)
			t.Cleanup(cancel)
			return ctx
		}
		need := p.pace.Need(5)
		if need <= time.Second {
			t.Fatalf("five requests take %s", need)
		}
		if err := p.checkTime(in(need), 5); err != nil {
			t.Error(err)
		}
		if err := p.checkTime(in(need-1), 5); err == nil {
			t.Error("five pages are not possible by the deadline")
		}
		if err := p.checkTime(in(-time.Second), 0); err != nil {
			t.Errorf("there is no other page: %v", err)
		}
		p.pace.Wait(t.Context())
		need = p.pace.Need(1)
		if _, err := p.page(in(need), 0, 0); err != nil {
			t.Error(err)
		}
		if _, err := p.page(in(need-1), 0, 0); err == nil {
			t.Error("a page is not possible by the deadline")
		}
	})
}

// A long list takes as long as the pace allows, and not as long as its answers one after the other.
func TestLongListsKeepThePace(t *testing.T) {
	t.Parallel()
	const pages, answer = 2000, 50 * time.Millisecond
	for pace, most := range map[int]time.Duration{10: 220 * time.Second, 200: pages * answer / 6} {
		synctest.Test(t, func(t *testing.T) {
			p := pager{parallel: pagesAtOnce, pace: transport.PerSecond(time.Now, pace), now: time.Now}
			p.fetch = func(ctx context.Context, n, _ int) (page, error) {
				p.pace.Wait(ctx)
				time.Sleep(answer)
				return page{items: some(fmt.Sprint(n)), number: n + 1, next: nextIf(n+1 < pages), total: unstated, pages: pages}, nil
			}
			began := time.Now()
			l, err := p.read(t.Context())
			if err != nil || len(l.all) != pages {
				t.Fatal(err)
			}
			if took := time.Since(began); took > most || took < pages*time.Second/time.Duration(pace)-2*time.Second {
				t.Errorf("%d a second: %s, want at most %s", pace, took, most)
			}
		})
	}
}
