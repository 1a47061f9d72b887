package gate_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

func TestRecallOfEveryVerdict(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		r := &result.Result{
			Ledger: in.rows, Findings: in.findings, Policy: in.policy,
			Interrupted: in.options.Interrupted, Panic: in.options.Panic, Embedded: in.options.Embedded,
			Tolerated: in.options.Tolerated, NotSent: in.options.NotSent, Change: in.options.Change,
		}
		v, stamps := gate.Decide(r.Ledger, r.Findings, r.Policy, in.options)
		r.SetVerdict(v.Record(), stamps)
		again, _, err := gate.Recall(r)
		if err != nil || again.Line() != v.Line() {
			t.Errorf("%s: recalled %s, %v", v.Line(), again.Line(), err)
		}
	})
}

// saved is a result as a run writes it.
func saved(rows ...result.Row) *result.Result {
	r := &result.Result{
		Ledger: rows, Policy: high,
		Findings: []result.Finding{bad, finding(result.KindIaC, result.Low, 1), finding(result.KindImage, result.High, 3)},
	}
	v, stamps := gate.Decide(r.Ledger, r.Findings, r.Policy, gate.OptionsOf(r))
	r.SetVerdict(v.Record(), stamps)
	return r
}

func TestRecallNamesTheContradiction(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*result.Result){
		"verdict.outcome: can't be \"pass\" by the ledger and the policy of the result, which make it \"fail\"":       func(r *result.Result) { r.Verdict.Outcome, r.Verdict.Exit = result.OutcomePass, 0 },
		"verdict.outcome: can't be \"fail, soft\" by the ledger and the policy of the result, which make it \"fail\"": func(r *result.Result) { r.Verdict.Soft, r.Verdict.Outcome, r.Ledger = true, "fail", r.Ledger[1:] },
		"verdict.exit: must be 1 by the ledger and the policy, got 0":                                                 func(r *result.Result) { r.Verdict.Exit = 0 },
		"verdict.planned: must be 2 by the ledger and the policy, got 1":                                              func(r *result.Result) { r.Verdict.Planned = 1 },
		"verdict.answered: must be 1 by the ledger and the policy, got 2":                                             func(r *result.Result) { r.Verdict.Answered = 2 },
		"verdict.bySubmission: must be 0 by the ledger and the policy, got 1":                                         func(r *result.Result) { r.Verdict.BySubmission = 1 },
		"verdict.failed: must be 1 by the ledger and the policy, got 0":                                               func(r *result.Result) { r.Verdict.Failed = 0 },
		"verdict.skipped: must be 1 by the ledger and the policy, got 9":                                              func(r *result.Result) { r.Verdict.Skipped = 9 },
		"verdict.notSent: must be 0 by the ledger and the policy, got 1":                                              func(r *result.Result) { r.Verdict.NotSent = 1 },
		"verdict.notSent: must be 1 by the ledger and the policy, got 0":                                              func(r *result.Result) { r.NotSent = make([]result.NotSent, 1) },
		"verdict.counts.high: must be 4 by the findings, got 3":                                                       func(r *result.Result) { r.Verdict.Counts[result.High] = 3 },
		"verdict.counts.critical: must be 0 by the findings, got 1":                                                   func(r *result.Result) { r.Verdict.Counts[result.Critical] = 1 },
		"verdict.limits: does not follow from the findings and the policy":                                            func(r *result.Result) { r.Verdict.Limits[1].Max = 9 },
		"verdict.numbers: does not follow from the findings and the policy":                                           func(r *result.Result) { r.Verdict.Numbers = make([]result.NumberCheck, 1) },
		"verdict.ignored: does not follow from the findings and the policy":                                           func(r *result.Result) { r.Verdict.Ignored = make([]result.Ignored, 1) },
		"verdict.waivers: does not follow from the findings and the policy":                                           func(r *result.Result) { r.Verdict.Waivers = make([]result.WaiverCheck, 1) },
		"findings[0].stamp.effect: does not follow from the finding and the policy":                                   func(r *result.Result) { r.Findings[0].Stamp.Effect = result.Unlimited },
		"findings[0].stamp.severity: does not follow from the finding and the policy":                                 func(r *result.Result) { r.Findings[0].Severity = result.Critical },
		"findings[2].stamp.count: does not follow from the finding and the policy":                                    func(r *result.Result) { r.Findings[2].Count = 1 },
		"findings[0].stamp.limits: does not follow from the finding and the policy":                                   func(r *result.Result) { r.Findings[0].Stamp.Limits = nil },
		"findings[0].stamp.crosses: does not follow from the finding and the policy":                                  func(r *result.Result) { r.Findings[0].Stamp.Crosses = "" },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			r := saved(answered, network, skipped)
			change(r)
			if _, _, err := gate.Recall(r); err == nil || err.Error() != want {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}
