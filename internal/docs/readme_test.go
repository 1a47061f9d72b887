package docs

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// README.md is a front page: what is longer is a help topic.
func TestFrontPage(t *testing.T) {
	t.Parallel()
	text := read(t, filepath.Join(root, "README.md"))
	if n := strings.Count(text, "\n"); n > 150 {
		t.Errorf("README.md has %d lines, at most 150", n)
	}
	for _, want := range []string{
		"$ go run ./cmd/scangate scan --endpoint embedded examples/shop\n", "$ go test ./...\n", "](.github/run.svg)", "without CVE names",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("README.md lacks %q", want)
		}
	}
}

// The first pipelines in README.md and the help topics are the smallest examples, which CI runs.
func TestShownPipelines(t *testing.T) {
	t.Parallel()
	examples := []string{"github/basic.yml", "gitlab/basic.gitlab-ci.yml"}
	pages := map[string][]string{
		"README.md": examples, "internal/cli/help/github.md": examples[:1], "internal/cli/help/gitlab.md": examples[1:],
	}
	for page, examples := range pages {
		var shown []string
		for _, m := range block.FindAllStringSubmatch(read(t, filepath.Join(root, page)), -1) {
			if m[1] == "yaml" {
				shown = append(shown, m[2])
			}
		}
		if len(shown) < len(examples) {
			t.Errorf("%s has %d pipelines, want %d", page, len(shown), len(examples))
			continue
		}
		for i, example := range examples {
			want := decodeMap(t, read(t, filepath.Join(root, "examples", example)))
			delete(want, "name")
			if diff := cmp.Diff(want, decodeMap(t, shown[i])); diff != "" {
				t.Errorf("%s (-%s +shown):\n%s", page, example, diff)
			}
		}
	}
}

func decodeMap(t *testing.T, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := yaml.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// Every command in the documentation stands in a console block, and is valid for a shell.
// internal/cli runs those that need no service.
func TestShellExamples(t *testing.T) {
	t.Parallel()
	command := regexp.MustCompile(`(?m)^\$ ((?:.*\\\n)*.*)$`)
	unmarked := regexp.MustCompile(`(?m)^(?:\$ .*|(?:\w+=\S+ )?(?:scangate|docker|git|gh|cosign|curl) .*)$`)
	seen := 0
	for _, path := range documents(t) {
		for _, m := range block.FindAllStringSubmatch(read(t, path), -1) {
			if m[1] != "console" {
				if line := unmarked.FindString(m[2]); line != "" {
					t.Errorf("%s: a command outside of a console block, or without its dollar sign: %s", path, line)
				}
				continue
			}
			for _, c := range command.FindAllStringSubmatch(m[2], -1) {
				seen++
				checkShell(t, c[1])
			}
		}
	}
	if seen < 40 {
		t.Errorf("found %d commands", seen)
	}
}
