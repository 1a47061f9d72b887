package explain

import (
	"testing"

	"github.com/scangate/scangate/internal/result"
)

func TestLoosenedBy(t *testing.T) {
	t.Parallel()
	r := sample()
	f := &r.Findings[0]
	if all := findingOf(r, f).LoosenedBy; len(all) != 0 {
		t.Errorf("got %+v of a result without a judge", all)
	}
	r.Judge = &result.Judge{Differences: []result.PolicyDifference{{Text: "a", Covers: []string{"x"}}, {Text: "b", Covers: []string{"x", f.Fingerprint}}}}
	if all := findingOf(r, f).LoosenedBy; len(all) != 1 || all[0].Text != "b" || len(r.Judge.Differences) != 2 {
		t.Errorf("got %+v", all)
	}
	if Of(r).Judge != r.Judge {
		t.Error("the explanation of the verdict does not say whose policy judged")
	}
}
