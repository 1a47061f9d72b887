//go:build unix

package discover_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/discover/discovertest"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

// rendering plans a folder with a helm and a kustomize that print a file of the copy.
func rendering(t *testing.T, dir string, o discover.Options) *result.Plan {
	t.Helper()
	bin := t.TempDir()
	for _, name := range []string{"helm", "kustomize"} {
		script := "#!/bin/sh\nexec cat \"$2/answer.txt\"\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	env := slices.DeleteFunc(gittest.Env(), func(kv string) bool { return strings.HasPrefix(kv, "PATH=") })
	tree, err := discover.Open(t.Context(), dir, append(env, "PATH="+bin+":"+os.Getenv("PATH")))
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	files, err := tree.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.Names, o.RenderHelm, o.RenderKustomize = discovertest.Names(), true, true
	p, err := discover.Run(t.Context(), tree, files, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pod is what a fake helm prints for a template.
func pod(source, name, image string) string {
	return "---\n# Source: " + source + "\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name + "}\nspec: {containers: [{image: " + image + "}]}\n"
}

// shop is a chart with a chart in it, and an overlay with its base.
func shop() discovertest.Files {
	return discovertest.Files{
		"web/Chart.yaml": "apiVersion: v2\nname: web\n", "web/values.yaml": "image: {repository: of-values}\n", "web/templates/pod.yaml": "{{ x }}\n",
		"web/templates/plain.yaml":      discovertest.Manifest("of-template"),
		"web/templates/off.yaml":        "{{ if .x }}\napiVersion: v1\nkind: Pod\nmetadata: {name: x}\n{{ end }}\n",
		"web/charts/in/Chart.yaml":      "apiVersion: v2\nname: inner\n",
		"web/charts/in/values.yaml":     "image: {repository: of-inner-values}\n",
		"web/charts/in/templates/x.yml": "{{ x }}\n",
		"web/answer.txt": pod("web/templates/pod.yaml", "web", "rendered:1") + pod("web/templates/plain.yaml", "plain", "rendered:2") +
			pod("web/charts/inner/templates/x.yml", "inner", "rendered:3") + pod("web/templates/odd.txt", "odd", "rendered:4"),
		"prod/kustomization.yaml": "resources: [../base]\n", "prod/answer.txt": strings.TrimPrefix(pod("", "p", "rendered:5"), "---\n# Source: \n"),
		"base/kustomization.yaml": "resources: [pod.yaml]\n", "base/pod.yaml": discovertest.Manifest("of-base"),
	}
}

func TestRendering(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := shop()
	files.Write(t, dir)
	p := rendering(t, dir, discover.Options{})
	discovertest.Check(t, p,
		"image:docker.io/library/rendered:1 named web/templates/pod.yaml:1",
		"image:docker.io/library/rendered:2 named web/templates/plain.yaml:1",
		"image:docker.io/library/rendered:3 named web/charts/in/templates/x.yml:1",
		"image:docker.io/library/rendered:4 named web/Chart.yaml:1",
		"image:docker.io/library/rendered:5 named prod/kustomization.yaml:1",
		"iac:base/pod.yaml",
		"iac:prod/kustomization.rendered.yaml",
		"iac:web/charts/in/templates/x.yml",
		"iac:web/templates/odd.txt.rendered.yaml",
		"iac:web/templates/plain.yaml",
		"iac:web/templates/pod.yaml",
	)
	if len(p.NotSent) > 0 {
		t.Errorf("not sent: %v", p.NotSent)
	}
	for _, row := range p.Rows {
		content := p.Rendered[row.Target.Name]
		if rendered := row.Target.RenderedFrom != ""; rendered != (content != nil) || rendered && int64(len(content)) != row.Target.Size {
			t.Errorf("%s is rendered from %q, and has %d bytes of %d", row.Target.Name, row.Target.RenderedFrom, len(content), row.Target.Size)
		}
	}
	for file, want := range map[string][]string{
		"web/templates/pod.yaml": {"web/"}, "web/charts/in/templates/x.yml": {"web/"}, "web/Chart.yaml": {"web/"},
		"prod/kustomization.yaml": {"base/pod.yaml", "prod/", "base/"},
	} {
		if diff := cmp.Diff(want, p.Siblings[file]); diff != "" {
			t.Errorf("siblings of %s (-want +got):\n%s", file, diff)
		}
	}
}

// What can't be rendered keeps what is known without it.
func TestRenderingFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := shop()
	delete(files, "web/answer.txt")
	delete(files, "prod/answer.txt")
	files.Write(t, dir)
	p := rendering(t, dir, discover.Options{})
	discovertest.Check(t, p,
		"image:docker.io/library/of-base:latest named base/pod.yaml:8",
		"image:docker.io/library/of-template:latest named web/templates/plain.yaml:8",
		"iac:base/kustomization.yaml failed:not-rendered",
		"iac:base/pod.yaml",
		"iac:prod/kustomization.yaml failed:not-rendered",
		"iac:web/Chart.yaml failed:not-rendered",
		"iac:web/templates/plain.yaml",
	)
}

// The user's choices are about the files of the repository.
func TestRenderingIsNarrowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shop().Write(t, dir)
	only := func(kinds ...result.Kind) map[result.Kind]bool {
		m := map[result.Kind]bool{}
		for _, k := range kinds {
			m[k] = true
		}
		return m
	}
	tests := map[string]struct {
		options discover.Options
		want    []string
	}{
		"Dockerfiles alone": {discover.Options{Only: only(result.KindDockerfile)}, nil},
		"by glob": {
			discover.Options{Only: only(result.KindIaC), Templates: []string{"prod/**"}},
			[]string{"iac:prod/kustomization.rendered.yaml"},
		},
		"excluded": {
			discover.Options{Exclude: discovertest.Exclude("web/templates/pod.yaml", "prod", "base", "web/charts")},
			[]string{
				"image:docker.io/library/rendered:1 skipped:excluded named web/templates/pod.yaml:1",
				"image:docker.io/library/rendered:2 named web/templates/plain.yaml:1",
				"image:docker.io/library/rendered:3 skipped:excluded named web/charts/in/templates/x.yml:1",
				"image:docker.io/library/rendered:4 named web/Chart.yaml:1",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := discovertest.Lines(rendering(t, dir, test.options))
			if name == "excluded" {
				lines = slices.DeleteFunc(lines, func(line string) bool { return !strings.HasPrefix(line, "image:docker.io/library/rendered") })
			}
			if diff := cmp.Diff(test.want, lines); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Programs see what git tracks and nothing else.
func TestRenderingSeesTrackedFiles(t *testing.T) {
	t.Parallel()
	repo := gittest.New(t)
	repo.Write("web/Chart.yaml", "apiVersion: v2\nname: web\n")
	repo.Write("web/link-target", "x")
	repo.Write("prod/kustomization.yaml", "resources: [ignored.yaml]\n")
	repo.Write("dev/kustomization.yaml", "resources: [linked/x.yaml]\n")
	repo.Write("dev/real/x.yaml", "a: b\n")
	repo.Write(".gitignore", "ignored.yaml\n")
	if err := os.Symlink("real", filepath.Join(repo.Dir, "dev/linked")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("link-target", filepath.Join(repo.Dir, "web/answer.txt")); err != nil {
		t.Fatal(err)
	}
	repo.Commit()
	repo.Write("prod/ignored.yaml", "a: b\n")
	repo.Write("new/Chart.yaml", "apiVersion: v2\nname: new\n")
	p := rendering(t, repo.Dir, discover.Options{})
	discovertest.Check(t, p, "iac:new/Chart.yaml failed:not-rendered", "iac:web/Chart.yaml failed:not-rendered")
	if want := "new/Chart.yaml: it is not tracked by git"; p.Rows[0].Reason != want {
		t.Errorf("reason %q, want %q", p.Rows[0].Reason, want)
	}
	if !strings.Contains(p.Rows[1].Reason, "answer.txt: No such file") {
		t.Errorf("the tool sees a link: %s", p.Rows[1].Reason)
	}
	var why []string
	for _, n := range p.NotSent {
		if n.What == "Kustomize overlay" {
			why = append(why, n.Why)
		}
	}
	want := []string{`dev/kustomization.yaml:1: "linked/x.yaml" is a symbolic link`, `prod/kustomization.yaml:1: "ignored.yaml" is not tracked by git`}
	if diff := cmp.Diff(want, why); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
