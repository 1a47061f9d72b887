package gate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// The generators are made anew for each test: rapid's are not safe for concurrent use.

func kinds() *rapid.Generator[result.Kind] {
	return rapid.SampledFrom([]result.Kind{result.KindDockerfile, result.KindImage, result.KindIaC, result.KindAlerts, result.KindChecks})
}

func severities() *rapid.Generator[result.Severity] {
	return rapid.SampledFrom(result.Severities())
}

func targets() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"", "alerts:a", "alerts:b", "checks:a"})
}

func causes() *rapid.Generator[result.Cause] {
	return rapid.SampledFrom([]result.Cause{result.CauseTimeout, result.CauseNoCredentials, result.CauseNetwork, ""})
}

func someRow() *rapid.Generator[result.Row] {
	return rapid.Custom(func(t *rapid.T) result.Row {
		return result.Row{
			Target: result.Target{Kind: kinds().Draw(t, "kind"), Name: rapid.StringMatching(`[a-c]`).Draw(t, "name")},
			Status: result.Status(rapid.SampledFrom([]uint8{0, 1, 1, 1, 1, 2, 2, 3, 9}).Draw(t, "status")),
			Fault:  result.Fault{Cause: causes().Draw(t, "cause"), Reason: rapid.SampledFrom([]string{"", "x", "y\nz"}).Draw(t, "reason")},
		}
	})
}

func someFinding() *rapid.Generator[result.Finding] {
	return rapid.Custom(func(t *rapid.T) result.Finding {
		return result.Finding{
			Kind: kinds().Draw(t, "kind"), Severity: severities().Draw(t, "severity"),
			Count: rapid.IntRange(-2, 5).Draw(t, "count"), Target: targets().Draw(t, "target"),
			Rule:      ruleIDs().Draw(t, "rule"),
			Locations: rapid.SliceOfN(rapid.Custom(someLocation), 0, 2).Draw(t, "locations"), Uncertain: rapid.SampledFrom([]string{"", "", "x"}).Draw(t, "uncertain"),
		}
	})
}

func ruleIDs() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{result.RuleID("a"), result.RuleID("b"), result.RuleID("c")})
}

func someLocation(t *rapid.T) result.Location {
	return result.Location{Path: rapid.SampledFrom([]string{"a.tf", "legacy/a.tf", "legacy/b.yaml"}).Draw(t, "path"), Line: 1}
}

func someRule() *rapid.Generator[result.RuleSeverity] {
	return rapid.Custom(func(t *rapid.T) result.RuleSeverity {
		severity := rapid.SampledFrom(result.Severities()[:5]).Draw(t, "severity")
		rule := ruleIDs().Draw(t, "rule")
		return result.RuleSeverity{Rule: rule, Severity: severity, Reason: "x", Origin: result.Origin{Setting: "rules." + rule}}
	})
}

func someRowLimits() *rapid.Generator[result.RowLimits] {
	return rapid.Custom(func(t *rapid.T) result.RowLimits {
		return rowLimits(targets().Draw(t, "target"), rapid.MapOfN(severities(), rapid.IntRange(0, 9), 0, 3).Draw(t, "max"))
	})
}

func someLimit() *rapid.Generator[result.Limit] {
	return rapid.Custom(func(t *rapid.T) result.Limit {
		k := rapid.OneOf(kinds(), rapid.Just(result.Kind(""))).Draw(t, "kind")
		return result.Limit{
			Kind: k, Path: rapid.SampledFrom([]string{"", "", "legacy/**", "**/*.tf"}).Draw(t, "path"),
			Severity: severities().Draw(t, "severity"), Max: rapid.SampledFrom([]int{0, 0, 1, 2, 5, 9}).Draw(t, "max"),
			Origin: result.Origin{Setting: "max"},
		}
	})
}

