package house

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// mayImport says which packages of ours a package may import. A package that
// isn't here is one that nobody has placed in the house yet.
var mayImport = map[string][]string{
	"cmd": {"cli"},
	"cli": {"run", "config", "console", "report", "alerts", "optix", "emulator", "safe", "result"},
	// The walk calls every stage, and no stage knows the walk.
	"run":        {"*"},
	"config":     {"result"},
	"discover":   {"git", "dockerfile", "image", "template", "safe", "result", "secret"},
	"dockerfile": {"image", "result", "text"},
	"template":   {"result"},
	"transport":  {"jsonx", "result", "text", "secret", "safe"},
	"optix":      {"transport", "result", "jsonx", "secret"},
	"scan":       {"optix", "transport", "state", "image", "safe", "result"},
	// A package of its own, so that what vouches for the file (the key, the
	// bounds, the atomic write) can be tested without a scan, and knows no client.
	"state":  {"result"},
	"alerts": {"optix", "transport", "gate", "safe", "result", "jsonx", "secret"},
	"locate": {"template", "dockerfile", "image", "result", "text", "secret"},
	"gate":   {"result", "text"},
	"change": {"config", "discover", "git", "image", "result", "safe", "template", "text"},
	"report": {"result", "console", "text"},
	// transport is for the comment on a pull request: it goes the way of all
	// requests that carry a credential.
	"ci": {"git", "transport", "secret"},
	// The same misreading of the service's text must not hide in the client and
	// in the emulator: it never imports optix or transport.
	"emulator": {"template", "dockerfile", "image", "safe", "result"},
	"image":    {},
	"jsonx":    {"text"},
	"secret":   {"text"},
	"result":   {},
	"git":      {"safe"},
	"console":  {"safe", "text"},
	// Starts goroutines for everyone, so that the recovery of panics stands once.
	"safe":     {},
	"text":     {},
	"house":    {},
	"campaign": {},
	"docs":     {},
}

// thirdParty says which packages may import a module of others. A module that
// isn't here has no owner yet; one without any package is for tests alone.
var thirdParty = map[string][]string{
	"github.com/spf13/cobra":                   {"cli"},
	"github.com/spf13/pflag":                   {"cli"},
	"github.com/owenrumney/go-sarif/v2":        {"report"},
	"github.com/sethvargo/go-githubactions":    {"ci"},
	"github.com/go-json-experiment/json":       {"jsonx"},
	"github.com/cenkalti/backoff/v4":           {"transport", "scan"},
	"github.com/hashicorp/hcl/v2":              {"template"},
	"github.com/zclconf/go-cty":                {"template"},
	"go.yaml.in/yaml/v3":                       {"template", "config", "emulator"},
	"github.com/moby/buildkit":                 {"dockerfile"},
	"github.com/distribution/reference":        {},
	"github.com/bmatcuk/doublestar/v4":         {"discover"},
	"github.com/agext/levenshtein":             {"config"},
	"github.com/clipperhouse/displaywidth":     {"text"},
	"golang.org/x/term":                        {"console", "cli"},
	"golang.org/x/time":                        {"alerts"},
	"golang.org/x/sync":                        {"safe"},
	"github.com/google/go-cmp":                 {},
	"github.com/rogpeppe/go-internal":          {},
	"github.com/santhosh-tekuri/jsonschema/v6": {},
	"pgregory.net/rapid":                       {},
}

// checkImports holds both tables.
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
	return "nobody owns " + name + ": name its owner in internal/house/imports_test.go, or do without it"
}

// judgeOurs returns what is wrong with an import among our own packages.
func judgeOurs(owner, imported string) string {
	allowed, known := mayImport[owner]
	switch {
	case !known:
		return "nobody has placed " + owner + " in the table of internal/house/imports_test.go"
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
