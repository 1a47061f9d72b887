package discover_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git/gittest"
)

// large makes a repository of 100,000 small files: 5 % are YAML or JSON, and one in
// ten of these is a manifest. Discovery may take three times as long as git takes to
// list the files.
func large(b *testing.B) string {
	b.Helper()
	g := gittest.New(b)
	for d := range 1000 {
		dir := filepath.Join(g.Dir, "services", fmt.Sprintf("group%02d", d%40), fmt.Sprintf("folder%03d", d))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		for i := range 100 {
			name, content := smallFile(d, i)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	g.Git("add", "--all")
	return g.Dir
}

func smallFile(folder, i int) (name, content string) {
	switch {
	case i == 0 && folder%2 == 0:
		return "pod.yaml", manifest(fmt.Sprintf("acme/app:%d", folder))
	case i < 3:
		return fmt.Sprintf("values%d.yaml", i), "replicas: 3\nresources:\n  limits: {cpu: 1}\nlist: [1, 2, 3]\n"
	case i < 5:
		return fmt.Sprintf("data%d.json", i), `{"name": "x", "version": 1, "items": [{"id": 1}, {"id": 2}]}`
	}
	return fmt.Sprintf("source%d.go", i), "package x\n"
}

// BenchmarkDiscover100k compares discovery with git's list of the same files. Both run
// in turn.
func BenchmarkDiscover100k(b *testing.B) {
	dir := large(b)
	var ours, theirs time.Duration
	for b.Loop() {
		theirs += timed(func() { listed(b, dir) })
		ours += timed(func() { discovered(b, dir) })
	}
	b.ReportMetric(float64(ours)/float64(theirs), "x-git-ls-files")
}

// BenchmarkBaselineGitLsFiles100k is the baseline of BenchmarkDiscover100k.
func BenchmarkBaselineGitLsFiles100k(b *testing.B) {
	dir := large(b)
	for b.Loop() {
		listed(b, dir)
	}
}

// BenchmarkDiscoverManifests compares discovery with the library of YAML reading the same
// manifests, some of which are templates of a chart. Both run in turn.
func BenchmarkDiscoverManifests(b *testing.B) {
	f := files{"charts/app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n"}
	labels := "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n" + strings.Repeat("  key: some text in a value\n  list: [1, 2, 3]\n", 40)
	for i := range 200 {
		text := manifest(fmt.Sprintf("acme/app:%d", i)) + strings.ReplaceAll(labels, "key", fmt.Sprint("key", i))
		f[fmt.Sprintf("k8s/%d/pod.yaml", i)] = text
		f[fmt.Sprintf("charts/app/templates/%d.yaml", i)] = "{{- if .Values.on }}\n" + text + "{{- end }}\n"
	}
	dir := plain(b, f)
	var ours, theirs time.Duration
	for b.Loop() {
		theirs += timed(func() {
			for _, text := range f {
				dec := yaml.NewDecoder(strings.NewReader(text))
				for dec.Decode(new(yaml.Node)) == nil {
					continue
				}
			}
		})
		ours += timed(func() { plan(b, dir, discover.Options{}) })
	}
	b.ReportMetric(float64(ours)/float64(theirs), "x-yaml")
}

// BenchmarkDiscoverProjects has what discovery does most work for: large definitions, templates
// of a chart, and builds of a bake file. Its allocations tell whether something is read or
// parsed more often than before.
func BenchmarkDiscoverProjects(b *testing.B) {
	definition := "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a\nspec:\n  group: b\n  all:\n" + strings.Repeat("  - {description: some text, type: object}\n", 5000)
	f := files{
		"charts/app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\nappVersion: 1.2.3\n", "charts/app/values.yaml": "image: {repository: acme/app}\n",
		"charts/app/crds/crd.yaml": definition, "charts/app/templates/crd.yaml": "{{ if .Values.on }}\n" + definition + "{{ end }}\n",
	}
	for i := range 200 {
		f[fmt.Sprintf("charts/app/templates/%d.yaml", i)] = "{{- if .Values.on }}\n" + manifest(fmt.Sprintf("{{ .Values.image.repository }}:%d", i)) + "{{- end }}\n"
	}
	bake := "function \"tag\" {\n  params = [name]\n  result = name == \"\" ? \"acme/none\" : \"acme/${name}:1\"\n}\n"
	for i := range 50 {
		bake += fmt.Sprintf("target \"t%d\" {\n  dockerfile = \"Dockerfile\"\n  target = \"s%d\"\n  tags = [tag(\"t%d\")]\n}\n", i, i, i)
		f["Dockerfile"] += fmt.Sprintf("FROM acme/base:%d AS s%d\nCOPY --from=acme/tool:%d /a /b\n", i, i, i)
	}
	f["docker-bake.hcl"] = bake
	dir := plain(b, f)
	b.ReportAllocs()
	for b.Loop() {
		plan(b, dir, discover.Options{})
	}
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func discovered(b *testing.B, dir string) {
	b.Helper()
	tree, err := discover.Open(b.Context(), dir, gittest.Env())
	if err != nil {
		b.Fatal(err)
	}
	files, err := tree.List(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	p, err := discover.Run(b.Context(), tree, files, discover.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if len(p.Rows) != 1000 {
		b.Fatalf("%d rows, want 500 manifests and 500 images", len(p.Rows))
	}
	if err := tree.Close(); err != nil {
		b.Fatal(err)
	}
}

func listed(b *testing.B, dir string) {
	b.Helper()
	cmd := exec.Command("git", "ls-files", "-co", "--exclude-standard")
	cmd.Dir, cmd.Env = dir, gittest.Env()
	if out, err := cmd.Output(); err != nil || len(out) == 0 {
		b.Fatal(err)
	}
}