// someSource draws a source as package config makes them: each limit is stated once.
func someSource(s result.Strength) *rapid.Generator[result.LimitSource] {
	return rapid.Custom(func(t *rapid.T) result.LimitSource {
		source := result.LimitSource{Strength: s}
		if rapid.Bool().Draw(t, "states fail-on") {
			source.FailOn = &result.FailOn{Severity: rapid.Ptr(severities(), true).Draw(t, "failOn"), Origin: result.Origin{Setting: "fail-on"}}
		}
		source.Max = rapid.SliceOfNDistinct(someLimit(), 0, 4, func(l result.Limit) any { return [3]any{l.Kind, l.Path, l.Severity} }).Draw(t, "limits")
		source.Rules = rapid.SliceOfNDistinct(someRule(), 0, 2, func(r result.RuleSeverity) string { return r.Rule }).Draw(t, "rules")
		if rapid.Bool().Draw(t, "limits not-sent") {
			source.Numbers = []result.NumberLimit{{Number: result.NumberNotSent, Max: rapid.IntRange(0, 3).Draw(t, "not-sent")}}
		}
		return source
	})
}

func somePolicy() *rapid.Generator[result.Policy] {
	return rapid.Custom(func(t *rapid.T) result.Policy {
		p := result.Policy{
			UnknownAs: rapid.Ptr(severities(), true).Draw(t, "unknownAs"),
			Rows:      rapid.SliceOfNDistinct(someRowLimits(), 0, 3, func(r result.RowLimits) string { return r.Target }).Draw(t, "rows"),
		}
		// verdict adds flags and variables to those of the run.
		for _, s := range []result.Strength{result.FromFlags, result.FromVariables, result.FromFlags, result.FromVariables, result.FromFile} {
			if rapid.Bool().Draw(t, "has "+string(s)) {
				p.Sources = append(p.Sources, someSource(s).Draw(t, string(s)))
			}
		}
		if rapid.Bool().Draw(t, "has default") {
			p.Sources = append(p.Sources, result.LimitSource{
				Strength: result.FromDefault, FailOn: &result.FailOn{Severity: sev(result.High), Origin: result.Origin{Setting: "default"}},
			})
		}
		return p
	})
}

func someOptions() *rapid.Generator[gate.Options] {
	return rapid.Custom(func(t *rapid.T) gate.Options {
		b := func(label string) bool { return rapid.Bool().Draw(t, label) }
		return gate.Options{
			SoftFail: b("soft"), OnErrorWarn: b("onError"), OnNoCredentialsWarn: b("onNoCredentials"),
			AllowEmpty: b("allowEmpty"), Embedded: b("embedded"),
			Tolerated:   rapid.SliceOfN(rapid.SampledFrom([]result.Contradiction{result.ReportError, result.AlertCount}), 0, 2).Draw(t, "tolerated"),
			Interrupted: rapid.SampledFrom([]int{0, 0, 0, 129, 130, 143, 256, -1}).Draw(t, "interrupted"),
			Panic:       rapid.SampledFrom([]*result.Fault{nil, nil, {Cause: result.CauseInternal, Reason: "x"}}).Draw(t, "panic"),
			NotSent:     some(rapid.IntRange(0, 3).Draw(t, "notSent")),
		}
	})
}

type input struct {
	rows     []result.Row
	findings []result.Finding
	policy   result.Policy
	options  gate.Options
}

// allowsEmpty reports whether a run without a target passes.
func (in input) allowsEmpty() bool {
	return in.options.AllowEmpty && len(in.options.NotSent) == 0
}

func draw(t *rapid.T) input {
	return input{
		rapid.SliceOfN(someRow(), 0, 6).Draw(t, "rows"), rapid.SliceOfN(someFinding(), 0, 6).Draw(t, "findings"),
		somePolicy().Draw(t, "policy"), someOptions().Draw(t, "options"),
	}
}

func (in input) decide() gate.Verdict {
	v, _ := gate.Decide(in.rows, in.findings, in.policy, in.options)
	return v
}

// answers counts the rows with and without an answer, independently of the gate's code.
func (in input) answers() (unanswered, answered int) {
	for _, r := range in.rows {
		switch r.Status {
		case result.Answered:
			answered++
		case result.Skipped:
		default:
			unanswered++
		}
	}
	return unanswered, answered
}

