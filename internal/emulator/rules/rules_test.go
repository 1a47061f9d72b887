package rules

import (
	"slices"
	"strings"
	"testing"
)

// TestData checks what the code and its users rely on.
func TestData(t *testing.T) {
	t.Parallel()
	set, err := load()
	if err != nil {
		t.Fatal(err)
	}
	if len(set.rules) < 40 {
		t.Errorf("%d rules, want at least 40", len(set.rules))
	}
	ids, summaries := map[string]bool{}, map[string]bool{}
	for _, r := range set.rules {
		if ids[r.ID] || summaries[r.Summary] {
			t.Errorf("rule %s: duplicate id or summary", r.ID)
		}
		ids[r.ID], summaries[r.Summary] = true, true
		checkRule(t, set, r)
	}
}

func checkRule(t *testing.T, set *ruleSet, r rule) {
	t.Helper()
	if !slices.Contains([]string{"CRITICAL", "HIGH", "MEDIUM", "LOW"}, r.Severity) {
		t.Errorf("rule %s: severity %q", r.ID, r.Severity)
	}
	if w := set.words[r.Word]; w.Noun == "" || w.Provider == "" {
		t.Errorf("rule %s: unknown kind word %q", r.ID, r.Word)
	}
	if !strings.HasPrefix(r.Summary, "Ensure ") || !strings.HasSuffix(r.Remedy, ".") || len(r.Checks) == 0 {
		t.Errorf("rule %s: summary, remedy or checks are missing", r.ID)
	}
	for _, c := range r.Checks {
		if len(c.Types) == 0 || c.Says == "" || !slices.Contains([]string{"", "pod", "container"}, c.Scope) {
			t.Errorf("rule %s: check %+v", r.ID, c)
		}
		if c.When != nil {
			checkCondition(t, r.ID, c.When)
		}
	}
}

// checkCondition checks a condition and all conditions in it: each has exactly one
// operator, and a path if its operator needs one.
func checkCondition(t *testing.T, id string, c *condition) {
	t.Helper()
	plain := []bool{c.All != nil, c.Any != nil, c.Not != nil, c.Covers != nil, c.Companion != nil, c.Present != nil, c.Test != ""}
	ofPath := []bool{c.Is != nil, c.In != nil, c.Like != nil, c.Exists != nil, c.Open, c.Some != nil}
	isTrue := func(b bool) bool { return b }
	n := len(slices.DeleteFunc(slices.Concat(plain, ofPath), func(b bool) bool { return !b }))
	if n != 1 || slices.ContainsFunc(ofPath, isTrue) != (c.Path != "") {
		t.Errorf("rule %s: condition %+v has %d operators", id, c, n)
	}
	for _, inner := range slices.Concat(c.All, c.Any) {
		checkCondition(t, id, &inner)
	}
	for _, inner := range []*condition{c.Not, c.Some} {
		if inner != nil {
			checkCondition(t, id, inner)
		}
	}
	if c.Companion != nil && c.Companion.When != nil {
		checkCondition(t, id, c.Companion.When)
	}
	if c.Test != "" && c.Test != "floating-tag" && c.Test != "access-key" {
		t.Errorf("rule %s: unknown test %q", id, c.Test)
	}
}
