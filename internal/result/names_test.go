package result_test

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

// Escaped plans are valid UTF-8, their targets stay distinct, and valid names stay as
// they are.
func TestEscapeNames(t *testing.T) {
	t.Parallel()
	part := rapid.SampledFrom([]string{"a", `\xff`, `\x`, "ff", `"`, "\xff", "\xfe", "\xc3", "ü", "\u2028"})
	name := rapid.Map(rapid.SliceOfN(part, 1, 5), func(parts []string) string {
		all := ""
		for _, p := range parts {
			all += p
		}
		return all
	})
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfDistinct(name, func(s string) string { return s }).Draw(t, "names")
		p := result.Plan{}
		for _, n := range raw {
			p.Rows = append(p.Rows, result.Row{
				Target: result.Target{Kind: result.KindIaC, Name: n, Places: []result.Location{{Path: n}}},
				Fault:  result.Fault{Reason: n + ": no", Fix: n},
			})
			p.NotSent = append(p.NotSent, result.NotSent{Path: n})
		}
		p.EscapeNames()
		seen := map[string]bool{}
		for i, r := range p.Rows {
			for _, s := range []string{r.Target.Name, r.Reason, r.Fix, r.Target.Places[0].Path, p.NotSent[i].Path} {
				if !utf8.ValidString(s) {
					t.Errorf("%q is not UTF-8", s)
				}
			}
			if seen[r.Target.ID()] {
				t.Errorf("two rows are called %q", r.Target.ID())
			}
			seen[r.Target.ID()] = true
		}
		for _, n := range raw {
			if utf8.ValidString(n) && !seen["iac:"+n] {
				t.Errorf("%q is called otherwise", n)
			}
		}
	})
}

// The escape of a name, and its quoted form too, may be the names of other files.
func TestEscapeOfATakenName(t *testing.T) {
	t.Parallel()
	p := result.Plan{}
	for _, name := range []string{`\xff`, `"\xff"`, `"\\xff"`, "\xff"} {
		p.Rows = append(p.Rows, result.Row{Target: result.Target{Kind: result.KindIaC, Name: name}})
	}
	p.EscapeNames()
	names := map[string]bool{}
	for _, r := range p.Rows {
		names[r.Target.Name] = true
	}
	if len(names) != 4 {
		t.Errorf("names: %v", names)
	}
}
