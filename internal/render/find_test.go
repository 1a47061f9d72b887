//go:build unix

package render

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestToolsAreFoundOutsideOfTheChange(t *testing.T) {
	t.Parallel()
	installed := binDir(t, "helm", "kubectl")
	files := web()
	files["bin/helm"] = "#!/bin/sh\n"
	r := renderer(t, files, "bin:.::"+installed)
	for _, name := range []string{"bin/helm", "cache/helm"} {
		if err := os.MkdirAll(filepath.Join(r.Tree.Root, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(r.Tree.Root, name), []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(r.Tree.Root, "bin/helm"), filepath.Join(r.Tree.Root, "cache/kustomize")); err != nil {
		t.Fatal(err)
	}
	tracked, cached := filepath.Join(r.Tree.Root, "bin"), filepath.Join(r.Tree.Root, "cache")
	helm := filepath.Join(installed, "helm")
	for path, want := range map[string]string{
		installed:                    helm,
		"bin:.::" + installed:        helm, // relative folders lie in the checkout
		tracked + ":" + installed:    helm, // a change could bring it
		cached + ":" + installed:     filepath.Join(cached, "helm"),
		"/nowhere:/usr/bin:/bin":     "",
		"":                           "",
		filepath.Dir(tracked) + "/.": "",
	} {
		r.Env = []string{"PATH=/wrong", "PATH=" + path}
		if got := r.find("helm"); got != want {
			t.Errorf("PATH=%s: %q, want %q", path, got, want)
		}
	}
	r.Env = []string{"PATH=" + cached + ":" + installed}
	if got := strings.Join(r.kustomize(), " "); got != filepath.Join(installed, "kubectl")+" kustomize" {
		t.Errorf("a link to a tracked file is taken: %s", got)
	}
}

func TestNotInstalled(t *testing.T) {
	t.Parallel()
	files := web()
	files["o/kustomization.yaml"] = "resources: []\n"
	r := renderer(t, files, "")
	r.Env = nil
	charts, _ := r.Charts(t.Context(), []string{"web/Chart.yaml", "untracked/Chart.yaml"})
	overlays, _ := r.Overlays(t.Context(), []string{"o/kustomization.yaml"})
	for i, want := range []string{
		"web/Chart.yaml: helm is not on the PATH; install it, or leave helm out of --render",
		"untracked/Chart.yaml: it does not exist; add it to git, or exclude it",
		"o/kustomization.yaml: neither kustomize nor kubectl is on the PATH; install it, or leave kustomize out of --render",
	} {
		out := append(charts, overlays...)[i]
		if out.Fault == nil || out.Fault.Reason+"; "+out.Fault.Fix != want {
			t.Errorf("fault %v, want %s", out.Fault, want)
		}
	}
}

// A line break in a name could make a document of its own in Helm's output.
func TestNamesOfFiles(t *testing.T) {
	t.Parallel()
	files := web()
	files["web/templates/a\n---\n# Source: web\ntemplates/x.yaml"] = "a: 1\n"
	out := renderChart(t, renderer(t, files, binDir(t, "helm")))
	const want = `web/Chart.yaml: the name "web/templates/a\n---\n# Source: web\ntemplates/x.yaml" holds a control character or is not UTF-8`
	if out.Fault == nil || out.Fault.Reason != want {
		t.Errorf("fault %v", out.Fault)
	}
}

func TestNoFolderForTemporaryFiles(t *testing.T) {
	bin := binDir(t, "helm", "kustomize")
	r := renderer(t, map[string]string{"web/Chart.yaml": "name: web\n", "o/kustomization.yaml": "resources: []\n"}, bin)
	missing := filepath.Join(bin, "missing")
	t.Setenv("TMPDIR", missing)
	overlays, err := r.Overlays(t.Context(), []string{"o/kustomization.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	const fix = "; set TMPDIR to a folder that can be written"
	for want, out := range map[string]Rendering{
		"web/Chart.yaml: no private copy of its files can be made: stat " + missing + ": no such file or directory" + fix:                                  renderChart(t, r),
		"o/kustomization.yaml: kustomize can't render it: no private copy of its files can be made: stat " + missing + ": no such file or directory" + fix: overlays[0],
	} {
		if out.Fault == nil || out.Fault.Reason+"; "+out.Fault.Fix != want {
			t.Errorf("fault %v, want %s", out.Fault, want)
		}
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string]string{"a/b-c.d": "a/b-c.d", "-a": "'-a'", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'"} {
		if got := quote(arg); got != want {
			t.Errorf("%q becomes %s", arg, got)
		}
	}
}
