package template

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

func TestLanguagesAreComplete(t *testing.T) {
	t.Parallel()
	titles := map[string]bool{}
	for _, l := range languages() {
		if l.Title == "" || titles[l.Title] || len(l.Names) == 0 || l.parse == nil {
			t.Errorf("language %q: incomplete, or a duplicate title", l.Title)
		}
		titles[l.Title] = true
		for _, name := range l.Names {
			if name == "" || name != strings.ToLower(name) {
				t.Errorf("%s: name %q must be in lower case", l.Title, name)
			}
		}
	}
}

func TestKindTablesAreWellFormed(t *testing.T) {
	t.Parallel()
	for _, l := range languages() {
		for line := range strings.Lines(strings.TrimSpace(l.kinds)) {
			word, types, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if !ok || word != strings.ToUpper(word) || types == "" {
				t.Errorf("%s: line %q must be WORD: type, type", l.Title, line)
			}
		}
	}
}

// The schema of result.json lists the frameworks of the registry.
func TestSchemaListsTheFrameworks(t *testing.T) {
	t.Parallel()
	var schema struct {
		Defs struct {
			Framework struct {
				Enum []result.Framework `json:"enum"`
			} `json:"framework"`
		} `json:"$defs"`
	}
	text, err := os.ReadFile("../result/result.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	var want []result.Framework
	for _, l := range languages() {
		if l.Framework != "" {
			want = append(want, l.Framework)
		}
	}
	slices.Sort(want)
	got := slices.Sorted(slices.Values(schema.Defs.Framework.Enum))
	if diff := cmp.Diff(slices.Compact(want), got); diff != "" {
		t.Errorf("enum of framework in result.schema.json (-registry +schema):\n%s", diff)
	}
}

func TestMayNameImages(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"a.yaml": true, "pod.json": true, "a.template": true, "c/Chart.yaml": true, "Kustomization": true,
		"main.tf": true, "a.tf.json": true, "m.bicep": false, "README.md": false,
	} {
		if got := MayNameImages(path); got != want {
			t.Errorf("MayNameImages(%q) = %v", path, got)
		}
	}
}

// A file with the name of a Compose file and without services is offered to the
// other languages.
func TestComposeNameWithOtherContent(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "docker-compose-pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n")
	if f.Language.Framework != Kubernetes || resourceList(f) != "1-4 Pod Pod/p\n" {
		t.Errorf("read as %s: %s", f.Language.Title, resourceList(f))
	}
}
