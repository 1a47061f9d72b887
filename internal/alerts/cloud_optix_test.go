package alerts

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/result"
)

const optixSecret = "0ptix-k3y-1234"

func optixFake() fake {
	return fake{
		vendor: "cloud-optix", port: "5",
		env:     map[string]string{"SCANGATE_API_KEY": optixSecret},
		secrets: []string{optixSecret},
		serve: func(l list) http.Handler {
			return emulator.New(emulator.Options{Now: time.Now, Key: optixSecret, Alerts: cmp.Or(l.n, -1)})
		},
		open:     func(n int) int { return n - n/9 },
		pageSize: "size",
	}
}

// fakeOptix serves a list of high alerts that changes, and their numbers. The emulator's list never
// changes.
type fakeOptix struct {
	shelf
	short int    // by which the list has fewer than are counted
	level string // "" is HIGH
}

func (f *fakeOptix) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if strings.HasSuffix(r.URL.Path, "/count") {
		f.mu.Lock()
		defer f.mu.Unlock()
		answerJSON(w, http.StatusOK, map[string]int{"critical": 0, "high": f.n, "medium": 0, "low": 0, "total": f.n})
		return
	}
	all := f.next()
	all = all[:len(all)-f.short]
	if severity := q.Get("severity"); severity != "" && severity != "high" {
		all = nil
	}
	page, size := intOf(q.Get("page"), 0), intOf(q.Get("size"), 20)
	data := []map[string]any{}
	for _, i := range cut(all, (page-1)*size, size) {
		data = append(data, map[string]any{"id": 9007199254740993 + i, "alertId": fmt.Sprintf("A-%06d", i), "criticalLevel": cmp.Or(f.level, "HIGH"), "score": 85, "state": "OPEN", "alertSummary": "s"})
	}
	pages := (len(all) + size - 1) / size
	answerJSON(w, http.StatusOK, map[string]any{"data": data, "currentPage": page, "hasNext": page < pages, "hasPrevious": page > 1, "totalPages": pages, "size": size})
}

func TestOptixListsThatChange(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fake *fakeOptix
		want int // -1: the row fails
	}{
		"unchanged":          {&fakeOptix{shelf: shelf{list: list{from: 1000, n: 45}}}, 45},
		"one more":           {&fakeOptix{shelf: shelf{list: list{from: 1000, n: 45, changes: changeAt(4, 1, 0)}}}, 46},
		"one less":           {&fakeOptix{shelf: shelf{list: list{from: 1000, n: 45, changes: changeAt(4, 0, 1)}}}, 44},
		"always changing":    {&fakeOptix{shelf: shelf{list: list{from: 1000, n: 45, changes: func(int) (int, int) { return 1, 0 }}}}, -1},
		"fewer than counted": {&fakeOptix{shelf: shelf{list: list{n: 45}}, short: 6}, -1},
		"score, no level":    {&fakeOptix{shelf: shelf{list: list{n: 3}}, level: " "}, 3},
		"score, odd level":   {&fakeOptix{shelf: shelf{list: list{n: 3}}, level: "URGENT"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.serve(t, "5", tt.fake)
				row, found := read(t.Context(), t, o, "source", "cloud-optix", "size", "5")
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
					if f.Severity != result.High || !strings.HasPrefix(f.InCloud().AlertID, "A-") {
						t.Fatalf("%+v", f)
					}
				}
			})
		})
	}
}

// Alerts are listed where they may cross a limit; elsewhere their numbers are enough.
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
		"not limited":         {[]string{"max", "unknown=99"}, false, 0, 1},
		"worse than limited":  {[]string{"max", "low=99"}, false, 3, 11},
		"the policy's limits": {nil, false, 2, 11},
		"mapped, within":      {[]string{"max", "high=21", "severity-map", "critical=high"}, false, 0, 0},
		"mapped, over":        {[]string{"max", "high=20", "severity-map", "critical=high"}, false, 2, 0},
		"saved results":       {[]string{"max", "critical=99|high=99"}, true, 1, 11},
		"an age":              {[]string{"max", "critical=99", "older-than", "1h"}, false, 1, 11},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.emulate(t, emulator.Options{})
				o.SaveResults = tt.save
				row, found := read(t.Context(), t, o, append([]string{"source", "cloud-optix"}, tt.entry...)...)
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
				if got, want := w.requests("5/api/v1/alerts/count"), 1+min(1, tt.lists); got != want {
					t.Errorf("asked %d times for the numbers, want %d", got, want)
				}
			})
		})
	}
}

