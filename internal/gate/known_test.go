package gate_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// noon is a time of today.
func noon() time.Time { return time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC) }

// failOnInfo counts every finding.
func failOnInfo() result.Policy {
	return result.Policy{Sources: []result.LimitSource{{
		Strength: result.FromFlags, FailOn: &result.FailOn{Severity: sev(result.Info), Origin: result.Origin{Setting: "--fail-on"}},
	}}}
}

func TestDecideWithABaseline(t *testing.T) {
	t.Parallel()
	old := bucketAt("f1", "a.tf", "b1")
	for name, tt := range map[string]struct {
		before, now []result.Finding
		maxAge      map[result.Severity]int
		line        string
		stamp       result.Stamp // of the first finding
	}{
		"known": {
			before: []result.Finding{old}, now: []result.Finding{old}, line: "PASS (exit 0): no new findings; 1/1 answered; 1 known",
			stamp: result.Stamp{Effect: result.Known, Severity: result.High, Covers: &result.Covers{Known: 1, Entries: []int{0}}},
		},
		"an empty baseline": {
			now: []result.Finding{old}, line: "FAIL (exit 1): high 1 > 0; 1/1 answered; 0 known",
			stamp: result.Stamp{Effect: result.Counted, Severity: result.High, Count: 1, Limits: []result.LimitID{"high"}, Crosses: "high"},
		},
		"nothing found": {before: []result.Finding{old}, line: "PASS (exit 0): no findings; 1/1 answered; 0 known"},
		"a changed block": {
			before: []result.Finding{old}, now: []result.Finding{bucketAt("f1", "a.tf", "b2")}, line: "PASS (exit 0): no new findings; 1/1 answered; 1 known, 1 of them changed",
			stamp: result.Stamp{Effect: result.Known, Severity: result.High, Covers: &result.Covers{Known: 1, Entries: []int{0}, Debt: result.DebtChanged}},
		},
		"a higher severity": {
			before: []result.Finding{with(old, func(f *result.Finding) { f.Severity = result.Low })}, now: []result.Finding{old}, line: "FAIL (exit 1): high 1 > 0; 1/1 answered; 0 known",
			stamp: result.Stamp{Effect: result.Counted, Severity: result.High, Count: 1, Limits: []result.LimitID{"high"}, Crosses: "high", Covers: &result.Covers{Entries: []int{0}, Debt: result.DebtWorse}},
		},
		"a rise": {
			before: []result.Finding{vulnerable("node:18", 5, "Dockerfile")}, now: []result.Finding{vulnerable("node:20", 7, "Dockerfile")}, line: "FAIL (exit 1): critical 2 > 0; 1/1 answered; 5 known",
			stamp: result.Stamp{Effect: result.Counted, Severity: result.Critical, Count: 2, Limits: []result.LimitID{"critical"}, Crosses: "critical", Covers: &result.Covers{Known: 5, Entries: []int{0}}},
		},
		"due": {
			before: []result.Finding{old}, now: []result.Finding{old}, maxAge: map[result.Severity]int{result.High: 302}, line: "FAIL (exit 1): high 1 > 0; 1/1 answered; 0 known, 1 due",
			stamp: result.Stamp{Effect: result.Counted, Severity: result.High, Count: 1, Limits: []result.LimitID{"high"}, Crosses: "high", Covers: &result.Covers{Entries: []int{0}, Debt: result.DebtDue}},
		},
		"due tomorrow": {
			before: []result.Finding{old}, now: []result.Finding{old}, maxAge: map[result.Severity]int{result.High: 303, result.Critical: 0}, line: "PASS (exit 0): no new findings; 1/1 answered; 1 known",
			stamp: result.Stamp{Effect: result.Known, Severity: result.High, Covers: &result.Covers{Known: 1, Entries: []int{0}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := failOnInfo()
			p.Baseline = baselineOf(tt.before...)
			p.Baseline.MaxAge = tt.maxAge
			v, stamps := gate.Decide([]result.Row{answered}, tt.now, p, gate.Options{Now: noon()})
			if v.Line() != tt.line {
				t.Errorf("got %s, want %s", v.Line(), tt.line)
			}
			if len(stamps) > 0 {
				if diff := cmp.Diff(tt.stamp, stamps[0]); diff != "" {
					t.Errorf("stamp (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// Entries of an unknown severity have the shortest age of all.
func TestDueOfAnUnknownSeverity(t *testing.T) {
	t.Parallel()
	b := &result.Baseline{MaxAge: map[result.Severity]int{result.Low: 400, result.Critical: 10}}
	e := result.BaselineEntry{Severity: result.Unknown, Since: "2026-11-20"}
	if b.Due(&e, noon()) {
		t.Error("due after 9 days")
	}
	if e.Since = "2026-11-19"; !b.Due(&e, noon()) {
		t.Error("not due after 10 days")
	}
	if e.Severity = result.High; b.Due(&e, noon()) {
		t.Error("a severity without an age is due")
	}
}

// What was recorded of a result never fails it.
func TestARecordedResultHasNoFindings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawDebts(t)
		p, o := failOnInfo(), gate.Options{Now: noon()}
		_, stamps := gate.Decide(d.rows, d.findings, p, o)
		counts := gate.CountsOf(stamps)
		entries, _ := gate.Record(d.findings, d.baseline, gate.Compare(d.rows, d.findings, d.baseline, nil, counts), today, counts)
		p.Baseline = &result.Baseline{Entries: entries, Gone: d.baseline.Gone}
		v, stamps := gate.Decide(d.rows, d.findings, p, o)
		for i, s := range stamps {
			if s.Count != 0 || s.Effect != result.Known {
				t.Fatalf("finding %d counts: %+v: %s", i, s, v.Line())
			}
		}
	})
}

// A baseline never changes what becomes of findings that it does not name, and never makes more
// count. The numbers of the record are sums over the stamps.
func TestABaselineTouchesOnlyWhatItNames(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawDebts(t)
		d.baseline.MaxAge = rapid.MapOfN(severities(), rapid.SampledFrom([]int{0, 303, 9999}), 0, 3).Draw(t, "maxAge")
		p, o := failOnInfo(), gate.Options{Now: noon()}
		_, before := gate.Decide(d.rows, d.findings, p, o)
		p.Baseline = d.baseline
		v, stamps := gate.Decide(d.rows, d.findings, p, o)
		known := 0
		for i, s := range stamps {
			known += s.Covered().Known
			was := before[i]
			if s.Count+s.Covered().Known != was.Count {
				t.Fatalf("finding %d: %d counts and %d is known of %d", i, s.Count, s.Covered().Known, was.Count)
			}
			if was.Crosses, s.Crosses = "", ""; len(s.Covered().Entries) == 0 && !cmp.Equal(was, s) {
				t.Fatalf("finding %d is not in the baseline and was %+v, is %+v", i, was, s)
			}
		}
		if rec := v.Record(); rec.Known != known {
			t.Fatalf("the record says %d known, the stamps %d", rec.Known, known)
		}
	})
}

func TestCountsOf(t *testing.T) {
	t.Parallel()
	stamps := []result.Stamp{{Count: 2, Covers: &result.Covers{Known: 3}}, {Covers: &result.Covers{Known: 4}}, {Count: 1}}
	if got := gate.CountsOf(stamps); !slices.Equal(got, []int{5, 4, 1}) {
		t.Errorf("got %v", got)
	}
}
