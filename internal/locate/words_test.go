package locate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A text names one path, in full or by a base name that is unique.
func TestPathNamedInAText(t *testing.T) {
	t.Parallel()
	ix := newPathIndex([]string{"a.tf", "b.tf", "infra (old)/main.tf", "my file.yaml", "x/c.tf", "y/c.tf"})
	for text, want := range map[string]int{
		"a.tf is open": 0, "b.tf is open.": 1, "a.tf and a.tf": 0, "a.tf and b.tf": -1, "b.tf and a.tf": -1,
		"x/c.tf:3 is open": 4, "gone/x.tf is open": -1, "c.tf is open": -1, "a.tf and c.tf": -1, "A.tf": -1, "nothing": -1,
		"infra (old)/main.tf is open": 2, "see infra (old)/main.tf": 2, "(infra (old)/main.tf)": 2, "infra (old)/main.tf.": 2, "infra (old)/main.tf:12": 2,
		"xinfra (old)/main.tf": -1, "infra (old)/main.tfx": -1, "xinfra (old)/main.tf, infra (old)/main.tf": 2,
		"my file.yaml and infra (old)/main.tf": -1, "my file.yaml, my file.yaml": 3, "a.tf and my file.yaml": -1,
	} {
		if got := ix.namedIn(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// A text names one resource.
func TestResourceNamedInAText(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"a.tf": "resource \"aws_vpc\" \"a\" {}\nresource \"aws_vpc\" \"b\" {}\n"})
	for details, want := range map[string]at{
		"aws_vpc.a in a.tf":               {"a.tf", 1, onResource},
		"aws_vpc.b in a.tf":               {"a.tf", 2, onResource},
		"aws_vpc.a and aws_vpc.b in a.tf": {"a.tf", 1, onFile},
		"aws_vpc.b and aws_vpc.a in a.tf": {"a.tf", 1, onFile},
	} {
		if diff := cmp.Diff(want, whereIs(r.place(t, details)[0])); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", details, diff)
		}
	}
}

// The value of a reference that goes on is certain, so that no part of it names a resource.
func TestCertainValues(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"a.tf": "\nresource \"aws_vpc\" \"a\" {}\n"})
	for details, want := range map[string]at{
		"(Ref: aws_vpc.a is, File: a.tf)":  {"a.tf", 1, onFile},
		"(Ref: aws_vpc.a is)":              {Placement: nowhere},
		"(Ref: aws_vpc.a is, branch: m)":   {"a.tf", 2, onResource},
		"(Ref: aws_vpc.a is open":          {"a.tf", 2, onResource},
		"Ref: aws_vpc.a is open":           {"a.tf", 2, onResource},
		"Ref: aws_vpc.a is in, File: a.tf": {"a.tf", 2, onResource},
	} {
		if diff := cmp.Diff(want, whereIs(r.place(t, details)[0])); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", details, diff)
		}
	}
}
