package discover

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// No part of discovery may look for a name that is left out of the list of likely ones.
func TestNamesThatAreLookedForMatter(t *testing.T) {
	t.Parallel()
	words := []string{
		"dockerfile", "Dockerfile", "ContainerFile", "docker-bake", "bake", "compose", "values", "Chart", "web", "Makefile", "manifest",
		"templates", "templates/x", "charts/a/templates/_b", ".gitlab-ci", ".github/workflows/a", ".devcontainer", ".devcontainer/devcontainer", "kustomization", "skaffold",
	}
	extensions := []string{"env", "ENV", "go", "Md", "txt", "dockerfile", "containerfile", "dockerignore", "git", "gitmodules"}
	for _, l := range template.Languages() {
		for _, name := range l.Names {
			extensions = append(extensions, strings.TrimPrefix(name, "."))
		}
	}
	extensions = append(extensions, "j2", "jinja", "jinja2", "tmpl", "tpl", "gotmpl", "tftpl", "erb", "template", "in")
	s, err := newSelection(Options{}, "")
	if err != nil {
		t.Fatal(err)
	}
	kinds := []result.CIFiles{result.GitHubFiles, result.GitLabFiles, result.DevContainerFiles}
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom([]string{"", "a/", "a/b/"}).Draw(rt, "folder") + rapid.SampledFrom(words).Draw(rt, "word")
		for _, ext := range rapid.SliceOfN(rapid.SampledFrom(extensions), 0, 3).Draw(rt, "extensions") {
			name += rapid.SampledFrom([]string{".", "-", ""}).Draw(rt, "before") + ext
		}
		if rapid.Bool().Draw(rt, "upper case") {
			name = strings.ToUpper(name)
		}
		isLookedFor := len(s.candidatesNamed(name, nil)) > 0 || template.IsCIFile(name, kinds) || template.IsPipeline(name) ||
			template.IsTerraform(name) || filepath.Base(name) == ".env" || strings.Contains("/"+name, "/templates/")
		if isLookedFor && !mayMatter(name) {
			rt.Errorf("%q is looked for, and does not matter", name)
		}
	})
	for _, name := range []string{"main.go", "a/b/c.tsx", "logo.png", "a.env.go", "a/template/x.css", "README.md", "a/dockerignore.txt"} {
		if mayMatter(name) {
			t.Errorf("%q matters", name)
		}
	}
}

// The set answers as a map would, however the list is sorted.
func TestPathSet(t *testing.T) {
	t.Parallel()
	path := rapid.StringMatching(`[a-c](/[a-c.-]{1,2}){0,2}`)
	rapid.Check(t, func(rt *rapid.T) {
		list := rapid.SliceOfN(path, 0, 100).Draw(rt, "list")
		set, want := newPathSet(list), map[string]bool{}
		for _, name := range list {
			want[name] = true
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Compact(slices.Sorted(set.all()))); diff != "" {
			rt.Fatalf("paths (-want +got):\n%s", diff)
		}
		asked := path.Draw(rt, "asked")
		if set.has(asked) != want[asked] {
			rt.Errorf("has %q: %v", asked, !want[asked])
		}
		isBelow := func(name string) bool { return strings.HasPrefix(name, asked+"/") }
		if set.hasFolder(asked) != slices.ContainsFunc(list, isBelow) {
			rt.Errorf("has the folder %q: %v", asked, set.hasFolder(asked))
		}
	})
	sorted := make([]string, 1000)
	for i := range sorted {
		sorted[i] = fmt.Sprintf("%04d", i)
	}
	if set := newPathSet(slices.Concat(sorted, sorted)); len(set.runs) != 2 {
		t.Errorf("a list of two sorted parts has %d runs", len(set.runs))
	}
}

// A walk meets what filepath.WalkDir meets, and enters neither links nor .git.
func TestWalk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a", "b/c/d.tf", "b/c.tf", "b-c/e.go", "z/.gitmodules", "z/y/x/Dockerfile", "outer/inner/f"} {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"b/link": "c", "outer/up": "..", "lost": "nowhere"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip("no links here")
		}
	}
	tree, err := Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	got, err := tree.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a", "b-c/e.go", "b/c.tf", "b/c/d.tf", "b/link", "lost", "outer/inner/f", "outer/up", "z/.gitmodules", "z/y/x/Dockerfile"}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(got.Names))); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "b/c.tf", "b/c/d.tf", "b/link", "lost", "outer/inner/f", "outer/up", "z/y/x/Dockerfile"}, got.likely); diff != "" {
		t.Errorf("likely names (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"b/link", "lost", "outer/up"}, got.Links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if len(got.Elsewhere) != 1 || len(got.Unreadable) != 0 {
		t.Errorf("elsewhere %v, unreadable %v", got.Elsewhere, got.Unreadable)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tree.List(ended); err == nil {
		t.Error("a walk that was stopped lists files")
	}
}