func TestNoPassWithoutAllAnswers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		v := in.decide()
		unanswered, answered := in.answers()
		switch {
		case passed(v) && unanswered > 0:
			t.Fatalf("a pass with %d unanswered: %s", unanswered, v.Line())
		case passed(v) && in.options.Panic != nil:
			t.Fatalf("a pass of a run that a bug ended: %s", v.Line())
		case passed(v) && answered == 0 && !in.allowsEmpty():
			t.Fatalf("a pass of nothing: %s", v.Line())
		case passed(v) && in.options.Interrupted != 0:
			t.Fatalf("a pass of an interrupted run: %s", v.Line())
		case passed(v) != strings.HasPrefix(v.Line(), "PASS (exit 0)"):
			t.Fatalf("passed %v, but the line is %s", passed(v), v.Line())
		}
	})
}

func TestAddingAFindingNeverHelps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		before := in.decide()
		in.findings = append(in.findings, someFinding().Draw(t, "more"))
		after := in.decide()
		if passed(after) && !passed(before) {
			t.Fatalf("one more finding made\n%s\nof\n%s", after.Line(), before.Line())
		}
		if before.ExitCode() == gate.ExitFail && after.ExitCode() != gate.ExitFail {
			t.Fatalf("one more finding made\n%s\nof\n%s", after.Line(), before.Line())
		}
	})
}

func TestLosingAnAnswerNeverHelps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		before := in.decide()
		in.rows = append(in.rows, result.Row{Status: result.Failed, Fault: result.Fault{Cause: causes().Draw(t, "cause")}})
		if after := in.decide(); passed(after) || before.ExitCode() == gate.ExitFail && after.ExitCode() != gate.ExitFail {
			t.Fatalf("one more failed row made\n%s\nof\n%s", after.Line(), before.Line())
		}
	})
}

func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		want := in.decide().Record()
		in.rows = rapid.Permutation(slices.Clone(in.rows)).Draw(t, "other rows")
		in.findings = rapid.Permutation(slices.Clone(in.findings)).Draw(t, "other findings")
		in.policy.Rows = rapid.Permutation(slices.Clone(in.policy.Rows)).Draw(t, "other limits of rows")
		in.policy.Sources = slices.Clone(in.policy.Sources)
		for i := range in.policy.Sources {
			s := &in.policy.Sources[i]
			s.Max = rapid.Permutation(slices.Clone(s.Max)).Draw(t, "other limits")
		}
		byValue := cmpopts.SortSlices(func(x, y result.Ignored) bool { return x.Value < y.Value })
		if diff := cmp.Diff(want, in.decide().Record(), byValue); diff != "" {
			t.Fatalf("another order, another verdict (-want +got):\n%s", diff)
		}
	})
}

// TestExitCodes derives each exit code a second time, from the table of exit codes and the numbers
// of the record.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		v := in.decide()
		if got, want := v.ExitCode(), in.table(v.Record()); got != want {
			t.Fatalf("exit %d, the table says %d: %s", got, want, v.Line())
		}
		if v.Record().Exit != v.ExitCode() || strings.ContainsAny(v.Line(), "\r\n") {
			t.Fatalf("record %+v, line %q", v.Record(), v.Line())
		}
	})
}

func (in input) table(rec result.Verdict) int {
	unanswered, answered := in.answers()
	crossed := slices.ContainsFunc(rec.Limits, func(l result.LimitCheck) bool { return l.Count > l.Max })
	for _, s := range in.policy.Sources {
		for _, n := range s.Numbers {
			crossed = crossed || len(in.options.NotSent) > n.Max
		}
	}
	only := func(c result.Cause) bool {
		return !slices.ContainsFunc(in.rows, func(r result.Row) bool {
			return r.Status != result.Answered && r.Status != result.Skipped && (r.Status != result.Failed || r.Cause != c)
		})
	}
	switch {
	case in.options.Interrupted == 143, in.options.Interrupted == 129:
		return in.options.Interrupted
	case in.options.Interrupted != 0:
		return 130
	case crossed && !in.options.SoftFail:
		return 1
	case in.options.Panic != nil && !in.options.OnErrorWarn:
		return 3
	case in.options.Panic != nil:
		return 0
	case unanswered > 0 && (in.options.OnErrorWarn || in.options.OnNoCredentialsWarn && only(result.CauseNoCredentials)):
		return 0
	case unanswered > 0 && only(result.CauseTimeout):
		return 5
	case unanswered > 0:
		return 3
	case answered == 0 && !in.allowsEmpty():
		return 4
	}
	return 0
}
