package run

import (
	"slices"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

// Two jobs of one pipeline may read the target's policy from two commits. It is what it says that
// counts, and what the change changes in it.
func TestPolicyOfTwoCommitsIsOne(t *testing.T) {
	t.Parallel()
	judged := func(commit, text string, covers ...string) *result.Result {
		differences := []result.PolicyDifference{{Effect: result.Loosens, Key: "limits.max", Text: text, Covers: covers}}
		return &result.Result{Judge: &result.Judge{Name: "main", Commit: commit, Differences: differences, Covers: covers}}
	}
	a := judged("1", "critical 0 → 9", "x")
	if !judgedAlike(a, judged("2", "critical 0 → 9", "y")) {
		t.Error("another commit with the same policy is another policy")
	}
	if judgedAlike(a, judged("1", "critical 0 → 99", "x")) {
		t.Error("another change is the same policy")
	}
	if judgedAlike(a, &result.Result{}) || !judgedAlike(&result.Result{}, &result.Result{}) {
		t.Error("a result without a judge is taken for one with a judge, or two without one differ")
	}
	if !slices.Equal(a.Judge.Covers, []string{"x"}) || a.Judge.Commit != "1" {
		t.Errorf("the comparison changed the judge: %+v", a.Judge)
	}
}

// Notices about submissions are merged in the order of one run, and those that several shards have
// are there once.
func TestNoticesAreJoined(t *testing.T) {
	t.Parallel()
	part := func(index int, own ...result.Notice) shard {
		r := &result.Result{Notices: []result.Notice{{Text: "before"}}, Shard: &result.Shard{Index: index, Total: 2}}
		r.Shard.Notices = result.Range{Start: 1, End: 1 + len(own)}
		r.Notices = slices.Concat(r.Notices, own, []result.Notice{{Text: "after"}})
		return shard{saved{Result: r}, "r.json"}
	}
	both := result.Notice{Path: "b.tf", Text: "of both"}
	var said []string
	for _, n := range joinNotices(System{}, []shard{part(1, both, result.Notice{Path: "c.tf", Text: "own"}), part(2, result.Notice{Path: "a.tf", Text: "own"}, both)}, nil) {
		said = append(said, n.String())
	}
	if want := []string{"before", "a.tf: own", "b.tf: of both", "c.tf: own", "after"}; !slices.Equal(said, want) {
		t.Errorf("notices %q, want %q", said, want)
	}
}

// The service may give one id to the scans of two jobs, which know nothing of each other.
func TestScanOfTwoShardsAnswersNeither(t *testing.T) {
	t.Parallel()
	row := func(kind result.Kind, name, submission string) result.Row {
		return result.Row{
			Target: result.Target{Kind: kind, Name: name}, Status: result.Answered, Evidence: result.BySubmission, Submissions: []string{submission},
		}
	}
	part := func(rows ...result.Row) shard { return shard{saved{Result: &result.Result{Ledger: rows}}, "r.json"} }
	shards := []shard{
		part(row(result.KindIaC, "a.tf", "1"), row(result.KindIaC, "b.tf", "1"), row(result.KindIaC, "own.tf", "2"), row(result.KindDockerfile, "Dockerfile", "3")),
		part(row(result.KindIaC, "c.tf", "1"), row(result.KindIaC, "number-of-a-task.tf", "3")),
	}
	failSharedScans(shards)
	var failed []string
	for _, s := range shards {
		for _, row := range s.Ledger {
			switch row.Status {
			case result.Failed:
				failed = append(failed, row.Target.Name)
				if want := result.SharedID("scan", "1"); row.Fault != want || row.Evidence != "" {
					t.Errorf("%s: %+v, want the fault %+v", row.Target.Name, row, want)
				}
			default:
				if row.Fault != (result.Fault{}) {
					t.Errorf("%s: %+v", row.Target.Name, row)
				}
			}
		}
	}
	if want := []string{"a.tf", "b.tf", "c.tf"}; !slices.Equal(failed, want) {
		t.Errorf("failed %q, want %q", failed, want)
	}
}
