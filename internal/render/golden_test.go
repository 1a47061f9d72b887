//go:build unix

package render

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/scangate/scangate/internal/kustomize"
	"github.com/scangate/scangate/internal/template"
)

// .ci/hosts/render runs the cases with the real tools, and writes their answers down.
var (
	tools  = flag.String("tools", "", "folder of the real helm and kustomize, whose answers become the golden ones")
	update = flag.Bool("update", false, "write what becomes of the cases into them")
)

// Each case is a tree, and what becomes of its charts and overlays.
func TestCases(t *testing.T) {
	t.Parallel()
	cases, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases:", err)
	}
	for _, file := range cases {
		name := filepath.Base(file)
		t.Run(strings.TrimSuffix(name, ".txtar"), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			archive := txtar.Parse(content)
			got := answer(t, archive, filepath.Join("testdata", "golden", name))
			if *update {
				archive.Comment = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(strings.TrimSpace(string(archive.Comment)), strings.TrimSpace(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// answer renders everything in a tree with the golden answers, or with the real tools.
func answer(t *testing.T, archive *txtar.Archive, golden string) string {
	t.Helper()
	bin := binDir(t, "helm", "kustomize")
	answers := filepath.Join(bin, "golden")
	if err := os.Mkdir(answers, 0o700); err != nil {
		t.Fatal(err)
	}
	if *tools == "" {
		unpack(t, golden, answers)
	} else {
		if err := os.Symlink(*tools, filepath.Join(bin, "real")); err != nil {
			t.Fatal(err)
		}
	}
	files := treeOf(t, archive)
	r := renderer(t, files, bin)
	var out strings.Builder
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if path.Base(file) == "Chart.yaml" && path.Base(parent(parent(file))) != "charts" {
			all, err := r.Charts(t.Context(), []string{file})
			if err != nil {
				t.Fatal(err)
			}
			describe(&out, file, &all[0])
		}
	}
	overlays := slices.DeleteFunc(slices.Sorted(maps.Keys(files)), func(file string) bool { return !kustomize.IsName(file) })
	all, err := r.Overlays(t.Context(), overlays)
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range overlays {
		describe(&out, file, &all[i])
	}
	if *tools != "" {
		pack(t, answers, golden)
	}
	if text := out.String(); strings.Contains(text, r.Tree.Root) || strings.Contains(text, "scangate-render") {
		t.Errorf("a path of this machine is shown:\n%s", text)
	}
	return out.String()
}

// describe writes what became of a chart or an overlay.
func describe(out *strings.Builder, file string, r *Rendering) {
	fmt.Fprintln(out, file)
	switch {
	case r.Fault != nil:
		fmt.Fprintf(out, "  failed: %s\n  fix: %s\n", r.Fault.Reason, r.Fault.Fix)
	case r.NotSent != "":
		fmt.Fprintf(out, "  not sent: %s\n", r.NotSent)
	case r.PartOf != "":
		fmt.Fprintf(out, "  part of %s\n", r.PartOf)
	}
	for _, d := range r.Documents {
		fmt.Fprintf(out, "  %s", d.Source)
		if d.Name != d.Source {
			fmt.Fprintf(out, " (%s)", d.Name)
		}
		f, err := template.Parse("manifest.yaml", d.Text)
		if err != nil || f == nil {
			fmt.Fprintf(out, ": no manifest: %v\n", err)
			continue
		}
		for _, res := range f.Resources {
			fmt.Fprintf(out, " %s", res.Address)
		}
		for _, image := range f.Images {
			fmt.Fprintf(out, " %s", image.Ref)
		}
		fmt.Fprintln(out)
		if strings.Contains(string(d.Text), "hunter2") {
			fmt.Fprintln(out, "  LEAKS")
		}
	}
}

// treeOf returns the files of a case. Those below a path that ends in .tgz are packed into
// an archive.
func treeOf(t *testing.T, archive *txtar.Archive) map[string]string {
	t.Helper()
	files, packed := map[string]string{}, map[string][]txtar.File{}
	for _, f := range archive.Files {
		if tgz, inside, found := strings.Cut(f.Name, ".tgz/"); found {
			packed[tgz+".tgz"] = append(packed[tgz+".tgz"], txtar.File{Name: inside, Data: f.Data})
			continue
		}
		files[f.Name] = string(f.Data)
	}
	for name, inside := range packed {
		files[name] = tgz(t, inside)
	}
	return files
}

func tgz(t *testing.T, files []txtar.File) string {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.Name, Mode: 0o600, Size: int64(len(f.Data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	content, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range txtar.Parse(content).Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func pack(t *testing.T, dir, archive string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := &txtar.Archive{}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out.Files = append(out.Files, txtar.File{Name: e.Name(), Data: content})
	}
	if err := os.WriteFile(archive, txtar.Format(out), 0o644); err != nil {
		t.Fatal(err)
	}
}
