package gate_test

import (
	"testing"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// What git says of a rename covers a finding by its former fingerprint alone, and only if the old
// place is gone.
func TestRenamed(t *testing.T) {
	t.Parallel()
	entry := result.BaselineEntry{
		Path: "old.tf", Kind: result.KindIaC, Resource: "a.b", Rule: result.RuleID("a"), Severity: result.High, Fingerprint: "f-old", Block: "b1", Count: 1, Since: "2026-01-31",
	}
	found := result.Finding{
		Kind: result.KindIaC, Rule: result.RuleID("a"), Resource: "a.b", Severity: result.High, Count: 1, Fingerprint: "f-new", Former: "f-old", Block: "b2",
		Locations: []result.Location{{Path: "new.tf", Line: 1}},
	}
	tests := map[string]struct {
		change func(*result.Baseline, *result.Finding)
		known  int
	}{
		"renamed":                 {func(*result.Baseline, *result.Finding) {}, 1},
		"its place is not gone":   {func(b *result.Baseline, _ *result.Finding) { b.Gone = nil }, 0},
		"git does not say so":     {func(b *result.Baseline, _ *result.Finding) { b.Moved = nil }, 0},
		"another file":            {func(b *result.Baseline, _ *result.Finding) { b.Moved = map[string]string{"other.tf": "old.tf"} }, 0},
		"another finding":         {func(_ *result.Baseline, f *result.Finding) { f.Former = "f-other" }, 0},
		"no former fingerprint":   {func(_ *result.Baseline, f *result.Finding) { f.Former = "" }, 0},
		"a higher severity":       {func(_ *result.Baseline, f *result.Finding) { f.Severity = result.Critical }, 0},
		"several, and one is new": {func(_ *result.Baseline, f *result.Finding) { f.Count = 2 }, 1},
	}
	for name, tt := range tests {
		b := &result.Baseline{Entries: []result.BaselineEntry{entry}, Gone: []string{"old.tf"}, Moved: map[string]string{"new.tf": "old.tf"}}
		f := found
		tt.change(b, &f)
		got := gate.Compare(nil, []result.Finding{f}, b, nil, nil)
		if m := got.Matches[0]; m.Known != tt.known || m.Changed != (tt.known > 0) {
			t.Errorf("%s: %+v", name, m)
		}
	}
	twice := gate.Compare(nil, []result.Finding{found, found}, &result.Baseline{
		Entries: []result.BaselineEntry{entry}, Gone: []string{"old.tf"}, Moved: map[string]string{"new.tf": "old.tf"},
	}, nil, nil)
	if twice.Matches[0].Known+twice.Matches[1].Known != 1 {
		t.Errorf("one entry covers %+v", twice.Matches)
	}
}
