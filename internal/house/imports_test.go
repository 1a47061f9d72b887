package house

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which of our packages a package may import. Every package has a row.
var mayImport = map[string][]string{
	"cmd": {"cli"},
	"cli": {"hook", "run", "config", "report", "emulator", "trace", "optix", "table", "choice", "safe"},
	// The walk calls every stage, and no stage knows the walk.
	"run":       {"*"},
	"hook":      {},
	"config":    {"choice", "glob", "image", "result", "secret", "text"},
	"build":     {"result"},
	"compose":   {"build", "template", "result", "secret"},
	"bake":      {"build", "template", "result"},
	"kustomize": {"template", "result"},
	"skaffold":  {"build", "kustomize", "template", "result"},
	"discover":  {"bake", "build", "compose", "kustomize", "skaffold", "git", "glob", "dockerfile", "image", "template", "render", "safe", "result", "secret", "text"},
	// Reads what is about to be sent, whatever discovery made of it.
	"allow": {"dockerfile", "image", "template", "safe", "result", "text"},
	// Programs run here alone, besides git, so that what confines them stands in one place.
	"render":     {"kustomize", "template", "safe", "result", "text"},
	"dockerfile": {"image", "result", "text"},
	"template":   {"image", "result", "text"},
	"transport":  {"jsonx", "result", "trace", "text", "secret", "safe"},
	// A format that the recorder in transport and the replay beside the emulator share.
	"trace": {"secret", "text"},
	"optix": {"choice", "transport", "result", "jsonx", "secret"},
	"scan":  {"optix", "transport", "state", "dockerfile", "image", "safe", "result"},
	// A package of its own, so that what vouches for the file (the key, the
	// bounds, the atomic write) can be tested without a scan, and knows no client.
	"state":  {"result", "seal", "text"},
	"alerts": {"choice", "optix", "transport", "gate", "safe", "result", "jsonx", "secret", "where"},
	"where":  {},
	// A guess is kept separate from what is certain.
	"likely":  {"template"},
	"locate":  {"likely", "template", "dockerfile", "image", "result", "safe", "text", "secret"},
	"gate":    {"glob", "image", "result", "text"},
	"policy":  {"ci", "config", "dockerfile", "git", "glob", "jsonx", "result", "template"},
	"explain": {"result"},
	"report":  {"choice", "explain", "jsonx", "result", "console", "safe", "seal", "text"},
	"change":  {"bake", "build", "config", "discover", "git", "glob", "image", "kustomize", "skaffold", "result", "safe", "template", "text"},
	// transport is for the comment on a pull request: it goes the way of all
	// requests that carry a credential.
	"ci": {"git", "transport", "secret"},
	// The same misreading of the service's text must not hide in the client and
	// in the emulator: it never imports optix or transport.
	"emulator": {"choice", "template", "dockerfile", "image", "safe"},
	"seal":     {},
	"image":    {"secret"},
	"glob":     {},
	"jsonx":    {"text"},
	"secret":   {"text"},
	"result":   {"choice", "jsonx"},
	"git":      {"safe", "secret"},
	"console":  {"safe", "text"},
	"table":    {"console", "text"},
	// Starts goroutines for everyone, so that the recovery of panics stands once.
	"safe":     {"text"},
	"text":     {},
	"choice":   {},
	"house":    {},
	"campaign": {},
	"docs":     {},
}

