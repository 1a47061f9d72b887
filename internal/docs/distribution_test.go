package docs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// THIRD_PARTY_LICENSES names the modules of this system's binary, each in its version, and no other
// version. .ci/licenses --check compares the rest.
func TestThirdPartyLicenses(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", "./cmd/scangate")
	list.Dir = root
	list.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(read(t, filepath.Join(root, "THIRD_PARTY_LICENSES")), "\n====")
	modules := slices.Compact(slices.Sorted(strings.Lines(string(out))))
	for _, module := range modules {
		if !strings.Contains(head, "\n  "+strings.TrimSpace(module)+": ") {
			t.Errorf("%s: not in THIRD_PARTY_LICENSES; fix: .ci/licenses", strings.TrimSpace(module))
		}
	}
	required := read(t, filepath.Join(root, "go.mod"))
	for line := range strings.Lines(head) {
		module, license, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !strings.HasPrefix(line, "  ") || strings.HasPrefix(module, "The Go ") {
			continue
		}
		if !ok || license == "" || !strings.Contains(required, module) {
			t.Errorf("%s: not a module of go.mod, or without a license; fix: .ci/licenses", module)
		}
	}
	if len(modules) < 20 {
		t.Errorf("found %d modules", len(modules))
	}
	count := fmt.Sprintf("compiles %d modules", len(modules))
	for _, name := range []string{"README.md", "internal/cli/help/speed.md"} {
		if !strings.Contains(read(t, filepath.Join(root, name)), count) {
			t.Errorf("%s: does not say that a build %s", name, count)
		}
	}
}

// The image is built from digests, in FROM lines, which alone Dependabot finds, and with the
// compiler of the release.
func TestDockerfilePins(t *testing.T) {
	t.Parallel()
	text := read(t, filepath.Join(root, "Dockerfile"))
	from := regexp.MustCompile(`(?m)^FROM (?:--platform=\S+ )?\S+/(\w+):([0-9.]+)\S*@sha256:[0-9a-f]{64} AS `)
	versions := map[string]string{}
	for _, m := range from.FindAllStringSubmatch(text, -1) {
		versions[m[1]] = m[2]
	}
	if len(versions) != 2 || versions["alpine"] == "" {
		t.Errorf("images that are pinned in a FROM line: %v", versions)
	}
	if !strings.Contains(read(t, filepath.Join(root, "go.mod")), "\ntoolchain go"+versions["golang"]+"\n") {
		t.Errorf("the image of Go is %s, which is not the toolchain of go.mod", versions["golang"])
	}
}

// Dependabot keeps every place that pins something: each has an entry in the folders that it is in.
func TestDependabot(t *testing.T) {
	t.Parallel()
	var config struct {
		Version int
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directories []string
			Schedule    struct{ Interval string }
			Cooldown    struct {
				Days int `yaml:"default-days"`
			}
		}
	}
	if err := decodeStrictly(github+"/dependabot.yml", &config); err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, u := range config.Updates {
		got[u.Ecosystem] = append(got[u.Ecosystem], u.Directories...)
		if u.Schedule.Interval == "" || u.Cooldown.Days < 1 {
			t.Errorf("%s: interval %q, cooldown %d days", u.Ecosystem, u.Schedule.Interval, u.Cooldown.Days)
		}
	}
	for ecosystem, pattern := range map[string]string{"gomod": "go.mod", "npm": "package.json", "docker": "Dockerfile"} {
		for _, dir := range []string{"/", "/.ci/tools", "/.ci/sbom", "/.ci/sarif", "/.ci/hosts/npm/actions", "/.ci/hosts/npm/gitlab"} {
			if _, err := os.Stat(filepath.Join(root, dir, pattern)); err == nil && !slices.Contains(got[ecosystem], dir) {
				t.Errorf("%s has no entry for %s", ecosystem, dir)
			}
		}
	}
}

// Workflows give no permission by default, pin what they use by commit, and leave no token in the
// checkout. None needs continue-on-error: the outputs of the action say how it ended.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	var paths []string
	for _, pattern := range []string{github + "/workflows/*.yml", root + "/examples/github/*.yml"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) < 3 {
			t.Fatalf("%s: found %d workflows: %v", pattern, len(found), err)
		}
		paths = append(paths, found...)
	}
	uses := regexp.MustCompile(`(?m)^ *(?:- )?uses: (.*)$`)
	pinned := regexp.MustCompile(`^(\./\S*|\S+@[0-9a-f]{40} # \S.*)$`)
	for _, path := range paths {
		text := read(t, path)
		if !strings.Contains(text, "\npermissions: {}\n") {
			t.Errorf("%s: no permissions: {}", path)
		}
		if strings.Contains(text, "continue-on-error") {
			t.Errorf("%s: continue-on-error", path)
		}
		for _, m := range uses.FindAllStringSubmatch(text, -1) {
			if !pinned.MatchString(m[1]) {
				t.Errorf("%s: not pinned by a commit, with its version after it: %s", path, m[1])
			}
		}
		if strings.Count(text, "uses: actions/checkout@") != strings.Count(text, "persist-credentials: false") {
			t.Errorf("%s: a checkout that keeps its token", path)
		}
	}
}