// A number of 0 is confirmed by a list where a single alert would cross a limit.
func TestNoneIsConfirmed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		max   string
		low   int    // alerts
		lists string // the severities that are asked for
	}{
		"one is allowed":            {"critical=1", 0, ""},
		"none, none at all":         {"critical=0", 0, "all "},
		"none, few others":          {"critical=0", 2, "all "},
		"none, a page of others":    {"critical=0", optixPageSize, "all "},
		"none, more than that":      {"critical=0", optixPageSize + 1, "critical "},
		"none of two":               {"critical=0|high=0", 99, "critical high "},
		"none, and another crosses": {"critical=0|low=5", 99, "critical high medium low "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				asked := ""
				w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if strings.HasSuffix(r.URL.Path, "/count") {
						_, _ = io.WriteString(rw, counts(0, 0, 0, tt.low, tt.low))
						return
					}
					severity := r.URL.Query().Get("severity")
					if r.URL.Query().Get("page") == "1" {
						asked += cmp.Or(severity, "all") + " "
					}
					items := []string{}
					for i := range map[string]int{"": tt.low, "low": tt.low}[severity] {
						items = append(items, listed(i, "LOW"))
					}
					pages := min(1, len(items))
					if r.URL.Query().Get("page") == "2" {
						_, _ = io.WriteString(rw, optixPage(2, pages, false))
						return
					}
					_, _ = io.WriteString(rw, optixPage(1, pages, false, items...))
				}))
				row, _ := read(t.Context(), t, o, "source", "cloud-optix", "max", tt.max)
				if row.Status != result.Answered || asked != tt.lists {
					t.Errorf("%s, asked for %q, want %q: %s", row.Status, asked, tt.lists, row.Reason)
				}
			})
		})
	}
}

// A page without an open alert is not the end of a list.
func TestPagesWithoutOpenAlerts(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		suppressed := `{"id":1,"criticalLevel":"HIGH","state":"SUPPRESS"}`
		w.serve(t, "5", fixed("/count", counts(0, 1, 0, 0, 1), "page=1", optixPage(1, 2, true, suppressed), "page=2", optixPage(2, 2, false, listed(2, "HIGH"))))
		row, found := read(t.Context(), t, o, "source", "cloud-optix")
		checkFindings(t, row, found, 1)
	})
}

// Without a level, the score is the severity; the list says it only without either.
func TestScores(t *testing.T) {
	t.Parallel()
	for score, want := range map[string]result.Severity{
		"100": result.Critical, "90": result.Critical, "89": result.High, "80": result.High, "79": result.Medium, "50": result.Medium, "49": result.Low, "0": result.Low,
		"null": result.Critical, `"many"`: result.Critical,
	} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "5", fixed("/count", counts(1, 0, 0, 0, 1), "/alerts", optixPage(1, 1, false, fmt.Sprintf(`{"id":1,"score":%s}`, score))))
			row, found := read(t.Context(), t, o, "source", "cloud-optix", "severity", "critical")
			if len(found) != 1 || found[0].Severity != want {
				t.Errorf("score %s: %s, %+v; want %s", score, row.Reason, found, want)
			}
		})
	}
}

// A limit that counts other findings too may be crossed by any number of alerts, so that these are
// listed.
func TestSharedLimits(t *testing.T) {
	t.Parallel()
	lists := map[string][]string{"high": {listed(1, "HIGH"), listed(2, "HIGH")}, "medium": nil}
	for word, items := range lists {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "5", fixed("/count", counts(0, 2, 0, 60, 62), "severity="+word, optixPage(1, min(1, len(items)), false, items...)))
			severity, err := result.ParseSeverity(word)
			o.Policy = result.Policy{Sources: []result.LimitSource{{Max: []result.Limit{{Severity: severity, Max: 50}}}}}
			row, found := read(t.Context(), t, o, "source", "cloud-optix")
			var ids []string
			for _, f := range found {
				ids = append(ids, f.InCloud().AlertID)
			}
			if row.Status != result.Answered || err != nil || strings.Count(strings.Join(ids, " "), "A-1") != len(items) || w.requests("5/api/v1/alerts") != 1 {
				t.Errorf("a limit for %s: ids %q: %s", word, ids, row.Reason)
			}
		})
	}
}

