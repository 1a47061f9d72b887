package docs

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/report"
)

// ciExample is the set-up of a CI host in examples/.
type ciExample struct {
	path string
	// keys are those that the host knows at the top of the file, nil for one that is not YAML.
	keys []string
	// history is how the file gets the whole history, "" where the host's settings say so.
	history string
}

func ciExamples() []ciExample {
	return []ciExample{
		{"azure/azure-pipelines.yml", []string{"trigger", "pr", "pool", "variables", "steps"}, "fetchDepth: 0"},
		{"bitbucket/bitbucket-pipelines.yml", []string{"image", "clone", "definitions", "pipelines"}, "clone: {depth: full}"},
		{"buildkite/pipeline.yml", []string{"steps"}, "git fetch --quiet origin"},
		{"circleci/.circleci/config.yml", []string{"version", "jobs", "workflows"}, "checkout: {method: full}"},
		{"jenkins/Jenkinsfile", nil, ""},
	}
}

// pinned matches a checksum that a download is compared with, or the digest of an image.
var pinned = regexp.MustCompile(`(sha256sum --check|@sha256:[0-9a-f]{64})`)

func TestCIExamples(t *testing.T) {
	t.Parallel()
	for _, e := range ciExamples() {
		t.Run(e.path, func(t *testing.T) {
			t.Parallel()
			text := read(t, filepath.Join(root, "examples", filepath.FromSlash(e.path)))
			for _, want := range []string{e.history, "--new-only", "SCANGATE_API_KEY"} {
				if !strings.Contains(text, want) {
					t.Errorf("no %s", want)
				}
			}
			if !pinned.MatchString(text) || !regexp.MustCompile(`[0-9a-f]{64}`).MatchString(text) {
				t.Error("nothing is pinned")
			}
			scripts := jenkinsScripts(text)
			if e.keys != nil {
				scripts = yamlScripts(t, text, e.keys)
			}
			commands := 0
			for _, script := range scripts {
				checkShell(t, script)
				commands += checkScangate(t, script)
			}
			if commands == 0 {
				t.Errorf("no command of scangate in %q", scripts)
			}
		})
	}
}

// jenkinsScripts returns the shell scripts of a Jenkinsfile.
func jenkinsScripts(text string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`\bsh '([^']*)'`).FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// yamlScripts demands YAML with no other keys than known at its top, and returns its shell scripts.
func yamlScripts(t *testing.T, text string, known []string) []string {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil || len(doc.Content) != 1 {
		t.Fatal(err)
	}
	for i := 0; i < len(doc.Content[0].Content); i += 2 {
		if key := doc.Content[0].Content[i].Value; !slices.Contains(known, key) {
			t.Errorf("the host knows no key %s", key)
		}
	}
	return scriptsIn(&doc)
}

// scriptsIn returns the texts below the keys under which hosts have scripts.
func scriptsIn(n *yaml.Node) []string {
	var all []string
	for i, child := range n.Content {
		isScript := n.Kind == yaml.MappingNode && i%2 == 1 && slices.Contains([]string{"bash", "command", "script", "after-script"}, n.Content[i-1].Value)
		switch {
		case isScript && child.Kind == yaml.ScalarNode:
			all = append(all, strings.ReplaceAll(child.Value, "$$", "$"))
		case isScript:
			for _, line := range child.Content {
				all = append(all, line.Value)
			}
		default:
			all = append(all, scriptsIn(child)...)
		}
	}
	return all
}

// checkShell parses a script, where there is a shell.
func checkShell(t *testing.T, script string) {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		return
	}
	check := exec.CommandContext(t.Context(), bash, "-n")
	check.Stdin = strings.NewReader(script)
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v: %s in\n%s", err, out, script)
	}
}

// checkScangate demands that the flags and formats of each scangate command exist, and counts these
// commands.
func checkScangate(t *testing.T, script string) int {
	t.Helper()
	var known []string
	for _, s := range config.AllSettings() {
		known = append(known, s.Name)
	}
	commands := regexp.MustCompile(`(?m)(?:^\s*|/)scangate"? (?:scan|report|verdict) .*`).FindAllString(strings.ReplaceAll(script, "\\\n", " "), -1)
	for _, command := range commands {
		command, _, _ = strings.Cut(command, "||")
		for _, m := range regexp.MustCompile(` --([a-z-]+)`).FindAllStringSubmatch(command, -1) {
			if !slices.Contains(known, m[1]) {
				t.Errorf("%s: there is no flag --%s", command, m[1])
			}
		}
		for _, m := range regexp.MustCompile(` -o "?([a-z-]+)`).FindAllStringSubmatch(command, -1) {
			if _, err := report.Lookup(m[1]); err != nil {
				t.Errorf("%s: %v", command, err)
			}
		}
	}
	return len(commands)
}
