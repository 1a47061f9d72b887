package docs

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/run"
)

// printed runs a command, and returns its exit code and what it prints.
func printed(t *testing.T, args ...string) (code int, stdout string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cli.Main(t.Context(), args, cli.System{System: run.System{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: time.Now, Environ: []string{"PATH=" + os.Getenv("PATH")},
	}})
	t.Log(errs.String())
	return code, out.String()
}

// schemaOf compiles what scangate schema prints, which needs no other file.
func schemaOf(t *testing.T, document string) *jsonschema.Schema {
	t.Helper()
	code, text := printed(t, "schema", document)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if code != 0 || err != nil {
		t.Fatalf("schema %s: exit %d, %v", document, code, err)
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
//
// It is not in package cli, whose scripts start their own test program some thousand times: the
// validator takes 30 ms at each start.
func TestDocumentsAreValidByTheirSchemas(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		schema, args, file, version string
		code                        int
	}{
		{"result", "scan --endpoint embedded --soft-fail -o json=OUT PATH", "result.json", "format", 0},
		{"result", "scan --endpoint embedded --shard 1/2 -o json=OUT PATH", "shard.json", "format", 1},
		{"result", "alerts --endpoint embedded --source cloud-optix --soft-fail -o json=OUT", "alerts.json", "format", 0},
		{"plan", "scan --endpoint embedded --dry-run -o json=OUT PATH", "plan.json", "format", 0},
		{"config", "init --yes PATH", "shop/.scangate.yaml", "version", 0},
	} {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			shop, out := filepath.Join(dir, "shop"), filepath.Join(dir, tt.file)
			if err := os.CopyFS(shop, os.DirFS("../../examples/shop")); err != nil {
				t.Fatal(err)
			}
			args := strings.Fields(strings.NewReplacer("OUT", out, "PATH", shop).Replace(tt.args))
			if code, _ := printed(t, args...); code != tt.code {
				t.Fatalf("%s: exit %d, want %d", tt.args, code, tt.code)
			}
			text, err := os.ReadFile(out)
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
