package docs

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the top folder of the repository, seen from here.
const root = "../.."

var update = flag.Bool("update", false, "write stale sections instead of failing")

// lists returns the lists by the name that the marker of a section gives. To add a list,
// add it here and write its two markers where it belongs.
func lists() map[string]func(*testing.T) string {
	return map[string]func(*testing.T) string{
		"flags":            flags,
		"config keys":      configKeys,
		"formats":          formats,
		"sources":          sources,
		"source filters":   sourceFilters,
		"source variables": sourceVariables,
		"search keys":      searchKeys,
		"inventory fields": inventoryFields,
		"areas":            areas,
		"hosts":            hosts,
		"history":          history,
		"kinds":            kinds,
		"image places":     imagePlaces,
		"contradictions":   contradictions,
		"languages":        languages,
		"exit codes":       exitCodes,
		"errors":           errorCatalogue,
		"topics":           topics,
		"result schema":    resultSchema,
		"plan schema":      planSchema,
		"gitlab inputs":    func(t *testing.T) string { return gitlabInputs(t, gitlabTemplate) },
		"gitlab component": func(t *testing.T) string { return gitlabInputs(t, gitlabComponent) },
		"inputs":           inputs,
		"outputs":          outputs,
		"assumptions":      assumptions,
		"sample policies":  samplePolicies,
		"action inputs":    actionInputs,
		"action outputs":   actionOutputs,
		"action env":       actionEnv,

		"template functions": templateFunctions,
	}
}

// section matches a section in Markdown or YAML: its first marker, the list, its last
// marker.
var section = regexp.MustCompile(`(?ms)(^ *(?:<!-- generated: ([a-z ]+) -->|# generated: ([a-z ]+))\n)(.*?)(^ *(?:<!-- end -->|# end)$)`)

// schemaFile is the schema of result.json, whose list of frameworks has no markers, and planFile
// that of plan.json.
var (
	schemaFile    = filepath.Join(root, "internal/result/result.schema.json")
	planFile      = filepath.Join(root, "internal/result/plan.schema.json")
	frameworkEnum = regexp.MustCompile(`("framework": \{"enum": )\[[^]]*\]`)
)

// pipelines are the examples that scangate init writes, and their copies in the program.
func pipelines() map[string]string {
	return map[string]string{"github/basic.yml": "github.yml", "gitlab/basic.gitlab-ci.yml": "gitlab.yml"}
}

// Every section holds what the registries say now. go generate ./... writes it.
func TestGenerated(t *testing.T) {
	t.Parallel()
	refresh(t, schemaFile, func(old string) string {
		return frameworkEnum.ReplaceAllString(old, "${1}"+frameworks())
	})
	refresh(t, filepath.Join(root, "internal/emulator/doc.go"), func(old string) string {
		return docList.ReplaceAllLiteralString(old, assumptionLines())
	})
	for example, pipeline := range pipelines() {
		refresh(t, filepath.Join(root, "internal/run/workflows", pipeline), func(string) string {
			return read(t, filepath.Join(root, "examples", example))
		})
	}
	unused := lists()
	for _, path := range documents(t) {
		refresh(t, path, func(old string) string {
			text := section.ReplaceAllStringFunc(old, func(s string) string {
				m := section.FindStringSubmatch(s)
				name := m[2] + m[3]
				list := lists()[name]
				if list == nil {
					t.Errorf("%s: there is no list %q", path, name)
					return s
				}
				delete(unused, name)
				return m[1] + list(t) + m[5]
			})
			if strings.Count(text, " generated: ") != len(section.FindAllString(text, -1)) {
				t.Errorf("%s: a marker of a generated section is malformed or has no end", path)
			}
			return text
		})
	}
	for _, name := range slices.Sorted(maps.Keys(unused)) {
		t.Errorf("no document has the list %q", name)
	}
}

// refresh fails for a file that change changes, or with -update writes it.
func refresh(t *testing.T, path string, change func(old string) string) {
	t.Helper()
	old := read(t, path)
	text := change(old)
	switch {
	case text == old:
	case !*update:
		t.Errorf("%s is stale; fix: go generate ./...", path)
	default:
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// documents returns what is written for users, and action.yml.
func documents(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, pattern := range []string{"*.md", "action.yml", "internal/cli/help/*.md", "examples/*/README.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no document matches %s: %v", pattern, err)
		}
		paths = append(paths, found...)
	}
	return paths
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
