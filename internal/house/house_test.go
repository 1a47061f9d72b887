package house

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the repository's top folder, seen from here.
const root = "../.."

// checks are the rules that need one file only.
var checks = map[string]func(source) []fault{
	"imports":    checkImports,
	"ambient":    checkAmbient,
	"surprises":  checkSurprises,
	"goroutines": checkGoroutines,
	"sizes":      checkSizes,
	"docs":       checkDocs,
	"start":      checkStart,
}

func TestHouse(t *testing.T) {
	t.Parallel()
	sources := load(t, root)
	if len(sources) < 10 {
		t.Fatalf("found %d Go files: the walk misses the product", len(sources))
	}
	for name, check := range checks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, s := range sources {
				for _, f := range check(s) {
					t.Errorf("%s:%d: %s", f.path, f.line, f.text)
				}
			}
		})
	}
}

func TestNoTestReallySleeps(t *testing.T) {
	t.Parallel()
	for _, s := range loadTests(t, root) {
		for _, f := range checkSleeps(s) {
			t.Errorf("%s:%d: %s", f.path, f.line, f.text)
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, s := range load(t, root) {
		documented[s.folder()] = documented[s.folder()] || s.file.Doc != nil
	}
	for _, folder := range slices.Sorted(maps.Keys(documented)) {
		if !documented[folder] {
			t.Errorf("%s: no file has a package comment", folder)
		}
	}
}

func TestTablePlacesEveryPackage(t *testing.T) {
	t.Parallel()
	for _, s := range load(t, root) {
		if _, ok := mayImport[s.owner()]; !ok {
			t.Errorf("%s:1: %s is not in the table of internal/house/imports_test.go", s.path, s.owner())
		}
	}
}

// TestChecksCanFail breaks each rule, and keeps each narrowly.
func TestChecksCanFail(t *testing.T) {
	t.Parallel()
	body := func(lines int) string { return "func f() {\n" + strings.Repeat("\n", lines-2) + "}\n" }
	tests := []struct {
		name, path, text string
		check            func(source) []fault
		want             string
	}{
		{"emulator and optix", "internal/emulator/a.go", `import _ "` + module + `/internal/optix"`, checkImports, "emulator imports optix; it may import"},
		{"subpackage of the emulator", "internal/emulator/rules/a.go", `import _ "` + module + `/internal/transport"`, checkImports, "emulator imports transport; it may import"},
		{"own subpackage", "internal/emulator/a.go", `import _ "` + module + `/internal/emulator/rules"`, checkImports, ""},
		{"run takes all", "internal/run/a.go", `import _ "` + module + `/internal/scan"`, checkImports, ""},
		{"cli below run", "internal/cli/a.go", `import _ "` + module + `/internal/scan"`, checkImports, "cli imports scan; it may import"},
		{"unplaced package", "internal/new/a.go", `import _ "` + module + `/internal/scan"`, checkImports, "new is not in the table"},
		{"cobra below cli", "internal/scan/a.go", `import _ "github.com/spf13/cobra"`, checkImports, "which only cli may"},
		{"package of an owned module", "internal/dockerfile/a.go", `import _ "github.com/moby/buildkit/frontend/dockerfile/parser"`, checkImports, ""},
		{"test library in the product", "internal/scan/a.go", `import _ "github.com/google/go-cmp/cmp"`, checkImports, "which only nothing (tests aside) may"},
		{"module without an owner", "internal/scan/a.go", `import _ "example.com/left-pad"`, checkImports, "example.com/left-pad has no owner"},
		{"test helper in the product", "internal/cli/a.go", `import _ "` + module + `/internal/git/gittest"`, checkImports, "which only tests may"},
		{"standard library", "internal/scan/a.go", `import _ "net/http"`, checkImports, ""},
		{"environment", "internal/git/a.go", "import \"os\"\nvar x = os.Getenv(\"A\")", checkAmbient, "os.Getenv belongs to cli"},
		{"clock as a value", "internal/git/a.go", "import \"time\"\nvar now = time.Now", checkAmbient, "time.Now belongs to cli"},
		{"clock under another name", "internal/git/a.go", "import clock \"time\"\nvar now = clock.Now", checkAmbient, "time.Now belongs to cli"},
		{"clock in cli", "internal/cli/a.go", "import \"time\"\nvar now = time.Now", checkAmbient, ""},
		{"method that is called Now", "internal/git/a.go", "var now = system.Now", checkAmbient, ""},
		{"exit", "internal/cli/a.go", "import \"os\"\nfunc f() { os.Exit(1) }", checkAmbient, "os.Exit belongs to cmd"},
		{"exit in cmd", "cmd/scangate/main.go", "import \"os\"\nfunc main() { os.Exit(1) }", checkAmbient, ""},
		{"init", "internal/git/a.go", "func init() {}", checkSurprises, "init runs in every process"},
		{"panic", "internal/git/a.go", "func f() { panic(1) }", checkSurprises, "panic: return an error"},
		{"method that is called init", "internal/git/a.go", "func (t T) init() {}", checkSurprises, ""},
		{"go statement", "internal/result/a.go", "func f() { go f() }", checkGoroutines, "go statement: start it with safe.Go"},
		{"wait group", "internal/result/a.go", "import \"sync\"\nvar g sync.WaitGroup", checkGoroutines, "sync.WaitGroup: use a safe.Group"},
		{"go statement in safe", "internal/safe/a.go", "func f() { go f() }", checkGoroutines, ""},
		{"error group", "internal/result/a.go", `import _ "golang.org/x/sync/errgroup"`, checkImports, "which only safe"},
		{"long function", "internal/git/a.go", body(81), checkSizes, "f has 81 lines, at most 80"},
		{"function of 80 lines", "internal/git/a.go", body(80), checkSizes, ""},
		{"long file", "internal/git/a.go", strings.Repeat("\n", 450), checkSizes, "lines, at most 450"},
		{"long main", "cmd/scangate/main.go", strings.Repeat("\n", 30), checkSizes, "lines, at most 25"},
		{"function without a comment", "internal/git/a.go", "func F() {}", checkDocs, "F is exported"},
		{"method without a comment", "internal/git/a.go", "func (*T[K]) F() {}", checkDocs, "F is exported"},
		{"method of an unexported type", "internal/git/a.go", "func (t) F() {}", checkDocs, ""},
		{"type without a comment", "internal/git/a.go", "type T int", checkDocs, "T is exported"},
		{"constant without a comment", "internal/git/a.go", "const (\n\tC = 1\n)", checkDocs, "C is exported"},
		{"pattern", "internal/git/a.go", "import \"regexp\"\nvar p = regexp.MustCompile(`a`)", checkStart, "regexp.MustCompile runs at every start"},
		{"pattern when needed", "internal/git/a.go", "import \"regexp\"\nvar p = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`a`) })", checkStart, ""},
		{"pattern of a test", "internal/git/gittest/a.go", "import \"regexp\"\nvar p = regexp.MustCompile(`a`)", checkStart, ""},
		{"sleep", "internal/git/a_test.go", "import \"time\"\nfunc f() { time.Sleep(1) }", checkSleeps, "time.Sleep really waits here"},
		{"sleep in a bubble", "internal/git/a_test.go", "import (\n\"time\"\n\"testing/synctest\"\n)\nfunc f() { time.Sleep(1) }", checkSleeps, ""},
		{"constant in a group with a comment", "internal/git/a.go", "// Some.\nconst (\n\tC = 1\n)", checkDocs, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := parse(tt.path, "package p\n\n"+tt.text)
			if err != nil {
				t.Fatal(err)
			}
			faults := tt.check(s)
			if tt.want == "" {
				if len(faults) > 0 {
					t.Errorf("got %v, want nothing", faults)
				}
				return
			}
			if len(faults) != 1 || !strings.Contains(faults[0].text, tt.want) {
				t.Errorf("got %v, want one fault with %q", faults, tt.want)
			}
		})
	}
}

// The map of packages in CONTRIBUTING.md has every package.
func TestMapHasEveryPackage(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	for name := range mayImport {
		if named := "`" + name + "`"; name != "cmd" && !strings.Contains(string(text), named) && !strings.Contains(string(text), "`internal/"+name+"`") {
			t.Errorf("CONTRIBUTING.md does not name %s", named)
		}
	}
}
