package cli_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
)

const actionFile = "../../action.yml"

// notInputs are the flags of scan that action.yml leaves out, and why.
func notInputs() map[string]string {
	return map[string]string{
		"api-key-stdin": "a step has no standard input",
		"no-color":      "a step's log is no terminal: there are no colours",
		"no-progress":   "nor a status line",
		"sarif-profile": "the default is GitHub's own profile",
	}
}

// ownInputs are the inputs that are no flags: the variable of the step that
// takes each of them.
func ownInputs() map[string]string {
	return map[string]string{"path": "INPUT_PATH", "api-key": "API_KEY", "github-token": "GITHUB_TOKEN", "download-url": "DOWNLOAD_URL"}
}

// actionOutput is one output of action.yml.
type actionOutput struct{ name, meaning string }

// actionOutputs are the outputs, in the order in which they are shown.
// TestActionOutputs holds them against what a run writes.
func actionOutputs() []actionOutput {
	out := []actionOutput{
		{"verdict", "`pass`, `fail`, `incomplete`, `timeout`, `nothing-to-scan`, `unverified`, `interrupted`, `usage` or `dry-run`; `pass` alone is a pass"},
		{"exit-code", "the exit code"},
	}
	for _, severity := range result.Severities() {
		out = append(out, actionOutput{severity.String(), "how many of this severity the verdict counts"})
	}
	out = append(
		out,
		actionOutput{"planned", "targets that need an answer"},
		actionOutput{"answered", "targets that have one"},
	)
	for _, format := range report.Formats() {
		if format.Name != report.Console {
			out = append(out, actionOutput{format.Name, "path of this report, relative to the workspace if it lies there; empty where none was written"})
		}
	}
	return out
}

// actionInputs are the flags that are inputs.
func actionInputs() []config.Setting {
	return slices.DeleteFunc(config.Settings(config.Scan), func(s config.Setting) bool { return notInputs()[s.Name] != "" })
}

func inputVariable(s config.Setting) string {
	return "INPUT_" + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
}

// The lists in action.yml and the README are made from the settings. UPDATE=1
// writes them anew.
func TestActionLists(t *testing.T) {
	t.Parallel()
	replaceSections(t, actionFile, []section{
		{"  # inputs: kept true by a test\n", "  # /inputs", inputLines()},
		{"  # outputs: kept true by a test\n", "  # /outputs", outputLines()},
		{"        # env: kept true by a test\n", "        # /env", envLines()},
	})
}

func inputLines() string {
	var b strings.Builder
	for _, s := range actionInputs() {
		text := strings.ReplaceAll(s.Usage, "(repeatable)", "(one a line)")
		if s.Default != "" && s.Default != "unknown" {
			text += " (default " + s.Default + ")"
		}
		if s.Switch() {
			text = "true or false: " + text
		}
		fmt.Fprintf(&b, "  %s:\n    description: '%s'\n", s.Name, strings.ReplaceAll(text, "'", "''"))
	}
	return b.String()
}

func outputLines() string {
	var b strings.Builder
	for _, o := range actionOutputs() {
		value := "steps.run.outputs." + o.name
		if o.name == "verdict" || o.name == "exit-code" {
			value += " || steps.bring.outputs." + o.name
		}
		fmt.Fprintf(&b, "  %s:\n    description: '%s'\n    value: ${{ %s }}\n", o.name, strings.ReplaceAll(o.meaning, "`", ""), value)
	}
	return b.String()
}

func envLines() string {
	var b strings.Builder
	for _, s := range actionInputs() {
		fmt.Fprintf(&b, "        %s: ${{ inputs.%s }}\n", inputVariable(s), s.Name)
	}
	return b.String()
}

// inputsList and outputsTable are the README's.
func inputsList() string {
	var b strings.Builder
	for _, group := range config.Groups() {
		var names []string
		for _, s := range actionInputs() {
			if s.Group == group {
				names = append(names, code(s.Name))
			}
		}
		b.WriteString(strings.Join(names, ", ") + ",\n")
	}
	left := make([]string, 0, len(notInputs()))
	for _, name := range slices.Sorted(maps.Keys(notInputs())) {
		left = append(left, code("--"+name)+" ("+notInputs()[name]+")")
	}
	return b.String() + "but not " + strings.Join(left, ", ") + ".\n\n"
}

// outputsTable has one row for outputs of one meaning.
func outputsTable() string {
	var b strings.Builder
	b.WriteString("| output | meaning |\n|---|---|")
	last := ""
	for _, o := range actionOutputs() {
		if o.meaning == last {
			b.WriteString(", " + code(o.name))
			continue
		}
		if last != "" {
			b.WriteString(" | " + last + " |")
		}
		b.WriteString("\n| " + code(o.name))
		last = o.meaning
	}
	return b.String() + " | " + last + " |\n"
}

// action is action.yml as the runner reads it.
type action struct {
	Inputs map[string]struct {
		Description string
		Default     string
		Required    bool
	}
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Using string
		Steps []actionStep
	}
}

type actionStep struct {
	ID, Shell, Uses, Run string
	Env                  map[string]string
}

