package gate_test

import (
	"testing"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// What is not sent is counted in the line, and fails the gate only beyond its limit.
func TestNotSent(t *testing.T) {
	t.Parallel()
	limit := func(n int) result.Policy { return result.Policy{FailOn: sev(result.High), MaxNotSent: &n} }
	tests := []struct {
		name    string
		rows    []result.Row
		policy  result.Policy
		options gate.Options
		exit    int
		line    string
	}{
		{"counted", []result.Row{answered, skipped}, high, gate.Options{NotSent: 3}, 0, "PASS (exit 0): no findings; 1/1 answered; 1 skipped; 3 not sent"},
		{"within the limit", []result.Row{answered}, limit(3), gate.Options{NotSent: 3}, 0, "PASS (exit 0): not-sent 3 <= 3; 1/1 answered; 3 not sent"},
		{"beyond it", []result.Row{answered}, limit(2), gate.Options{NotSent: 3}, 1, "FAIL (exit 1): not-sent 3 > 2; 1/1 answered; 3 not sent"},
		{"nothing", []result.Row{answered}, limit(0), gate.Options{}, 0, "PASS (exit 0): no findings; 1/1 answered"},
		{"softly", []result.Row{answered}, limit(0), gate.Options{NotSent: 1, SoftFail: true}, 0, "FAIL (exit 0, soft): not-sent 1 > 0; 1/1 answered; 1 not sent"},
		{"incomplete", []result.Row{network}, limit(0), gate.Options{NotSent: 1}, 1, "FAIL (exit 1): not-sent 1 > 0; 0/1 answered, 1 failed: f.tf: connection reset; 1 not sent"},
		{"no target", nil, limit(0), gate.Options{NotSent: 1, AllowEmpty: true}, 1, "FAIL (exit 1): not-sent 1 > 0; no target was found; 1 not sent"},
	}
	for _, tt := range tests {
		v, _ := gate.Decide(tt.rows, nil, tt.policy, tt.options)
		if v.Line() != tt.line || v.ExitCode() != tt.exit || v.Record().NotSent != tt.options.NotSent {
			t.Errorf("%s: exit %d, %d not sent\ngot  %q\nwant %q", tt.name, v.ExitCode(), v.Record().NotSent, v.Line(), tt.line)
		}
	}
}
