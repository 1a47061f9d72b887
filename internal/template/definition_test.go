package template

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const definition = "# generated\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n\n  # x\n  name: a.b\nspec:\n  group: b\nstatus:\n  x: y\n"

func TestIsDefinition(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		path, old, with string
		want            bool
	}{
		"as it is":         {"a.yaml", "", "", true},
		"windows":          {"a.yml", "\n", "\r\n", true},
		"beta":             {"a", "/v1", "/v1beta1", true},
		"name":             {"a.tf", "", "", false},
		"template":         {"a.yaml", "b\n", "{{ b }}\n", false},
		"group":            {"a.yaml", "apiextensions", "apps", false},
		"other":            {"a.yaml", "CustomResourceDefinition", "Pod", false},
		"continued":        {"a.yaml", "Definition\n", "Definition\n  x\n", false},
		"two documents":    {"a.yaml", "status:", "---\nstatus:", false},
		"another key":      {"a.yaml", "status:", "services:", false},
		"duplicate key":    {"a.yaml", "status:", "kind: CustomResourceDefinition\nstatus:", false},
		"quotes":           {"a.yaml", "kind:", "\"kind\":", false},
		"flow":             {"a.yaml", "metadata:\n\n  # x\n  name: a.b", "metadata: {name: a.b}", false},
		"metadata: text":   {"a.yaml", "name: a.b", "name", false},
		"metadata: list":   {"a.yaml", "  name: a.b", "  - name: a.b", false},
		"metadata: quotes": {"a.yaml", "name: a.b", "\"name: a.b\"", false},
		"metadata: empty":  {"a.yaml", "  name: a.b\n", "", false},
		"metadata: last":   {"a.yaml", "spec:", "spec:\n  a: b\nmetadata:", false},
		"empty at the end": {"a.yaml", "  x: y\n", "", false},
		"indented":         {"a.yaml", "# generated\n---\n", "  x: y\n", false},
		"tab":              {"a.yaml", "  x: y", "\tx: y", false},
		"no metadata":      {"a.yaml", "metadata:\n\n  # x\n  name: a.b\n", "", false},
	}
	for name, tt := range tests {
		text := strings.ReplaceAll(definition, tt.old, tt.with)
		if tt.old == "" {
			text = definition
		}
		if got := IsDefinition(tt.path, []byte(text)); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// What can be parsed and is taken for a definition is one manifest without an image.
func TestDefinitionsAreManifests(t *testing.T) {
	t.Parallel()
	parts := append(strings.SplitAfter(definition, "\n"), "kind: Pod\n", "image: a\n", "  image: a\n", "  - b\n", "-\n", "a:\n", "  containers: [{image: a}]\n", "...\n", "'x'\n", "    |\n", "# c\n", "  - |\n")
	rapid.Check(t, func(t *rapid.T) {
		lines := strings.SplitAfter(definition, "\n")
		for range rapid.IntRange(0, 3).Draw(t, "n") {
			at := rapid.IntRange(0, len(lines)-1).Draw(t, "at")
			lines[at] = rapid.SampledFrom([]string{"", lines[at]}).Draw(t, "keep") + rapid.SampledFrom(parts).Draw(t, "part")
		}
		text := strings.Join(lines, "")
		if !IsDefinition("a.yaml", []byte(text)) {
			return
		}
		f, err := Parse("a.yaml", []byte(text))
		if err == nil && (f == nil || f.Language.Framework != Kubernetes || f.Role != RoleTemplate || len(f.Images) > 0 || len(f.Resources) != 1 || f.Compose != nil) {
			t.Errorf("%q is %+v", text, f)
		}
	})
}
