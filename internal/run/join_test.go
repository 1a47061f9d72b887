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
