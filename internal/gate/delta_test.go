package gate_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	outside := bucketAt("f7", "o.tf", "b7")
	outside.Outside = true
	before := &result.Result{Findings: []result.Finding{
		bucketAt("f1", "a.tf", "b1"), bucketAt("f2", "a.tf", "b2"), bucketAt("f3", "gone.tf", "b3"), vulnerable("node:18", 5, "Dockerfile"), bucketAt("f6", "failed.tf", "b6"),
	}}
	now := &result.Result{
		Findings: []result.Finding{
			bucketAt("f1", "a.tf", "b1"), bucketAt("f4", "a.tf", "b4"), vulnerable("node:20", 7, "Dockerfile"),
			with(bucketAt("f2", "a.tf", "b2"), func(f *result.Finding) { f.Severity = result.Critical }), outside,
		},
		Ledger: []result.Row{iacRow("a.tf"), row(result.KindIaC, "failed.tf", result.Failed)},
	}
	d, states := gate.Diff(gate.Earlier(before, "old.json"), now)
	want := []result.State{result.StateKnown, result.StateNew, result.StateWorse, result.StateWorse, result.StateNew}
	if !slices.Equal(states, want) {
		t.Errorf("states %v, want %v", states, want)
	}
	count := func(d *result.Delta) []int {
		return []int{d.New[result.Critical], d.New[result.High], d.Known[result.Critical], d.Known[result.High], d.Fixed[result.High], d.Unseen}
	}
	if diff := cmp.Diff([]int{3, 2, 5, 1, 1, 1}, count(d)); diff != "" || d.Against != "old.json" {
		t.Errorf("against %s, counts (-want +got):\n%s", d.Against, diff)
	}
	if len(d.Entries) != 1 || d.Entries[0].Path != "gone.tf" {
		t.Errorf("fixed: %+v", d.Entries)
	}

	now.Change = &result.Change{}
	d, _ = gate.Diff(gate.Earlier(before, "old.json"), now)
	if diff := cmp.Diff([]int{3, 1, 5, 1, 0, 2}, count(d)); diff != "" {
		t.Errorf("in a narrowed run (-want +got):\n%s", diff)
	}
}

func TestDiffOfOneResult(t *testing.T) {
	t.Parallel()
	r := &result.Result{Findings: []result.Finding{bucketAt("f1", "a.tf", ""), vulnerable("node:18", 5, "a/Dockerfile", "b/Dockerfile"), vulnerable("node:20", 3, "b/Dockerfile")}}
	d, _ := gate.Diff(gate.Earlier(r, "r.json"), r)
	if len(d.New) > 0 || len(d.Fixed) > 0 || d.Unseen > 0 || d.Known[result.Critical] != 8 || d.Known[result.High] != 1 {
		t.Errorf("%+v", d)
	}
}
