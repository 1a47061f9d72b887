package gate_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

func drawOnAChange(t *rapid.T) input {
	in := draw(t)
	for i := range in.findings {
		in.findings[i].Outside = rapid.Bool().Draw(t, "outside")
	}
	if rapid.Bool().Draw(t, "narrowed") {
		in.options.Change = &result.Change{Touched: 1, Existing: 2}
	}
	return in
}

// The counts of the verdict are sums over the stamps, limit by limit and severity by severity.
func TestStampsAddUpToTheVerdict(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawOnAChange(t)
		v, stamps := gate.Decide(in.rows, in.findings, in.policy, in.options)
		if len(stamps) != len(in.findings) {
			t.Fatalf("%d stamps for %d findings", len(stamps), len(in.findings))
		}
		sums, severities := map[result.LimitID]int{}, map[result.Severity]int{}
		for _, s := range stamps {
			for _, id := range s.Limits {
				sums[id] += s.Count
			}
			if s.Count > 0 {
				severities[s.Severity] += s.Count
			}
		}
		for _, l := range v.Record().Limits {
			if sums[l.ID] != l.Count {
				t.Fatalf("limit %s counts %d, the stamps say %d", l.ID, l.Count, sums[l.ID])
			}
		}
		if diff := gocmp.Diff(v.Record().Counts, severities); diff != "" {
			t.Fatalf("counts by severity (-verdict +stamps):\n%s", diff)
		}
	})
}

// A finding blocks exactly when a limit that counts it is crossed, and every crossed limit that
// counts anything has a finding that blocks.
func TestStampsNameTheCrossedLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawOnAChange(t)
		v, stamps := gate.Decide(in.rows, in.findings, in.policy, in.options)
		blocked := map[result.LimitID]bool{}
		for i, s := range stamps {
			want := result.LimitID("")
			for _, l := range v.Record().Limits {
				if l.Crossed && slices.Contains(s.Limits, l.ID) {
					blocked[l.ID] = true
					want = cmp.Or(want, l.ID)
				}
			}
			if s.Crosses != want || s.Blocks() != (want != "") {
				t.Fatalf("%+v crosses %q, want %q", in.findings[i], s.Crosses, want)
			}
		}
		for _, l := range v.Record().Limits {
			if l.Crossed && l.Count > 0 && !blocked[l.ID] {
				t.Fatalf("no finding blocks by %s", l.ID)
			}
		}
	})
}

func TestLimitIDsAreUnique(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seen := map[result.LimitID]bool{}
		for _, l := range draw(t).decide().Record().Limits {
			if seen[l.ID] {
				t.Fatalf("two limits are called %s", l.ID)
			}
			seen[l.ID] = true
		}
	})
}

