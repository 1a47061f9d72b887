package rules

import (
	"slices"
	"strings"
	"testing"
)

// TestData holds the data to what the code and its readers rely on.
func TestData(t *testing.T) {
	t.Parallel()
	b, err := load()
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Rules) < 40 {
		t.Errorf("%d rules, want at least 40", len(b.Rules))
	}
	ids, summaries := map[string]bool{}, map[string]bool{}
	for _, r := range b.Rules {
		if ids[r.ID] || summaries[r.Summary] {
			t.Errorf("rule %s: its id or summary occurs twice", r.ID)
		}
		ids[r.ID], summaries[r.Summary] = true, true
		checkRule(t, b, r)
	}
}

func checkRule(t *testing.T, b *book, r rule) {
	t.Helper()
	if !slices.Contains([]string{"CRITICAL", "HIGH", "MEDIUM", "LOW"}, r.Severity) {
		t.Errorf("rule %s: severity %q", r.ID, r.Severity)
	}
	if w := b.Words[r.Word]; w.Noun == "" || w.Provider == "" {
		t.Errorf("rule %s: nothing is known of the word %q", r.ID, r.Word)
	}
	if !strings.HasPrefix(r.Summary, "Ensure ") || !strings.HasSuffix(r.Remedy, ".") || len(r.Checks) == 0 {
		t.Errorf("rule %s: it needs a summary, a remedy and checks", r.ID)
	}
	for _, c := range r.Checks {
		if len(c.Types) == 0 || c.Says == "" || !slices.Contains([]string{"", "pod", "container"}, c.Scope) {
			t.Errorf("rule %s: check %+v", r.ID, c)
		}
		if c.When != nil {
			checkCond(t, r.ID, c.When)
		}
	}
}

// checkCond wants exactly one operator, a path with those that need one, and the
// same of all conditions inside.
func checkCond(t *testing.T, id string, c *cond) {
	t.Helper()
	plain := []bool{c.All != nil, c.Any != nil, c.Not != nil, c.Covers != nil, c.Companion != nil, c.Present != nil, c.Test != ""}
	ofPath := []bool{c.Is != nil, c.In != nil, c.Like != nil, c.Exists != nil, c.Open, c.Some != nil}
	isTrue := func(b bool) bool { return b }
	n := len(slices.DeleteFunc(slices.Concat(plain, ofPath), func(b bool) bool { return !b }))
	if n != 1 || slices.ContainsFunc(ofPath, isTrue) != (c.Path != "") {
		t.Errorf("rule %s: condition %+v has %d operators", id, c, n)
	}
	for _, inner := range slices.Concat(c.All, c.Any) {
		checkCond(t, id, &inner)
	}
	for _, inner := range []*cond{c.Not, c.Some} {
		if inner != nil {
			checkCond(t, id, inner)
		}
	}
	if c.Companion != nil && c.Companion.When != nil {
		checkCond(t, id, c.Companion.When)
	}
	if c.Test != "" && c.Test != "floating-tag" && c.Test != "access-key" {
		t.Errorf("rule %s: no test is called %q", id, c.Test)
	}
}
