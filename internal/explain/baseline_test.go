package explain

import (
	"testing"

	"github.com/scangate/scangate/internal/result"
)

func TestBaselineOfAFinding(t *testing.T) {
	t.Parallel()
	r := &result.Result{Policy: result.Policy{Baseline: &result.Baseline{Entries: []result.BaselineEntry{{Path: "a"}, {Path: "b"}}}}}
	f := &result.Finding{Stamp: result.Stamp{Covers: &result.Covers{Entries: []int{1}}}}
	if all := findingOf(r, f).Baseline; len(all) != 1 || all[0].Path != "b" {
		t.Errorf("got %+v", all)
	}
	if all := findingOf(r, &result.Finding{}).Baseline; len(all) != 0 {
		t.Errorf("got %+v of a finding that is not in it", all)
	}
}
