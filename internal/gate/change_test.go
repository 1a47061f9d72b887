package gate_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

func TestDecideOnAChange(t *testing.T) {
	t.Parallel()
	outside := bad
	outside.Outside = true
	alert, check := finding(result.KindAlerts, result.High, 1), finding(result.KindChecks, result.High, 1)
	alert.Outside, check.Outside = true, true
	for name, tt := range map[string]struct {
		rows     []result.Row
		findings []result.Finding
		options  gate.Options
		line     string
		passed   bool
	}{
		"nothing touched":      {options: change(0, 14), line: "PASS (exit 0): 0 of 14 targets touched", passed: true},
		"only what is skipped": {rows: []result.Row{skipped}, options: change(0, 14), line: "PASS (exit 0): 1 skipped; 0 of 14 targets touched", passed: true},
		"nothing there":        {options: change(0, 0), line: "NOTHING TO SCAN (exit 4): no target was found"},
		"rows are missing":     {options: change(3, 14), line: "NOTHING TO SCAN (exit 4): no target was found; 3 of 14 targets touched"},
		"less than nothing":    {options: change(0, -1), line: "NOTHING TO SCAN (exit 4): no target was found"},
		"touched and answered": {rows: []result.Row{answered}, options: change(1, 14), line: "PASS (exit 0): no findings; 1/1 answered; 1 of 14 targets touched", passed: true},
		"touched and pending":  {rows: []result.Row{pending}, options: change(1, 14), line: "INCOMPLETE (exit 3): 0/1 answered, 1 without an answer; 1 of 14 targets touched"},
		"it lies about a row":  {rows: []result.Row{pending}, options: change(0, 14), line: "INCOMPLETE (exit 3): 0/1 answered, 1 without an answer; 0 of 14 targets touched"},
		"alerts beside it": {
			rows: []result.Row{row(result.KindAlerts, "x", result.Answered)}, options: change(0, 14),
			line: "PASS (exit 0): no findings; 1/1 answered; 0 of 14 targets touched", passed: true,
		},
		"a finding outside": {
			rows: []result.Row{answered}, findings: []result.Finding{outside}, options: change(1, 14),
			line: "PASS (exit 0): no findings; 1/1 answered; 1 of 14 targets touched", passed: true,
		},
		"a finding outside of no change": {
			rows: []result.Row{answered}, findings: []result.Finding{outside}, line: "FAIL (exit 1): high 1 > 0; 1/1 answered",
		},
		"an alert outside": {
			rows: []result.Row{answered}, findings: []result.Finding{alert}, options: change(1, 14),
			line: "FAIL (exit 1): high 1 > 0; 1/1 answered; 1 of 14 targets touched",
		},
		"a hit of a check outside": {
			rows: []result.Row{answered}, findings: []result.Finding{check}, options: change(1, 14),
			line: "FAIL (exit 1): high 1 > 0; 1/1 answered; 1 of 14 targets touched",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, _ := gate.Decide(tt.rows, tt.findings, high, tt.options)
			if v.Line() != tt.line || passed(v) != tt.passed {
				t.Errorf("%q, passed %v; want %q, %v", v.Line(), passed(v), tt.line, tt.passed)
			}
		})
	}
}

func change(touched, existing int) gate.Options {
	return gate.Options{Change: &result.Change{From: "main", Touched: touched, Existing: existing}}
}

// A change removes the findings outside it from the counts, and can make a run without rows a pass.
// It changes nothing else.
func TestAChangeMakesNoPassOfItsOwn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		for i := range in.findings {
			in.findings[i].Outside = rapid.Bool().Draw(t, "outside")
		}
		c := &result.Change{Touched: rapid.IntRange(-1, 3).Draw(t, "touched"), Existing: rapid.IntRange(-1, 3).Draw(t, "existing")}
		in.options.Change = c
		got := in.decide()
		unanswered, answered := in.answers()
		if passed(got) && (unanswered > 0 || answered == 0 && !in.options.AllowEmpty && (c.Touched != 0 || c.Existing <= 0)) {
			t.Fatalf("passed: %s", got.Line())
		}
		plain := in
		plain.options.Change = nil
		plain.findings = slices.DeleteFunc(slices.Clone(in.findings), func(f result.Finding) bool {
			return f.Outside && f.Kind != result.KindAlerts && f.Kind != result.KindChecks
		})
		want := plain.decide()
		if diff := cmp.Diff(want.Record().Limits, got.Record().Limits); diff != "" {
			t.Fatalf("limits (-want +got):\n%s", diff)
		}
		if unanswered+answered > 0 && want.ExitCode() != got.ExitCode() {
			t.Fatalf("exit %d, want %d", got.ExitCode(), want.ExitCode())
		}
	})
}
