package policy_test

import (
	"testing"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/policy"
)

// Waivers in comments count if the target has them, above the same block.
func TestInlineOfTheTarget(t *testing.T) {
	t.Parallel()
	const (
		waive  = "# scangate:waive private-buckets-1a2b3c4d5e6f until=2027-01-31 owner=a reason=\"b\"\n"
		longer = "# scangate:waive private-buckets-1a2b3c4d5e6f until=2029-01-31 owner=a reason=\"b\"\n"
		first  = "resource \"aws_s3_bucket\" \"a\" {}\n"
		second = "resource \"aws_s3_bucket\" \"b\" {}\n"
	)
	g := gittest.New(t)
	g.Write("main.tf", waive+first+second)
	g.Write("plain.tf", second)
	g.Commit()
	o := options(t, g.Dir, ci.Target{})
	o.From = "HEAD"
	target := find(t, o)
	tests := map[string]struct {
		path, content string
		want          int
	}{
		"the same":          {"main.tf", waive + first + second, 1},
		"on another line":   {"main.tf", second + waive + first, 1},
		"on another block":  {"main.tf", first + waive + second, 0},
		"on two blocks":     {"main.tf", waive + first + waive + second, 1},
		"twice on its own":  {"main.tf", waive + waive + first, 1},
		"with a later end":  {"main.tf", longer + first, 0},
		"in another file":   {"plain.tf", waive + second, 0},
		"in a new file":     {"new.tf", waive + first, 0},
		"no waiver anymore": {"main.tf", first, 0},
	}
	for name, tt := range tests {
		all, _ := policy.Inline(tt.path, []byte(tt.content))
		got, later, err := target.Inline(tt.path, []byte(tt.content))
		if err != nil || len(got) != tt.want || len(later) != len(all)-tt.want {
			t.Errorf("%s: %d of %d waivers, and %d later, want %d (%v)", name, len(got), len(all), len(later), tt.want, err)
		}
		own, later, err := policy.Source{}.Inline(tt.path, []byte(tt.content))
		if err != nil || len(own) != len(all) || len(later) > 0 {
			t.Errorf("%s by its own policy: %d waivers, want %d (%v)", name, len(own), len(all), err)
		}
	}
}
