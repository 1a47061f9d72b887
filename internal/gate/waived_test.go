package gate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

const (
	aRule = "ensure-bucket-is-private-1f3a5c7e9b0d"
	bRule = "ensure-logging-9b1c3d5e7f90"
)

// waiverAt is a waiver at a line of the config file.
func waiverAt(line int, w result.Waiver) result.Waiver {
	w.Reason, w.Owner = "r", "o"
	w.Origin = result.Origin{Setting: "waivers", Place: fmt.Sprintf("c.yaml:%d:5", line)}
	if w.Expires == "" {
		w.Expires = "2027-01-31"
	}
	return w
}

// drawWithWaivers draws a run whose findings have rules, fingerprints and files, and waivers.
func drawWithWaivers(t *rapid.T) input {
	in := draw(t)
	in.options.Now = time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	for i := range in.findings {
		f := &in.findings[i]
		f.Fingerprint, f.Rule = fmt.Sprint(i), rapid.SampledFrom([]string{aRule, bRule}).Draw(t, "rule")
		f.Locations = []result.Location{{Path: rapid.SampledFrom([]string{"a.tf", "b/a.tf"}).Draw(t, "path"), Line: 1}}
		f.Outside, f.Uncertain = rapid.Bool().Draw(t, "outside"), rapid.SampledFrom([]string{"", "x"}).Draw(t, "uncertain")
	}
	if rapid.Bool().Draw(t, "narrowed") {
		in.options.Change = &result.Change{Touched: 1, Existing: 2}
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "waivers") {
		w := result.Waiver{
			Rule: rapid.SampledFrom([]string{aRule, bRule}).Draw(t, "waived rule"), Path: rapid.SampledFrom([]string{"a.tf", "**", "b"}).Draw(t, "waived path"),
			Fingerprint: rapid.SampledFrom([]string{"", "", "0", "1"}).Draw(t, "fingerprint"),
			Expires:     rapid.SampledFrom([]string{"2026-11-28", "2026-12-01", "2027-01-31"}).Draw(t, "expires"),
		}
		if n := rapid.IntRange(0, 6).Draw(t, "max"); n > 0 {
			w.Max = &n
		}
		in.policy.Waivers = append(in.policy.Waivers, waiverAt(i+1, w))
	}
	return in
}

func TestFewerWaiversNeverTurnFailIntoPass(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawWithWaivers(t)
		if len(in.policy.Waivers) == 0 {
			return
		}
		fewer := in
		i := rapid.IntRange(0, len(in.policy.Waivers)-1).Draw(t, "without")
		fewer.policy.Waivers = slices.Delete(slices.Clone(in.policy.Waivers), i, i+1)
		if passed(fewer.decide()) && !passed(in.decide()) {
			t.Fatalf("%s, and without a waiver %s", in.decide().Line(), fewer.decide().Line())
		}
	})
}

// Waivers move findings from the counts to the number of waived ones, and touch nothing else.
func TestWaiversTouchOnlyWhatTheyName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawWithWaivers(t)
		plain := in
		plain.policy.Waivers = nil
		v, stamps := gate.Decide(in.rows, in.findings, in.policy, in.options)
		without, before := gate.Decide(plain.rows, plain.findings, plain.policy, plain.options)
		waived := 0
		for i, f := range in.findings {
			waived += stamps[i].WaivedCount()
			named := slices.ContainsFunc(in.policy.Waivers, func(w result.Waiver) bool {
				return w.Rule == f.Rule && w.Expires != "2026-11-28" && (w.Fingerprint == f.Fingerprint || w.Fingerprint == "" && f.Uncertain == "") && before[i].Count > 0
			})
			if !named {
				before[i].Crosses, stamps[i].Crosses = "", ""
				if diff := cmp.Diff(before[i], stamps[i]); diff != "" {
					t.Fatalf("finding %d:\n%s", i, diff)
				}
			}
			if stamps[i].Count+stamps[i].WaivedCount() != before[i].Count {
				t.Fatalf("finding %d: %+v was %+v", i, stamps[i], before[i])
			}
		}
		all := 0
		for s, n := range without.Record().Counts {
			all += n - v.Record().Counts[s]
		}
		if waived != all || v.Record().Waived != all {
			t.Fatalf("%d waived, %d said, %d fewer count", waived, v.Record().Waived, all)
		}
		if said := strings.Contains(v.Line(), fmt.Sprintf("; %d waived", waived)); said != (len(in.policy.Waivers) > 0) {
			t.Fatalf("%q does not say %d waived", v.Line(), waived)
		}
	})
}

