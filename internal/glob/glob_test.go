package glob_test

import (
	"testing"

	"github.com/scangate/scangate/internal/glob"
)

func TestExactCoversOnePath(t *testing.T) {
	t.Parallel()
	names := []string{"a*.tf", "ab.tf", "a?.tf", "[ab].tf", "a.tf", "{a,b}.tf", `a\.tf`, `\a.tf`, "]}.tf", "!a.tf", "#a.tf", "a /b.tf"}
	for _, name := range names {
		p, ok := glob.Compile(glob.Exact(name), "")
		if !ok {
			t.Fatalf("%q is not a glob", glob.Exact(name))
		}
		for _, other := range names {
			if covers := p.Covers(other); covers != (other == name) {
				t.Errorf("%q covers %q: %v", glob.Exact(name), other, covers)
			}
		}
	}
}

func TestPattern(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		raw, under, path string
		matches, covers  bool
	}{
		{"infra", "", "infra", true, true},
		{"infra", "", "infra/a/main.tf", false, true},
		{"./infra/", "", "infra/a/main.tf", false, true},
		{"infra/*.tf", "", "infra/main.tf", true, true},
		{"infra/*.tf", "", "infra/a/main.tf", false, false},
		{"infra/**", "", "infra/a/main.tf", true, true},
		{"**/main.tf", "", "main.tf", true, true},
		{"fra/**", "", "infra/main.tf", false, false},
		{"a/*.tf", "app", "app/a/main.tf", true, true},
		{"a/*.tf", "app", "a/main.tf", true, true},
		{"/a/*.tf", "app", "app/a/main.tf", false, false},
		{"/a/*.tf", "app", "a/main.tf", true, true},
	} {
		p, ok := glob.Compile(tt.raw, tt.under)
		if !ok || p.Raw != tt.raw {
			t.Fatalf("%q: ok %v, raw %q", tt.raw, ok, p.Raw)
		}
		if m, c := p.Matches(tt.path), p.Covers(tt.path); m != tt.matches || c != tt.covers {
			t.Errorf("%q under %q, %q: matches %v, covers %v; want %v, %v", tt.raw, tt.under, tt.path, m, c, tt.matches, tt.covers)
		}
	}
	for _, raw := range []string{"", "./", "/", "a[", "{a"} {
		if _, ok := glob.Compile(raw, ""); ok {
			t.Errorf("%q is taken for a glob", raw)
		}
	}
}
