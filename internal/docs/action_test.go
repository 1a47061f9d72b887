package docs

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
)

// notInputs are the flags of scan that action.yml leaves out, with the reason.
func notInputs() map[string]string {
	return map[string]string{
		"api-key-stdin": "a step has no standard input",
		"no-color":      "the log of a step is not a terminal and gets no colors",
		"no-progress":   "nor a progress line",
		"sarif-profile": "github is the default",
		"tolerate":      "only a command line accepts a contradiction",
	}
}

// inputSettings are the flags that are inputs: those of the commands that the action runs.
func inputSettings() []config.Setting {
	return slices.DeleteFunc(config.AllSettings(), func(s config.Setting) bool {
		return notInputs()[s.Name] != "" || s.SavedOnly && s.Also&(config.Verdict|config.Report) == 0
	})
}

func inputVariable(s config.Setting) string {
	return "INPUT_" + strings.TrimPrefix(s.Variable(), "SCANGATE_")
}

// inputs lists the names of the inputs by group, and the flags that are not inputs.
func inputs(*testing.T) string {
	var b strings.Builder
	for _, group := range config.Groups() {
		var names []string
		for _, s := range inputSettings() {
			if s.Group == group {
				names = append(names, code(s.Name))
			}
		}
		b.WriteString(item(string(group) + ": " + strings.Join(names, ", ")))
	}
	var left []string
	for _, name := range slices.Sorted(maps.Keys(notInputs())) {
		left = append(left, code("--"+name)+" ("+notInputs()[name]+")")
	}
	return b.String() + item("not an input: "+strings.Join(left, ", "))
}

func actionInputs(*testing.T) string {
	var b strings.Builder
	for _, s := range inputSettings() {
		text := strings.ReplaceAll(s.Usage, "(repeatable)", "(one per line)")
		if s.Default != "" {
			text += " (default " + s.Default + ")"
		}
		if s.Switch() {
			text = "true or false: " + text
		}
		fmt.Fprintf(&b, "  %s:\n    description: %s\n", s.Name, quoted(text))
	}
	return b.String()
}

func actionEnv(*testing.T) string {
	var b strings.Builder
	for _, s := range inputSettings() {
		fmt.Fprintf(&b, "        %s: ${{ inputs.%s }}\n", inputVariable(s), s.Name)
	}
	return b.String()
}

// quoted writes a YAML scalar in single quotes.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// output is one output of action.yml. internal/cli holds the list against a run.
type output struct{ name, meaning string }

// outputList returns the outputs in the order in which they are shown.
func outputList() []output {
	all := []output{
		{"binary", "path of the program, for later steps"},
		{"verdict", "`pass`, `fail`, `incomplete`, `timeout`, `nothing-to-scan`, `unverified`, `shard`, " +
			"`interrupted`, `usage`, `dry-run`, or `none` for a command that takes no verdict; only `pass` is a pass"},
		{"exit-code", "the exit code; 3 as well if the program was killed"},
	}
	for _, severity := range result.Severities() {
		all = append(all, output{severity.String(), "number of findings of this severity that the verdict counts"})
	}
	for _, word := range []string{"new", "known", "fixed"} {
		all = append(all, output{word, "number of new, known and fixed findings, compared with `compare`, the baseline or, for `diff`, OLD"})
	}
	all = append(all, output{"planned", "number of targets that need an answer"}, output{"answered", "number of targets that have one"},
		output{"policy-loosened", "number of things that the change loosens in the policy, approved or not"})
	for _, format := range report.Formats() {
		if !format.ToLog {
			all = append(all, output{format.Name, "path of this report, relative to the workspace if it is inside; empty if none was written"})
		}
	}
	return all
}

func actionOutputs(*testing.T) string {
	var b strings.Builder
	for _, o := range outputList() {
		value := "steps.run.outputs." + o.name
		if o.name == "binary" {
			value = "steps.bring.outputs.binary"
		}
		// A program that could not be started, or a step that was killed, has no outputs.
		if otherwise := map[string]string{"verdict": "incomplete", "exit-code": "3"}[o.name]; otherwise != "" {
			value += fmt.Sprintf(" || steps.bring.outputs.%s || '%s'", o.name, otherwise)
		}
		fmt.Fprintf(&b, "  %s:\n    description: %s\n    value: ${{ %s }}\n", o.name, quoted(strings.ReplaceAll(o.meaning, "`", "")), value)
	}
	return b.String()
}

// outputs has one row for all outputs of the same meaning.
func outputs(*testing.T) string {
	rows := [][]string{{"output", "meaning"}}
	for _, o := range outputList() {
		if last := rows[len(rows)-1]; last[1] == o.meaning {
			last[0] += ", " + code(o.name)
			continue
		}
		rows = append(rows, []string{code(o.name), o.meaning})
	}
	return table(rows)
}

// Every flag is an input or is left out for a reason. No input has a default of its own,
// except the token: the program has its own defaults.
func TestActionInputs(t *testing.T) {
	t.Parallel()
	var action struct {
		Inputs map[string]struct {
			Description string
			Default     string
			Required    bool
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(root, "action.yml"))), &action); err != nil {
		t.Fatal(err)
	}
	want := config.ActionInputs()
	for _, s := range inputSettings() {
		want = append(want, s.Name)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(action.Inputs))); diff != "" {
		t.Errorf("inputs (-want +got):\n%s", diff)
	}
	for name, input := range action.Inputs {
		if input.Required || input.Description == "" {
			t.Errorf("input %s: required %t, description %q", name, input.Required, input.Description)
		}
		if def := map[string]string{"github-token": "${{ github.token }}"}[name]; input.Default != def {
			t.Errorf("input %s has the default %q, want %q", name, input.Default, def)
		}
	}
	for name := range notInputs() {
		if !slices.ContainsFunc(config.Settings(config.Scan), func(s config.Setting) bool { return s.Name == name }) {
			t.Errorf("notInputs names %s, which is not a flag of scan", name)
		}
	}
}