// An alert is known by its id: several may have one alertId, and those without an id are counted.
func TestIdentityOfOptixAlerts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		critical, high []string
		want           int
		notice         string
	}{
		"one alertId":      {[]string{listed(1, "CRITICAL"), listed(2, "CRITICAL")}, nil, 2, ""},
		"no id":            {[]string{`{"alertId":"A-1","criticalLevel":"CRITICAL"}`, `{"alertId":"A-1","criticalLevel":"CRITICAL"}`}, nil, 2, ""},
		"no id at all":     {[]string{`{"criticalLevel":"CRITICAL"}`, `{"criticalLevel":"CRITICAL"}`}, nil, 2, ""},
		"in two lists":     {[]string{listed(1, "CRITICAL")}, []string{listed(1, "HIGH"), listed(2, "HIGH")}, 2, "the worse one counts: A-1"},
		"no id, two lists": {[]string{`{"alertId":"A-1"}`}, []string{`{"alertId":"A-1"}`}, 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.serve(t, "5", fixed("/count", counts(len(tt.critical), len(tt.high), 60, 0, 60+len(tt.critical)+len(tt.high)),
					"severity=critical", optixPage(1, 1, false, tt.critical...), "severity=high", optixPage(1, min(1, len(tt.high)), false, tt.high...)))
				out := mustRun(t.Context(), t, o, Plan{Sources: []Source{mustSource(t, "source", "cloud-optix", "severity", "critical|high")}})
				if out.Rows[0].Status != result.Answered || len(out.Findings) != tt.want {
					t.Fatalf("%s, %d findings, want %d: %s", out.Rows[0].Status, len(out.Findings), tt.want, out.Rows[0].Reason)
				}
				prints := map[string]bool{}
				for _, f := range out.Findings {
					prints[f.Fingerprint] = true
				}
				if len(prints) != tt.want || out.Findings[0].Severity != result.Critical {
					t.Errorf("%+v", out.Findings)
				}
				if got := fmt.Sprint(out.Notices); len(out.Notices) != min(1, len(tt.notice)) || !strings.Contains(got, tt.notice) {
					t.Errorf("notices %s, want %q", got, tt.notice)
				}
			})
		})
	}
}

// A list of several pages from which alerts go while it is read may lack others: it is read again
// until their number doesn't fall, and fails otherwise.
func TestOptixListsThatShrink(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		falls int // how often the number falls between two counts
		size  string
		lists int // requests for the first page, 0: the row fails
	}{
		"never":            {0, "5", 1},
		"once":             {1, "5", 2},
		"three times":      {3, "5", 4},
		"always":           {9, "5", 0},
		"on a single page": {9, "50", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				n, count, lists := 20, 0, 0
				var mu sync.Mutex // pages are read side by side
				w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					q := r.URL.Query()
					page, size := intOf(q.Get("page"), 0), intOf(q.Get("size"), 0)
					if strings.HasSuffix(r.URL.Path, "/count") {
						if count++; count%2 == 0 && count/2 <= tt.falls {
							n--
						}
						_, _ = io.WriteString(rw, counts(0, n, 0, 0, n))
						return
					}
					lists += numberOf(page == 1)
					var items []string
					for i := (page - 1) * size; i < min(page*size, n); i++ {
						items = append(items, listed(i, "HIGH"))
					}
					pages := (n + size - 1) / size
					_, _ = io.WriteString(rw, optixPage(page, pages, page < pages, items...))
				}))
				row, found := read(t.Context(), t, o, "source", "cloud-optix", "size", tt.size, "severity", "high")
				if tt.lists == 0 {
					checkContradiction(t, row, found, "high alerts: their number fell from 17 to 16 while the list was read, so that it may lack some; both were read 4 times")
					return
				}
				if row.Status != result.Answered || lists != tt.lists {
					t.Errorf("%s after %d lists, want %d: %s", row.Status, lists, tt.lists, row.Reason)
				}
			})
		})
	}
}
