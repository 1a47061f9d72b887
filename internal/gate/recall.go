package gate

import (
	"fmt"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// Recall takes the verdict of a saved result once more, from its rows, its findings and its policy.
// The error names the first field of the verdict or of a stamp that does not follow from these: the
// result is damaged or was edited.
//
// The switches of the run are not saved. So the verdict must be the one of any combination.
func Recall(r *result.Result) (Verdict, []result.Stamp, error) {
	b, stamps := weigh(r.Ledger, r.Findings, r.Policy, OptionsOf(r))
	if err := checkStamps(r.Findings, stamps); err != nil {
		return Verdict{}, nil, err
	}
	saved := r.Verdict
	for i := range 1 << 4 {
		o := OptionsOf(r)
		o.SoftFail, o.OnErrorWarn, o.OnNoCredentialsWarn, o.AllowEmpty = i&1 != 0, i&2 != 0, i&4 != 0, i&8 != 0
		v := b.verdict(o)
		if rec := v.Record(); rec.Outcome == saved.Outcome && rec.Soft == saved.Soft {
			return v, stamps, checkRecord(saved, rec)
		}
	}
	plain := b.verdict(OptionsOf(r)).Record()
	return Verdict{}, nil, fmt.Errorf("verdict.outcome: can't be %q by the ledger and the policy of the result, which make it %q",
		outcomeOf(saved), outcomeOf(plain))
}

func outcomeOf(v result.Verdict) string {
	if v.Soft {
		return string(v.Outcome) + ", soft"
	}
	return string(v.Outcome)
}

// checkRecord compares the saved record with the one that was taken anew. It leaves out the line,
// whose wording differs between versions.
func checkRecord(saved, rec result.Verdict) error {
	for _, n := range []struct {
		field     string
		got, want int
	}{
		{"exit", saved.Exit, rec.Exit},
		{"planned", saved.Planned, rec.Planned},
		{"answered", saved.Answered, rec.Answered},
		{"bySubmission", saved.BySubmission, rec.BySubmission},
		{"failed", saved.Failed, rec.Failed},
		{"skipped", saved.Skipped, rec.Skipped},
		{"notSent", saved.NotSent, rec.NotSent},
		{"waived", saved.Waived, rec.Waived},
		{"known", saved.Known, rec.Known},
		{"changed", saved.Changed, rec.Changed},
		{"due", saved.Due, rec.Due},
	} {
		if n.got != n.want {
			return fmt.Errorf("verdict.%s: must be %d by the ledger and the policy, got %d", n.field, n.want, n.got)
		}
	}
	for _, severity := range result.Severities() {
		if got, want := saved.Counts[severity], rec.Counts[severity]; got != want {
			return fmt.Errorf("verdict.counts.%s: must be %d by the findings, got %d", severity, want, got)
		}
	}
	for _, list := range []struct {
		field string
		same  bool
	}{
		{"limits", slices.Equal(saved.Limits, rec.Limits)},
		{"numbers", slices.Equal(saved.Numbers, rec.Numbers)},
		{"ignored", slices.Equal(saved.Ignored, rec.Ignored)},
		{"waivers", slices.Equal(saved.Waivers, rec.Waivers)},
	} {
		if !list.same {
			return fmt.Errorf("verdict.%s: does not follow from the findings and the policy", list.field)
		}
	}
	return nil
}

func checkStamps(findings []result.Finding, stamps []result.Stamp) error {
	for i := range stamps {
		got, want := &findings[i].Stamp, &stamps[i]
		had, has := got.Covered(), want.Covered()
		var field string
		switch {
		case got.Effect != want.Effect:
			field = "effect"
		case got.Severity != want.Severity:
			field = "severity"
		case got.Count != want.Count:
			field = "count"
		case !slices.Equal(had.Waived, has.Waived):
			field = "waived"
		case had.Known != has.Known:
			field = "known"
		case !slices.Equal(had.Entries, has.Entries):
			field = "entries"
		case had.Debt != has.Debt:
			field = "debt"
		case !slices.Equal(got.Limits, want.Limits):
			field = "limits"
		case got.Crosses != want.Crosses:
			field = "crosses"
		default:
			continue
		}
		return fmt.Errorf("findings[%d].stamp.%s: does not follow from the finding and the policy", i, field)
	}
	return nil
}
