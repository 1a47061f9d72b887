package docs

import (
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// gitlabInputs lists the inputs of the GitLab template.
func gitlabInputs(t *testing.T) string {
	t.Helper()
	var template struct {
		Spec struct {
			Inputs yaml.Node // in their order
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(root, "examples/gitlab/template.yml"))), &template); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	pairs := template.Spec.Inputs.Content
	for i := 0; i+1 < len(pairs); i += 2 {
		var input struct {
			Description string
			Default     any
		}
		if err := pairs[i+1].Decode(&input); err != nil || input.Description == "" {
			t.Errorf("input %s of the template: description %q, %v", pairs[i].Value, input.Description, err)
		}
		text := code(pairs[i].Value) + ": " + strings.TrimSuffix(input.Description, ".")
		if input.Default != "" {
			text += " [default " + code(strings.TrimSpace(toYAML(t, input.Default))) + "]"
		}
		b.WriteString(item(text))
	}
	return b.String()
}

// toYAML writes a value as one line of YAML.
func toYAML(t *testing.T, value any) string {
	t.Helper()
	var node yaml.Node
	if err := node.Encode(value); err != nil {
		t.Fatal(err)
	}
	node.Style = yaml.FlowStyle
	text, err := yaml.Marshal(&node)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
