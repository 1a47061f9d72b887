package alerts

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/result"
)

// fakeOptix is a list of high alerts that moves, with the numbers to it. The
// emulator's stands still.
type fakeOptix struct {
	shelf
	short int           // by which the list has fewer than are counted
	seen  time.Duration // since the alerts were last seen
	level string        // "" is HIGH
}

func (f *fakeOptix) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if f.seen > 365*24*time.Hour && !q.Has("lastSeenFrom") {
		f.n = 0
	}
	if strings.HasSuffix(r.URL.Path, "/count") {
		f.mu.Lock()
		defer f.mu.Unlock()
		say(w, http.StatusOK, map[string]int{"critical": 0, "high": f.n, "medium": 0, "low": 0, "total": f.n})
		return
	}
	all := f.next()
	all = all[:len(all)-f.short]
	page, size := intOf(q.Get("page"), 0), intOf(q.Get("size"), 20)
	data := []map[string]any{}
	for _, i := range cut(all, (page-1)*size, size) {
		data = append(data, map[string]any{"id": 9007199254740993 + i, "alertId": fmt.Sprintf("A-%06d", i), "criticalLevel": or(f.level, "HIGH"), "score": 85, "state": "OPEN", "alertSummary": "s"})
	}
	pages := (len(all) + size - 1) / size
	say(w, http.StatusOK, map[string]any{"data": data, "currentPage": page, "hasNext": page < pages, "hasPrevious": page > 1, "totalPages": pages, "size": size})
}

func TestOptixListsThatChange(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fake *fakeOptix
		want int // -1: the row fails
	}{
		"still":            {&fakeOptix{shelf: shelf{from: 1000, n: 450}}, 450},
		"one more":         {&fakeOptix{shelf: shelf{from: 1000, n: 450, moves: once(4, 1, 0)}}, 451},
		"one less":         {&fakeOptix{shelf: shelf{from: 1000, n: 450, moves: once(4, 0, 1)}}, 449},
		"never at rest":    {&fakeOptix{shelf: shelf{from: 1000, n: 450, moves: func(int) (int, int) { return 1, 0 }}}, -1},
		"fewer than said":  {&fakeOptix{shelf: shelf{n: 450}, short: 60}, -1},
		"not seen lately":  {&fakeOptix{shelf: shelf{n: 450}, seen: 2 * year}, 450},
		"score, no level":  {&fakeOptix{shelf: shelf{n: 3}, level: " "}, 3},
		"score, odd level": {&fakeOptix{shelf: shelf{n: 3}, level: "URGENT"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.withOptix(t, &o, emulator.Options{})
				w.serve(t, "5", tt.fake)
				row, found := w.ask(t.Context(), t, o, mustSource(t, "source", "cloud-optix"))
				if tt.want < 0 {
					if row.Status != result.Failed || len(found) > 0 {
						t.Errorf("%s, %d findings; want a failed row", row.Status, len(found))
					}
					return
				}
				if row.Status != result.Answered || len(found) != tt.want {
					t.Fatalf("%s, %d findings, want %d: %s", row.Status, len(found), tt.want, row.Reason)
				}
				for _, f := range found {
					if f.Severity != result.High || !strings.HasPrefix(f.AlertID, "A-") {
						t.Fatalf("%+v", f)
					}
				}
			})
		})
	}
}
