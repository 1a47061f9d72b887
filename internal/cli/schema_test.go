package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// schemaOf compiles what scangate schema prints, which needs no other file.
func schemaOf(t *testing.T, document string) *jsonschema.Schema {
	t.Helper()
	r := runOf(t, nil, "schema", document)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(r.stdout))
	if r.code != 0 || err != nil {
		t.Fatalf("schema %s: exit %d, %v", document, r.code, err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	name := "https://example.invalid/" + document
	if id, ok := doc.(map[string]any)["$id"].(string); ok {
		name = id
	}
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every document that a command writes is valid by the schema that scangate schema prints, and one
// of another version is not.
func TestDocumentsAreValidByTheirSchemas(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ schema, line, file, version string }{
		{"result", "scangate scan --endpoint embedded --soft-fail -o json=result.json", "result.json", "format"},
		{"result", "scangate scan --endpoint embedded --shard 1/2 -o json=shard.json || true", "shard.json", "format"},
		{"result", "scangate alerts --endpoint embedded --source cloud-optix --soft-fail -o json=alerts.json", "alerts.json", "format"},
		{"plan", "scangate scan --endpoint embedded --dry-run -o json=plan.json", "plan.json", "format"},
		{"config", "scangate init --yes", ".scangate.yaml", "version"},
	} {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			dir := samples(t)
			if code, out := shellIn(t, dir, tt.line); code != 0 {
				t.Fatalf("%s: exit %d\n%s", tt.line, code, out)
			}
			text, err := os.ReadFile(filepath.Join(dir, tt.file))
			if err != nil {
				t.Fatal(err)
			}
			doc := asJSON(t, text)
			schema := schemaOf(t, tt.schema)
			if err := schema.Validate(doc); err != nil {
				t.Error(err)
			}
			doc[tt.version] = json.Number("2")
			if schema.Validate(doc) == nil {
				t.Errorf("%s 2 is valid", tt.version)
			}
		})
	}
}

// asJSON reads a document in YAML or JSON, with numbers as the validator wants them.
func asJSON(t *testing.T, text []byte) map[string]any {
	t.Helper()
	if !bytes.HasPrefix(text, []byte("{")) {
		var doc map[string]any
		err := yaml.Unmarshal(text, &doc)
		if err == nil {
			text, err = json.Marshal(doc)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc.(map[string]any)
}
