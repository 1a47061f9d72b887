package optix

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/jsonx"
)

func readReport(r io.Reader) ([]IaCAlert, error) {
	alerts := []IaCAlert{}
	_, err := decodeReport(r, answers(), func(a IaCAlert) error {
		alerts = addAlert(alerts, a)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return alerts, nil
}

func TestDecodeReport(t *testing.T) {
	t.Parallel()
	check(t, func(b []byte) ([]IaCAlert, error) { return readReport(strings.NewReader(string(b))) },
		map[string][]IaCAlert{
			`{"alerts":[]}`: {},
			`{"scan":{"a":[1,{}]},"alerts":[{"scanID":"s","alertSummary":"a","criticalLevel":"HIGH","alertDetails":"d <br>"}],"total":1} ` + "\n": {{"s", "a", "HIGH", "d <br>"}},
			`{"alerts":[{"scan_id":"s"},{"scanID":"t","scan_id":"t"}]}`:                                                                           {{ScanID: "s"}, {ScanID: "t"}},
			`{"alerts":[{"criticalLevel":3},{"alertSummary":null},{}]}`:                                                                           {{Severity: "3"}, {}, {}},
			"\xef\xbb\xbf" + `{"alerts":[]}`:                                                                                                      {},
		}, map[string]string{
			`{}`:                                  "alerts",
			`{"alerts":[],"alerts":[]}`:           "alerts",
			`{"alerts":[],"Alerts":[]}`:           "alerts",
			`{"Alerts":[]}`:                       "alerts",
			`{"alerts":null}`:                     "alerts",
			`{"alerts":{}}`:                       "alerts",
			`{"alerts":"none"}`:                   "alerts",
			`{"alerts":[null]}`:                   "alerts[0]",
			`{"alerts":[{},"x"]}`:                 "alerts[1]",
			`{"alerts":[[]]}`:                     "alerts[0]",
			`{"alerts":[{}`:                       "alerts",
			`{"alerts":[{"scanID":"s"`:            "alerts[0]",
			`{"alerts":[{"criticalLevel":true}]}`: "alerts[0].criticalLevel",
			`{"alerts":[{"alertDetails":["x"]}]}`: "alerts[0].alertDetails",
			`{"alerts":[{} {}]}`:                  "alerts",
			`{"alerts":[]} trailing`:              "",
			`{"alerts":[]}{"alerts":[]}`:          "",
			`{"alerts":[]`:                        "",
			`{"alerts":[],}`:                      "",
			`{"alerts":[{}]]`:                     "",
			`{"total":`:                           "total",
			`{"alerts":[{"alertSummary":"a","AlertSummary":"b"}]}`: "alerts[0].alertSummary",
			`{"alerts":[{"scanID":"a","scanId":"b"}]}`:             "alerts[0].scanID",
			`{"success":"no","alerts":[]}`:                         "success",
			`{"alerts":[],"hasNext":1}`:                            "hasNext",
			`{"alerts":[],"errors":["x"]}`:                         "errors",
			`{"alerts":[],"errorMessage":"x"}`:                     "errorMessage",
			`{"alerts":[],"status":"failed"}`:                      "status",
			`{"alerts":[{"scanID":"a","scan_id":"b"}]}`:            "alerts[0].scan_id",
			`{"alerts":[],"totalPages":-1}`:                        "totalPages",
			`{"alerts":[],"scanId":"s"}`:                           "scanID",
		})
}

func TestDecodeTopOfReport(t *testing.T) {
	t.Parallel()
	for top, want := range map[string]Report{
		`"a":1`:                                  {},
		`"error":null,"success":true`:            {},
		`"error":"report not ready"`:             {Error: "report not ready"},
		`"success":false`:                        {Failed: true},
		`"processing_ongoing":true`:              {Ongoing: true},
		`"process_ongoing":true`:                 {Ongoing: true},
		`"hasNext":true`:                         {More: true},
		`"hasNext":false,"totalPages":1`:         {},
		`"hasNext":false,"totalPages":5`:         {More: true},
		`"scan_id":"a","scanID":"b","other":"c"`: {ScanIDs: []string{"a", "b"}},
	} {
		for _, body := range []string{`{` + top + `,"alerts":[{}]}`, `{"alerts":[{}],` + top + `}`} {
			got, err := decodeReport(strings.NewReader(body), answers(), func(IaCAlert) error { return nil })
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%s: %v (-want +got)\n%s", body, err, diff)
			}
		}
	}
}

// A severity is a word of one line, or a number.
func TestSeverityOfAnAlertIsAWord(t *testing.T) {
	t.Parallel()
	if _, err := readReport(strings.NewReader(`{"alerts":[{"criticalLevel":"very\n high"}]}`)); err == nil {
		t.Error("a severity of two lines was read")
	}
	for given, want := range map[string]string{`"high"`: "high", `7`: "7", `null`: ""} {
		alerts, err := readReport(strings.NewReader(`{"alerts":[{"criticalLevel":` + given + `}]}`))
		if err != nil || len(alerts) != 1 || alerts[0].Severity != want {
			t.Errorf("%s: %+v, %v, want %q", given, alerts, err, want)
		}
	}
}

func TestUnion(t *testing.T) {
	t.Parallel()
	a, b, c := IaCAlert{Summary: "a"}, IaCAlert{Summary: "b"}, IaCAlert{Summary: "c"}
	for _, tt := range []struct {
		list, other, want []IaCAlert
		added             int
	}{
		{nil, nil, nil, 0},
		{[]IaCAlert{a, b}, nil, []IaCAlert{a, b}, 0},
		{[]IaCAlert{b, a}, []IaCAlert{a, b}, []IaCAlert{b, a}, 0},
		{[]IaCAlert{a}, []IaCAlert{a, a}, []IaCAlert{a, a}, 1},
		{[]IaCAlert{a, a}, []IaCAlert{a}, []IaCAlert{a, a}, 0},
		{[]IaCAlert{c}, []IaCAlert{a, b}, []IaCAlert{c, a, b}, 2},
	} {
		got, added := union(tt.list, tt.other)
		if diff := cmp.Diff(tt.want, got); diff != "" || added != tt.added {
			t.Errorf("%v and %v: %d more\n%s", tt.list, tt.other, added, diff)
		}
	}
}

// generated is a reader of texts that next returns, so that a long report is never in
// memory as a whole.
type generated struct {
	next    func() string
	pending string
}

func (g *generated) Read(p []byte) (int, error) {
	if g.pending == "" {
		if g.pending = g.next(); g.pending == "" {
			return 0, io.EOF
		}
	}
	n := copy(p, g.pending)
	g.pending = g.pending[n:]
	return n, nil
}

func generatedReport(n int) io.Reader {
	i := -1
	return &generated{next: func() string {
		i++
		switch {
		case i == 0:
			return `{"alerts":[{"alertSummary":"first"}`
		case i < n:
			return fmt.Sprintf(`,{"scanID":"s","alertSummary":"rule %d","criticalLevel":"LOW","alertDetails":"AWS_S3 (Ref: bucket%d, File: infra/main.tf) %s"}`, i%50, i, strings.Repeat("x", 200))
		case i == n:
			return `]}`
		default:
			return ""
		}
	}}
}

// Memory doesn't grow with the number of alerts. Not parallel: it reads the
// heap of the whole process.
func TestReportMemory(t *testing.T) { //nolint:paralleltest // see above
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, n := heap(), 0
	_, err := decodeReport(generatedReport(24_000), answers(), func(IaCAlert) error {
		if n++; n%8_000 == 0 {
			if now := heap(); now > before+4<<20 {
				return fmt.Errorf("%d MB more after %d alerts", (now-before)>>20, n)
			}
		}
		return nil
	})
	if err != nil || n != 24_000 {
		t.Errorf("%d alerts: %v", n, err)
	}
}

// One endless value is refused, although a report may be long.
func TestReportEndlessValue(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]string{
		"text":    `{"alerts":[{"alertSummary":"`,
		"ignored": `{"other":"`,
		"key":     `{"`,
		"spaces":  `{` + strings.Repeat(" ", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			filler, read := strings.Repeat(" ", 1<<16), 0
			g := &generated{pending: start, next: func() string {
				read += len(filler)
				return filler
			}}
			_, err := readReport(g)
			if d := decodeErrorOf(t, err); !errors.Is(d, jsonx.ErrTooLarge) || read > 16<<20 {
				t.Errorf("%v after %d bytes", err, read)
			}
		})
	}
}

