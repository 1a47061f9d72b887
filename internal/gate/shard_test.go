package gate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// No share of a run passes, whatever is in it. It ends with 0, 1, 3 or the code of a signal, and a
// saved one is recalled as what it was.
func TestNoShardPasses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var rows []result.Row
		var findings []result.Finding
		for i := range rapid.IntRange(0, 3).Draw(t, "rows") {
			row := result.Row{Target: result.Target{Kind: result.KindIaC, Name: fmt.Sprint(i)}, Status: result.Answered, Evidence: result.BySubmission}
			switch rapid.IntRange(0, 3).Draw(t, "status") {
			case 0:
				row.Status, row.Evidence, row.Fault = result.Failed, "", result.Fault{Cause: result.CauseTimeout, Reason: "r"}
			case 1:
				row.Status, row.Evidence, row.Fault = result.Skipped, "", result.Fault{Cause: result.CauseExcluded, Reason: "r"}
			}
			rows = append(rows, row)
			findings = append(findings, finding(result.KindIaC, rapid.SampledFrom(result.Severities()).Draw(t, "severity"), 1))
		}
		p := flags(sev(result.High), nil)
		o := gate.Options{
			Shard:    &result.Shard{Index: 1, Total: 2},
			SoftFail: rapid.Bool().Draw(t, "soft"), OnErrorWarn: rapid.Bool().Draw(t, "warn"), AllowEmpty: rapid.Bool().Draw(t, "empty"),
			Interrupted: rapid.SampledFrom([]int{0, 0, 0, gate.ExitTerminate}).Draw(t, "signal"),
		}
		v, stamps := gate.Decide(rows, findings, p, o)
		code := v.ExitCode()
		if v.Record().Outcome == result.OutcomePass || !slices.Contains([]int{0, 1, 3, gate.ExitTerminate}, code) {
			t.Fatalf("outcome %s, exit %d", v.Record().Outcome, code)
		}
		if head := fmt.Sprintf("SHARD 1/2 (exit %d", code); !strings.HasPrefix(v.Line(), head) || !strings.HasSuffix(v.Line(), "scangate verdict decides on all 2") {
			t.Fatalf("line %q", v.Line())
		}
		r := &result.Result{Ledger: rows, Findings: findings, Policy: p, Shard: o.Shard, Interrupted: o.Interrupted}
		r.SetVerdict(v.Record(), stamps)
		if again, _, err := gate.Recall(r); err != nil || again.Line() != v.Line() {
			t.Fatalf("recalled as %q: %v", again.Line(), err)
		}
		r.Verdict.Outcome, r.Verdict.Exit = result.OutcomePass, 0
		if _, _, err := gate.Recall(r); err == nil {
			t.Fatal("a shard is recalled as a pass")
		}
	})
}