func TestRecallWithWaivers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawWithWaivers(t)
		r := &result.Result{
			Ledger: in.rows, Findings: in.findings, Policy: in.policy, Interrupted: in.options.Interrupted, Panic: in.options.Panic,
			Embedded: in.options.Embedded, Tolerated: in.options.Tolerated, NotSent: in.options.NotSent, Change: in.options.Change,
		}
		v, stamps := gate.Decide(r.Ledger, r.Findings, r.Policy, in.options)
		r.SetVerdict(v.Record(), stamps)
		if again, _, err := gate.Recall(r); err != nil || again.Line() != v.Line() {
			t.Errorf("%s: recalled %s, %v", v.Line(), again.Line(), err)
		}
	})
}

// A waiver that says that it covers more than it does is found out.
func TestRecallRefusesForgedWaivers(t *testing.T) {
	t.Parallel()
	found := finding(result.KindIaC, result.High, 1)
	found.Rule, found.Locations = aRule, []result.Location{{Path: "a.tf", Line: 1}}
	for want, change := range map[string]func(*result.Result){
		"":                                 func(*result.Result) {},
		"findings[0].stamp.effect":         func(r *result.Result) { r.Policy.Waivers[0].Path = "b.tf" },
		"findings[0].stamp.waived":         func(r *result.Result) { r.Findings[0].Stamp.Covers = nil },
		"verdict.waived: must be 1 by the": func(r *result.Result) { r.Verdict.Waived = 0 },
		"verdict.waivers: does not follow": func(r *result.Result) { r.Verdict.Waivers[0].State = result.WaiverUnused },
		"stamp.effect: does not follow":    func(r *result.Result) { r.Verdict.Decided = r.Verdict.Decided.AddDate(1, 0, 0) },
	} {
		r := &result.Result{Ledger: []result.Row{answered}, Findings: []result.Finding{found}, Policy: high}
		r.Policy.Waivers = []result.Waiver{waiverAt(1, result.Waiver{Rule: aRule, Path: "a.tf"})}
		v, stamps := gate.Decide(r.Ledger, r.Findings, r.Policy, gate.Options{Now: time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)})
		if v.Line() != "PASS (exit 0): 1/1 answered; 1 waived" {
			t.Fatal(v.Line())
		}
		r.SetVerdict(v.Record(), stamps)
		change(r)
		if _, _, err := gate.Recall(r); fmt.Sprint(err) == "<nil>" && want != "" || err != nil && (want == "" || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Whether a waiver is unused is known only if everything was looked at.
func TestUnusedWaivers(t *testing.T) {
	t.Parallel()
	policy := result.Policy{Waivers: []result.Waiver{waiverAt(1, result.Waiver{Rule: aRule, Path: "a.tf"})}}
	unanswered := []result.Row{answered, failed("b.tf", result.CauseNetwork, "x")}
	for name, tt := range map[string]struct {
		rows    []result.Row
		options gate.Options
		want    result.WaiverState
	}{
		"everything":        {[]result.Row{answered}, gate.Options{}, result.WaiverUnused},
		"a change":          {[]result.Row{answered}, gate.Options{Change: &result.Change{Touched: 1, Existing: 2}}, result.WaiverUnseen},
		"a part":            {[]result.Row{answered}, gate.Options{Narrowed: true}, result.WaiverUnseen},
		"without an answer": {unanswered, gate.Options{}, result.WaiverUnseen},
	} {
		tt.options.Now = noon()
		v, _ := gate.Decide(tt.rows, nil, policy, tt.options)
		if got := v.Record().Waivers; len(got) != 1 || got[0].State != tt.want {
			t.Errorf("%s: %+v, want %s", name, got, tt.want)
		}
	}
}