func TestStamps(t *testing.T) {
	t.Parallel()
	const own = "alerts:zpc"
	policy := countingUnknownAs(result.Low, flags(sev(result.High), []result.Limit{
		{Kind: "image", Severity: result.High, Max: 9}, {Kind: "image", Severity: result.Medium, Max: 1}, {Severity: result.Medium, Max: 3},
	}))
	policy.Rows = []result.RowLimits{rowLimits(own, map[result.Severity]int{result.High: 9})}
	outside := finding("iac", result.Critical, 4)
	outside.Outside = true
	alert := func(s result.Severity, n int) result.Finding {
		return result.Finding{Kind: result.KindAlerts, Target: own, Severity: s, Count: n}
	}
	tests := map[string]struct {
		finding result.Finding
		want    result.Stamp
	}{
		"crosses": {finding("iac", result.Critical, 2), result.Stamp{
			Effect: result.Counted, Severity: result.Critical, Count: 2, Limits: []result.LimitID{"critical"}, Crosses: "critical"}},
		"within a budget": {finding("image", result.High, 7), result.Stamp{
			Effect: result.Counted, Severity: result.High, Count: 7, Limits: []result.LimitID{"image:high"}}},
		"crosses the second of two": {finding("image", result.Medium, 2), result.Stamp{
			Effect: result.Counted, Severity: result.Medium, Count: 2, Limits: []result.LimitID{"medium", "image:medium"}, Crosses: "image:medium"}},
		"crosses the first of two": {finding("image", result.Medium, 4), result.Stamp{
			Effect: result.Counted, Severity: result.Medium, Count: 4, Limits: []result.LimitID{"medium", "image:medium"}, Crosses: "medium"}},
		"no limit": {finding("iac", result.Info, 3), result.Stamp{Effect: result.Unlimited, Severity: result.Info, Count: 3}},
		"unknown counts as low": {finding("iac", result.Unknown, 1), result.Stamp{
			Effect: result.Unlimited, Severity: result.Low, Count: 1}},
		"a count of 0 counts as 1": {finding("iac", result.Info, 0), result.Stamp{
			Effect: result.Unlimited, Severity: result.Info, Count: 1}},
		"outside the change": {outside, result.Stamp{Effect: result.OutsideChange, Severity: result.Critical}},
		"a row with its own limits": {alert(result.High, 3), result.Stamp{
			Effect: result.Counted, Severity: result.High, Count: 3, Limits: []result.LimitID{own + " high"}}},
		"a severity that the row does not limit": {alert(result.Medium, 3), result.Stamp{
			Effect: result.Unlimited, Severity: result.Medium, Count: 3}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, stamps := gate.Decide([]result.Row{answered}, []result.Finding{tt.finding}, policy, change(1, 2))
			if diff := gocmp.Diff([]result.Stamp{tt.want}, stamps); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLimitsOn(t *testing.T) {
	t.Parallel()
	policy := flags(sev(result.High), []result.Limit{{Severity: result.Medium, Max: 3}})
	policy.Rows = []result.RowLimits{rowLimits("alerts:zpc", map[result.Severity]int{result.Critical: 2})}
	failOn, most, byDefault := result.Origin{Setting: "--fail-on"}, result.Origin{Setting: "--max"}, result.Origin{Setting: "default"}
	for name, tt := range map[string]struct {
		target   string
		severity result.Severity
		want     []result.LimitCheck
	}{
		"fail-on": {"alerts:x", result.Critical, []result.LimitCheck{{ID: "critical", Severity: result.Critical, Origin: failOn}}},
		"budget":  {"alerts:x", result.Medium, []result.LimitCheck{{ID: "medium", Severity: result.Medium, Max: 3, Origin: most}}},
		"none":    {"alerts:x", result.Low, nil},
		"its own": {"alerts:zpc", result.Critical, []result.LimitCheck{
			{ID: "alerts:zpc critical", Target: "alerts:zpc", Severity: result.Critical, Max: 2, Origin: policy.Rows[0].Origin},
		}},
		"its own, none": {"alerts:zpc", result.High, nil},
		"unknown":       {"alerts:zpc", result.Unknown, []result.LimitCheck{{ID: "alerts:zpc unknown", Target: "alerts:zpc", Origin: byDefault}}},
	} {
		got := gate.LimitsOn(result.Finding{Kind: result.KindAlerts, Target: tt.target, Severity: tt.severity}, policy)
		if diff := gocmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Counts at the top of the range neither wrap nor uncross a limit.
func TestStampedSumsDoNotWrap(t *testing.T) {
	t.Parallel()
	huge := finding("image", result.High, math.MaxInt)
	v, stamps := gate.Decide([]result.Row{answered}, []result.Finding{huge, huge}, high, gate.Options{})
	if got := v.Record().Limits[1].Count; got != math.MaxInt || !stamps[0].Blocks() || !stamps[1].Blocks() {
		t.Errorf("count %d, stamps %+v", got, stamps)
	}
	if got := v.Record().Counts[result.High]; got != math.MaxInt {
		t.Errorf("%d high findings, want %d", got, math.MaxInt)
	}
	v, _ = gate.Decide([]result.Row{answered}, []result.Finding{huge, huge}, none, gate.Options{})
	if want := fmt.Sprintf("PASS (exit 0): high %d; 1/1 answered", math.MaxInt); v.Line() != want {
		t.Errorf("got %q, want %q", v.Line(), want)
	}
}

// A finding blocks only if a limit that counts it is crossed.
func TestBlocks(t *testing.T) {
	t.Parallel()
	type limits = []result.Limit
	budget := func(k result.Kind, s result.Severity, n int) result.Limit {
		return result.Limit{Kind: k, Severity: s, Max: n}
	}
	tests := map[string]struct {
		policy   result.Policy
		kind     result.Kind
		severity result.Severity
		want     bool
	}{
		"crossed":                     {high, "iac", result.High, true},
		"kept":                        {flags(nil, limits{budget("", result.High, 1)}), "iac", result.High, false},
		"another severity":            {flags(nil, limits{budget("", result.High, 0)}), "iac", result.Low, false},
		"budget of its own, kept":     {flags(sev(result.High), limits{budget("image", result.High, 1)}), "image", result.High, false},
		"budget of its own, crossed":  {flags(sev(result.High), limits{budget("image", result.High, 0)}), "image", result.High, true},
		"budget of another kind":      {flags(nil, limits{budget("image", result.High, 0)}), "iac", result.High, false},
		"budget for all counts all":   {flags(nil, limits{budget("", result.High, 0), budget("image", result.High, 9)}), "image", result.High, true},
		"unknown":                     {none, "iac", 99, true},
		"unknown counted as low":      {countingUnknownAs(result.Low, flags(nil, limits{budget("", result.Low, 0)})), "iac", result.Unknown, true},
		"unknown counted as harmless": {countingUnknownAs(result.Low, high), "iac", result.Unknown, false},
	}
	for name, tt := range tests {
		_, stamps := gate.Decide(nil, []result.Finding{finding(tt.kind, tt.severity, 1)}, tt.policy, gate.Options{})
		if got := stamps[0].Blocks(); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