func TestReportReadError(t *testing.T) {
	t.Parallel()
	broken := errors.New("reset")
	for _, cut := range []string{"", "{", `{"alerts":[`, `{"alerts":[{}`, `{"alerts":[{}]}`} {
		_, err := readReport(io.MultiReader(strings.NewReader(cut), &failing{broken}))
		if err == nil {
			t.Errorf("%q was read as a report despite a fault", cut)
		}
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

// repeatedReport is a report of n alerts, a multiple of 1,000, that costs little to read.
func repeatedReport(n int) io.Reader {
	var piece strings.Builder
	for i := range 1_000 {
		fmt.Fprintf(&piece, `{"scanID":"s","alertSummary":"rule %d","criticalLevel":"LOW","alertDetails":"AWS_S3 (Ref: bucket%d, File: infra/main.tf) %s"},`,
			i%50, i, strings.Repeat("x", 200))
	}
	i, end := -1, strings.TrimSuffix(piece.String(), ",")+"]}"
	return &generated{next: func() string {
		i++
		switch {
		case i == 0:
			return `{"alerts":[`
		case i < n/1_000:
			return piece.String()
		case i == n/1_000:
			return end
		}
		return ""
	}}
}

// BenchmarkReport1MAlerts decodes a report, and lets encoding/json do it, turn by turn.
func BenchmarkReport1MAlerts(b *testing.B) {
	const n = 1_000_000
	var ours, theirs time.Duration
	var before, after runtime.MemStats
	var allocs uint64
	for b.Loop() {
		runtime.ReadMemStats(&before)
		start := time.Now()
		alerts, err := readReport(repeatedReport(n))
		if err != nil || len(alerts) != n {
			b.Fatal(len(alerts), err)
		}
		ours += time.Since(start)
		runtime.ReadMemStats(&after)
		allocs += after.Mallocs - before.Mallocs
		start = time.Now()
		if read, err := decodeByStandard(repeatedReport(n)); err != nil || read != n {
			b.Fatal(read, err)
		}
		theirs += time.Since(start)
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/report")
	b.ReportMetric(float64(ours)/float64(theirs), "x-encoding/json")
	b.ReportMetric(float64(allocs)/float64(b.N)/n, "allocs/alert")
}

// decodeByStandard decodes the alerts one by one with encoding/json, which checks less.
func decodeByStandard(r io.Reader) (n int, err error) {
	d := json.NewDecoder(r)
	for range 3 { // the brace, the key, the bracket
		if _, err := d.Token(); err != nil {
			return 0, err
		}
	}
	var alerts []IaCAlert
	for d.More() {
		var a struct{ ScanID, AlertSummary, CriticalLevel, AlertDetails string }
		if err := d.Decode(&a); err != nil {
			return 0, err
		}
		alerts = append(alerts, IaCAlert{a.ScanID, a.AlertSummary, a.CriticalLevel, a.AlertDetails})
	}
	return len(alerts), nil
}