// thirdParty says which packages may import a third-party module. Every module has a row; a
// row without packages is for tests only.
var thirdParty = map[string][]string{
	"github.com/spf13/cobra":                   {"cli"},
	"github.com/spf13/pflag":                   {"cli"},
	"github.com/owenrumney/go-sarif/v2":        {"report"},
	"github.com/sethvargo/go-githubactions":    {"ci"},
	"github.com/go-json-experiment/json":       {"jsonx"},
	"github.com/cenkalti/backoff/v4":           {"transport", "scan"},
	"github.com/hashicorp/hcl/v2":              {"template", "bake"},
	"github.com/zclconf/go-cty":                {"template", "bake"},
	"go.yaml.in/yaml/v3":                       {"template", "config", "emulator", "policy", "render"},
	"github.com/moby/buildkit":                 {"dockerfile"},
	"github.com/compose-spec/compose-go/v2":    {},
	"github.com/distribution/reference":        {},
	"github.com/bmatcuk/doublestar/v4":         {"discover", "glob", "image"},
	"github.com/agext/levenshtein":             {"choice"},
	"github.com/kljensen/snowball":             {"likely"},
	"github.com/clipperhouse/displaywidth":     {"text"},
	"golang.org/x/sys":                         {"cli", "discover"},
	"golang.org/x/term":                        {"cli"},
	"golang.org/x/time":                        {"transport"},
	"golang.org/x/sync":                        {"safe"},
	"github.com/google/go-cmp":                 {},
	"github.com/rogpeppe/go-internal":          {},
	"github.com/santhosh-tekuri/jsonschema/v6": {},
	"pgregory.net/rapid":                       {},
}

// A row says no more than the code needs: what is not imported may not be imported.
func TestTablesHaveNoUnusedEntries(t *testing.T) {
	t.Parallel()
	unused := map[string]bool{}
	for owner, list := range mayImport {
		for _, imported := range list {
			unused[owner+" may import "+imported] = imported != "*"
		}
	}
	for mod, owners := range thirdParty {
		for _, owner := range owners {
			unused[owner+" may import "+mod] = owner != "*"
		}
	}
	for _, s := range load(t, root) {
		for _, spec := range s.file.Imports {
			name := strings.Trim(spec.Path.Value, `"`)
			if ours, ok := strings.CutPrefix(name, module+"/internal/"); ok {
				name = firstPart(ours)
			}
			for mod := range thirdParty {
				if strings.HasPrefix(name+"/", mod+"/") {
					name = mod
				}
			}
			unused[s.owner()+" may import "+name] = false
		}
	}
	for _, entry := range slices.Sorted(maps.Keys(unused)) {
		if unused[entry] {
			t.Errorf("unused entry: %s; fix: remove it", entry)
		}
	}
}

// checkImports checks both tables.
func checkImports(s source) []fault {
	var faults []fault
	for _, spec := range s.file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			name = spec.Path.Value
		}
		if text := judgeImport(s.owner(), name); text != "" {
			faults = append(faults, s.fault(spec.Pos(), text))
		}
	}
	return faults
}

// judgeImport returns what is wrong with an import, or nothing.
func judgeImport(owner, name string) string {
	if ours, ok := strings.CutPrefix(name, module+"/internal/"); ok {
		if forTests(path.Base(ours)) {
			return owner + " imports " + ours + ", which only tests may"
		}
		return judgeOurs(owner, firstPart(ours))
	}
	if !strings.Contains(firstPart(name), ".") {
		return "" // the standard library
	}
	for mod, owners := range thirdParty {
		if name != mod && !strings.HasPrefix(name, mod+"/") {
			continue
		}
		if allows(owners, owner) {
			return ""
		}
		return owner + " imports " + name + ", which only " + list(owners) + " may"
	}
	return name + " has no owner; fix: add one to internal/house/imports_test.go, or do without the module"
}

// judgeOurs returns what is wrong with an import among our own packages.
func judgeOurs(owner, imported string) string {
	allowed, known := mayImport[owner]
	switch {
	case !known:
		return owner + " is not in the table of internal/house/imports_test.go; fix: add a row"
	case owner == imported || allows(allowed, imported):
		return ""
	default:
		return owner + " imports " + imported + "; it may import " + list(allowed)
	}
}

func allows(list []string, name string) bool {
	return slices.Contains(list, "*") || slices.Contains(list, name)
}

func firstPart(name string) string {
	first, _, _ := strings.Cut(name, "/")
	return first
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing (tests aside)"
	}
	return strings.Join(names, ", ")
}
