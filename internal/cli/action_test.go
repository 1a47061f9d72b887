package cli_test

import (
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
)

const actionFile = "../../action.yml"

// action is action.yml as the runner reads it.
type action struct {
	Inputs  map[string]any
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

// Inputs go through env alone: what a workflow passes is never part of a
// script, and each variable holds one input.
func TestActionEnv(t *testing.T) {
	t.Parallel()
	a := readAction(t)
	want := map[string]string{
		"BINARY":              "${{ steps.bring.outputs.binary }}",
		"GITHUB_TOKEN":        "${{ inputs.github-token }}",
		"MSYS2_ARG_CONV_EXCL": "*", "MSYS2_ENV_CONV_EXCL": "INPUT_;SCANGATE_",
		"COMMAND": "${{ steps.bring.outputs.command }}", "RESULTS": "${{ inputs.results }}", "INPUT_PATH": "${{ inputs.path }}",
		"API_KEY": "${{ inputs.api-key }}", "SCANGATE_INPUTS": "${{ toJSON(inputs) }}",
		"SCANGATE_MATRIX": "${{ toJSON(matrix) }}", "SCANGATE_STRATEGY": "${{ toJSON(strategy) }}",
	}
	settings := config.AllSettings()
	for name := range a.Inputs {
		if slices.ContainsFunc(settings, func(s config.Setting) bool { return s.Name == name }) {
			want["INPUT_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))] = "${{ inputs." + name + " }}"
		}
	}
	steps := a.Runs.Steps
	if diff := cmp.Diff(want, steps[1].Env); diff != "" {
		t.Errorf("env of run (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"COMMAND", "DOWNLOAD_TOKEN", "DOWNLOAD_URL", "DOWNLOAD_USER", "ON_ERROR", "SHA256", "VERSION"}, slices.Sorted(maps.Keys(steps[0].Env))); diff != "" {
		t.Errorf("env of bring (-want +got):\n%s", diff)
	}
}

// The scripts hold no expression, and leave nothing for later steps except
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

// The outputs of action.yml are those that a run writes. internal/docs holds their list.
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
	var written []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+)<<`).FindAllStringSubmatch(string(text), -1) {
		written = append(written, m[1])
	}
	written = append(written, "binary") // which the first step writes
	slices.Sort(written)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(readAction(t).Outputs)), written); diff != "" {
		t.Errorf("outputs (-action.yml +written):\n%s", diff)
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
