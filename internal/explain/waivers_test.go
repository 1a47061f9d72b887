package explain

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// Each waiver is listed with what it covers, and each finding with what covers it.
func TestWaivers(t *testing.T) {
	t.Parallel()
	const rule = "ensure-buckets-are-private-8d1140f6c2ab"
	waiver := func(place, path, expires string) result.Waiver {
		return result.Waiver{Rule: rule, Path: path, Reason: "r", Owner: "o", Expires: expires, Origin: result.Origin{Setting: "waivers", Place: place}}
	}
	a, b := finding("a", result.KindIaC, result.High, 1), finding("b", result.KindIaC, result.High, 1)
	a.Rule, a.Locations = rule, []result.Location{{Path: "a.tf", Line: 1}}
	b.Rule, b.Locations = rule, []result.Location{{Path: "b.tf", Line: 1}}
	r := &result.Result{
		Ledger: []result.Row{row("main.tf", result.Answered)}, Findings: []result.Finding{a, b},
		Policy: policy(limit("", result.High, 0)),
	}
	r.Policy.Waivers = []result.Waiver{waiver("c.yaml:3:5", "a.tf", "2027-01-31"), waiver("c.yaml:9:5", "b.tf", "2026-01-31")}
	v, stamps := gate.Decide(r.Ledger, r.Findings, r.Policy, gate.Options{Now: time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)})
	r.SetVerdict(v.Record(), stamps)
	got := Of(r).Waivers
	if len(got) != 2 || got[0].Check.Waived != 1 || cmp.Diff([]string{"a"}, got[0].Findings) != "" || got[1].Check.State != result.WaiverExpired || len(got[1].Findings) != 0 {
		t.Errorf("%+v", got)
	}
	if by := findingOf(r, &r.Findings[0]).WaivedBy; len(by) != 1 || by[0].ID() != "c.yaml:3:5" {
		t.Errorf("%+v", by)
	}
	if by := findingOf(r, &r.Findings[1]).WaivedBy; len(by) != 0 {
		t.Errorf("%+v", by)
	}
}