func readAction(t *testing.T) action {
	t.Helper()
	text, err := os.ReadFile(actionFile)
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	if len(a.Runs.Steps) != 2 || a.Runs.Steps[0].ID != "bring" || a.Runs.Steps[1].ID != "run" {
		t.Fatalf("the steps of %s are not bring and run", actionFile)
	}
	return a
}

// Every flag is an input or is left out for a reason; every input reaches the
// program by its own name and has the program's own default.
func TestActionInputs(t *testing.T) {
	t.Parallel()
	a := readAction(t)
	var want []string
	for _, s := range config.Settings(config.Scan) {
		if notInputs()[s.Name] == "" {
			want = append(want, s.Name)
		}
	}
	want = append(want, slices.Collect(maps.Keys(ownInputs()))...)
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(a.Inputs))); diff != "" {
		t.Errorf("inputs (-want +got):\n%s", diff)
	}
	for name, input := range a.Inputs {
		if input.Required || input.Description == "" {
			t.Errorf("input %s: required %t, description %q", name, input.Required, input.Description)
		}
		if def := map[string]string{"github-token": "${{ github.token }}"}[name]; input.Default != def {
			t.Errorf("input %s has the default %q, want %q: the program has defaults of its own", name, input.Default, def)
		}
	}
	for name := range notInputs() {
		if !slices.ContainsFunc(config.Settings(config.Scan), func(s config.Setting) bool { return s.Name == name }) {
			t.Errorf("notInputs names %s, which is no flag of scan", name)
		}
	}
}

// Inputs go through env alone: what a workflow passes is never part of a
// script, and each variable holds one input.
func TestActionEnv(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"BINARY":              "${{ steps.bring.outputs.binary }}",
		"GITHUB_TOKEN":        "${{ inputs.comment == 'true' && inputs.github-token || '' }}",
		"MSYS2_ARG_CONV_EXCL": "*", "MSYS2_ENV_CONV_EXCL": "INPUT_;SCANGATE_",
		"INPUT_PATH": "${{ inputs.path }}", "API_KEY": "${{ inputs.api-key }}",
	}
	for _, s := range actionInputs() {
		want[inputVariable(s)] = "${{ inputs." + s.Name + " }}"
	}
	steps := readAction(t).Runs.Steps
	if diff := cmp.Diff(want, steps[1].Env); diff != "" {
		t.Errorf("env of run (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"DOWNLOAD_URL", "SHA256", "VERSION"}, slices.Sorted(maps.Keys(steps[0].Env))); diff != "" {
		t.Errorf("env of bring (-want +got):\n%s", diff)
	}
}

// The scripts hold no expression, and leave nothing behind for later steps but
// outputs (https://github.com/aquasecurity/trivy-action/issues/422).
func TestActionScripts(t *testing.T) {
	t.Parallel()
	a := readAction(t)
	if a.Runs.Using != "composite" {
		t.Errorf("using = %q", a.Runs.Using)
	}
	for _, step := range a.Runs.Steps {
		if step.Shell != "bash" || step.Uses != "" {
			t.Errorf("step %s: shell %q, uses %q; want bash and no other action", step.ID, step.Shell, step.Uses)
		}
		for _, banned := range []string{"${{", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "eval "} {
			if strings.Contains(step.Run, banned) {
				t.Errorf("the script of %s holds %s", step.ID, banned)
			}
		}
	}
}

// The outputs are those that a run writes.
func TestActionOutputs(t *testing.T) {
	t.Parallel()
	dir := treeOf(t, map[string]string{"main.tf": bucketTF})
	file := filepath.Join(t.TempDir(), "output")
	scanOf(t, dir, "embedded", func(sys *cli.System) {
		sys.Environ = append(sys.Environ, "GITHUB_ACTIONS=true", "GITHUB_OUTPUT="+file)
	})
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want, written []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+)<<`).FindAllStringSubmatch(string(text), -1) {
		written = append(written, m[1])
	}
	for _, o := range actionOutputs() {
		want = append(want, o.name)
	}
	slices.Sort(want)
	slices.Sort(written)
	if diff := cmp.Diff(want, written); diff != "" {
		t.Errorf("outputs of a run (-listed +written):\n%s", diff)
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(readAction(t).Outputs))); diff != "" {
		t.Errorf("outputs of action.yml (-want +got):\n%s", diff)
	}
}

// The pinned sums are those of the six binaries of the pinned version.
func TestActionPin(t *testing.T) {
	t.Parallel()
	env := readAction(t).Runs.Steps[0].Env
	version, ok := strings.CutPrefix(env["VERSION"], "v")
	if !ok {
		t.Fatalf("VERSION = %q, want vX.Y.Z", env["VERSION"])
	}
	var want, got []string
	for _, platform := range []string{"darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64", "windows_amd64.exe", "windows_arm64.exe"} {
		want = append(want, "scangate_"+version+"_"+platform)
	}
	line := regexp.MustCompile(`^[0-9a-f]{64}  (\S+)$`)
	for text := range strings.Lines(env["SHA256"]) {
		m := line.FindStringSubmatch(strings.TrimSuffix(text, "\n"))
		if m == nil {
			t.Fatalf("SHA256 holds the line %q", text)
		}
		got = append(got, m[1])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files with a sum (-want +got):\n%s", diff)
	}
}
