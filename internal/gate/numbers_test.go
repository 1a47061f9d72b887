package gate_test

import (
	"testing"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// some is what is not sent: n things.
func some(n int) []result.NotSent {
	all := make([]result.NotSent, n)
	for i := range all {
		all[i] = result.NotSent{Path: "charts/shop", What: "Helm chart"}
	}
	return all
}

// What is not sent is counted in the line, and fails the gate only beyond its limit.
func TestNotSent(t *testing.T) {
	t.Parallel()
	limit := func(n int) result.Policy {
		p := flags(sev(result.High), nil)
		p.Sources[0].Numbers = []result.NumberLimit{{Number: result.NumberNotSent, Max: n, Origin: result.Origin{Setting: "--max"}}}
		return p
	}
	tests := []struct {
		name    string
		rows    []result.Row
		policy  result.Policy
		options gate.Options
		exit    int
		line    string
	}{
		{"no target, named", nil, high, gate.Options{NotSent: some(1)}, 4, "NOTHING TO SCAN (exit 4): no target was found; 1 not sent: charts/shop (Helm chart)"},
		{"not covered by --allow-empty", nil, high, gate.Options{NotSent: some(3), AllowEmpty: true}, 4, "NOTHING TO SCAN (exit 4): no target was found; 3 not sent: charts/shop (Helm chart) and 2 more"},
		{"all skipped", []result.Row{skipped}, high, gate.Options{NotSent: some(1), AllowEmpty: true}, 4, "NOTHING TO SCAN (exit 4): every target was skipped; 1 skipped; 1 not sent: charts/shop (Helm chart)"},
		{"untouched", nil, high, gate.Options{NotSent: some(1), Change: &result.Change{Existing: 2}}, 0, "PASS (exit 0): 1 not sent; 0 of 2 targets touched"},
		{"counted", []result.Row{answered, skipped}, high, gate.Options{NotSent: some(3)}, 0, "PASS (exit 0): no findings; 1/1 answered; 1 skipped; 3 not sent"},
		{"within the limit", []result.Row{answered}, limit(3), gate.Options{NotSent: some(3)}, 0, "PASS (exit 0): not-sent 3 <= 3; 1/1 answered; 3 not sent"},
		{"beyond it", []result.Row{answered}, limit(2), gate.Options{NotSent: some(3)}, 1, "FAIL (exit 1): not-sent 3 > 2; 1/1 answered; 3 not sent"},
		{"nothing", []result.Row{answered}, limit(0), gate.Options{}, 0, "PASS (exit 0): no findings; 1/1 answered"},
		{"softly", []result.Row{answered}, limit(0), gate.Options{NotSent: some(1), SoftFail: true}, 0, "FAIL (exit 0, soft): not-sent 1 > 0; 1/1 answered; 1 not sent"},
		{"incomplete", []result.Row{network}, limit(0), gate.Options{NotSent: some(1)}, 1, "FAIL (exit 1): not-sent 1 > 0; 0/1 answered, 1 failed: f.tf: connection reset; 1 not sent"},
		{"no target", nil, limit(0), gate.Options{NotSent: some(1), AllowEmpty: true}, 1, "FAIL (exit 1): not-sent 1 > 0; no target was found; 1 not sent"},
	}
	for _, tt := range tests {
		v, _ := gate.Decide(tt.rows, nil, tt.policy, tt.options)
		if v.Line() != tt.line || v.ExitCode() != tt.exit || v.Record().NotSent != len(tt.options.NotSent) {
			t.Errorf("%s: exit %d, %d not sent\ngot  %q\nwant %q", tt.name, v.ExitCode(), v.Record().NotSent, v.Line(), tt.line)
		}
	}
}

// A limit of a number that could not be counted is an incompleteness, and no 0.
func TestNumberThatIsNotKnown(t *testing.T) {
	t.Parallel()
	const whose = "policy-loosened=9 can't be evaluated: it is not known whose policy judged"
	other := flagsLoosened(9)
	other.Sources[0].Numbers[0].Number = "surprises"
	loosened := []result.PolicyDifference{{Effect: result.Loosens}}
	late := result.Row{Target: result.Target{Kind: result.KindIaC, Name: "b.tf"}, Status: result.Failed, Fault: result.Fault{Cause: result.CauseTimeout, Reason: "x"}}
	tests := map[string]struct {
		rows    []result.Row
		policy  result.Policy
		options gate.Options
		exit    int
		line    string
	}{
		"whose policy":    {[]result.Row{answered}, flagsLoosened(9), gate.Options{}, 3, "INCOMPLETE (exit 3): 1/1 answered; " + whose},
		"no judge":        {[]result.Row{answered}, flagsLoosened(9), gate.Options{Judge: &result.Judge{}}, 3, "INCOMPLETE (exit 3): 1/1 answered; " + whose},
		"another number":  {[]result.Row{answered}, other, gate.Options{}, 3, "INCOMPLETE (exit 3): 1/1 answered; surprises=9 can't be evaluated: nothing counts it"},
		"a timeout, too":  {[]result.Row{answered, late}, flagsLoosened(9), gate.Options{}, 3, "INCOMPLETE (exit 3): 1/2 answered, 1 failed: b.tf: x; " + whose},
		"no key excuses":  {[]result.Row{answered}, flagsLoosened(9), gate.Options{OnNoCredentialsWarn: true}, 3, "INCOMPLETE (exit 3): 1/1 answered; " + whose},
		"every error":     {[]result.Row{answered}, flagsLoosened(9), gate.Options{OnErrorWarn: true}, 0, "UNVERIFIED (exit 0): 1/1 answered; " + whose},
		"nothing to scan": {nil, flagsLoosened(9), gate.Options{AllowEmpty: true}, 3, "INCOMPLETE (exit 3): no target was found; " + whose},
		"its own":         {[]result.Row{answered}, flagsLoosened(9), gate.Options{Judge: &result.Judge{Name: result.Own}}, 0, "PASS (exit 0): no findings; 1/1 answered; policy: own"},
		"the work tree": {
			[]result.Row{answered}, flagsLoosened(9), gate.Options{Judge: &result.Judge{Name: result.Worktree}}, 3,
			"INCOMPLETE (exit 3): 1/1 answered; policy-loosened=9 can't be evaluated: the policy of the work tree was compared with no other one; policy: worktree",
		},
		"approved": {
			[]result.Row{answered}, flagsLoosened(0), gate.Options{Judge: &result.Judge{Name: "main", Differences: loosened, Approved: true}}, 0,
			"PASS (exit 0): no findings; 1/1 answered; policy: main; loosens policy: 1, approved",
		},
	}
	for name, tt := range tests {
		v, _ := gate.Decide(tt.rows, nil, tt.policy, tt.options)
		if v.Line() != tt.line || v.ExitCode() != tt.exit {
			t.Errorf("%s: exit %d\ngot  %q\nwant %q", name, v.ExitCode(), v.Line(), tt.line)
		}
	}
}

// flagsLoosened limits what a change may loosen.
func flagsLoosened(n int) result.Policy {
	p := flags(sev(result.High), nil)
	p.Sources[0].Numbers = []result.NumberLimit{{Number: result.NumberPolicyLoosened, Max: n, Origin: result.Origin{Setting: "--max"}}}
	return p
}
