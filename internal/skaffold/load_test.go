package skaffold

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
)

func lines(text ...string) string { return strings.Join(text, "\n") + "\n" }

// load reads the Skaffold files of a tree, whose other files are kustomizations.
func load(tree map[string]string, vars map[string]string, paths ...string) []string {
	var files []File
	for _, name := range paths {
		files = append(files, File{name, []byte(tree[name])})
	}
	read := func(name string) ([]byte, error) {
		if text, ok := tree[name]; ok {
			return []byte(text), nil
		}
		return nil, build.ErrMissing
	}
	var out []string
	for _, p := range Load(files, Options{Vars: vars, Read: read, Names: result.Names{Var: "--var"}}) {
		out = append(out, fmt.Sprint(p.Scope, " ", p.Files, " ", p.Manifests))
		for _, b := range p.Builds {
			out = append(out, fmt.Sprintf("%d-%d %s %v %s %v %s %v", b.Location.Line, b.Location.Block.End, b.Subject, b.Dockerfiles, b.Builder, b.Args, b.Target, b.Platforms))
		}
		for _, i := range p.Images {
			out = append(out, fmt.Sprintf("%s:%d %s", i.Location.Path, i.Location.Line, i.Fault.Reason))
		}
		for _, n := range p.NotSent {
			out = append(out, n.Path+": "+n.What+": "+n.Why)
		}
	}
	return out
}

func TestLoad(t *testing.T) {
	t.Parallel()
	tree := map[string]string{
		"app/skaffold.yaml": lines("apiVersion: skaffold/v4beta6", "kind: Config", "requires: [{path: ../lib}, {path: ../gone}, {git: {repo: x}}, {path: ../../out}]", "build:", "  platforms: [linux/arm64]",
			"  artifacts:", "    - image: acme/web", "    - image: acme/api", "      context: api", "      platforms: [linux/amd64]",
			"      docker: {dockerfile: docker/api, target: prod, buildArgs: {V: '{{.TAG}}', W: 'x{{ .NOPE }}', N: null, I: 3}}",
			"      requires: [{image: acme/base, alias: BASE}]", "    - {image: acme/ko, ko: {}}", "    - {image: acme/jib, jib: {}}", "    - {context: x}", "    - {image: '{{.NOPE}}'}",
			"    - {image: out, context: ../../x}", "    - {image: k, kaniko: {dockerfile: K, buildArgs: {A: '{{cmd \"x\"}}'}}}",
			"manifests: {rawYaml: [k8s/**/*.yaml, 'https://x.example/a.yaml'], kustomize: {paths: [overlay]}}",
			"profiles:", "  - name: dev", "    build: {artifacts: [{image: acme/web, docker: {dockerfile: dev}}]}", "    patches: [{op: remove, path: /build/artifacts/1}, {op: add, path: /build/artifacts/9, value: {image: added}}, {op: add, path: /manifests/rawYaml/1, value: added.yaml}, {path: /build/tagPolicy}]",
			"    manifests: {helm: {releases: [{name: x, chartPath: chart, valuesFiles: [v.yaml]}]}}"),
		"app/overlay/kustomization.yaml": "resources: [../base, x.yaml, 'https://x.example/y']\n",
		"app/base/Kustomization":         "bases: [../overlay]\nresources: [web.yaml]\n",
		"lib/skaffold.yaml":              "apiVersion: skaffold/v2beta29\nkind: Config\nbuild: {artifacts: [{image: acme/base}]}\ndeploy: {kubectl: {manifests: [a.yaml]}}\n---\napiVersion: v1\nkind: Pod\n",
		"bad/skaffold.yaml":              "apiVersion: skaffold/v4beta6\na: [\n",
	}
	want := []string{
		"skaffold:app/skaffold.yaml [app/skaffold.yaml app/overlay/kustomization.yaml app/base/Kustomization] [app/k8s/**/*.yaml app/base app/base/web.yaml app/overlay app/overlay/x.yaml app/k8s/*.yaml app/chart/** app/v.yaml app/added.yaml]",
		`7-7 artifact "acme/web" [app/Dockerfile]  []  [linux/arm64]`,
		`8-12 artifact "acme/api" [app/api/docker/api app/docker/api]  [{V 5 } {W  app/skaffold.yaml:11: NOPE has no value; fix: --var NOPE=VALUE} {I 3 } {BASE acme/base }] prod [linux/amd64]`,
		`13-13 artifact "acme/ko" [] ko []  []`, `14-14 artifact "acme/jib" [] jib []  []`,
		`18-18 artifact "k" [app/K]  [{A  app/skaffold.yaml:18: the template "{{cmd \"x\"}}" is not evaluated}]  [linux/arm64]`,
		`22-22 artifact "acme/web" [app/dev]  []  [linux/arm64]`,
		`23-23 artifact "added" [app/Dockerfile]  []  [linux/arm64]`,
		"app/skaffold.yaml: Skaffold file ../gone: line 3: no Skaffold file is there", "app/skaffold.yaml: Skaffold file of another repository: line 3: nothing is fetched from elsewhere",
		"app/skaffold.yaml: Skaffold file ../../out: line 3: it lies outside of the repository", "app/skaffold.yaml: Skaffold artifact: line 15: it names no image",
		"app/skaffold.yaml: Skaffold artifact: line 16: NOPE has no value; fix: --var NOPE=VALUE", `app/skaffold.yaml: build of artifact "out": line 17: it lies outside of the repository`,
		`app/skaffold.yaml: Skaffold profile "dev": line 23: its patch of /build/artifacts/1 is not applied`,
		"skaffold:app/skaffold.yaml [lib/skaffold.yaml] [lib/a.yaml]", `3-3 artifact "acme/base" [lib/Dockerfile]  []  []`,
		"skaffold:bad/skaffold.yaml [bad/skaffold.yaml] []", "bad/skaffold.yaml:2 bad/skaffold.yaml:2: did not find expected node content",
	}
	got := load(tree, map[string]string{"TAG": "5"}, "app/skaffold.yaml", "lib/skaffold.yaml", "bad/skaffold.yaml")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A release names images, and may have a chart that is elsewhere.
func TestReleases(t *testing.T) {
	t.Parallel()
	tree := map[string]string{"skaffold.yaml": lines("apiVersion: skaffold/v4beta6", "deploy:", "  helm:", "    releases:",
		"    - {name: a, chartPath: chart, setValues: {image.repository: acme/a, image.tag: '5', web.image: '{{.IMAGE}}'}}",
		"    - name: b", "      remoteChart: https://x.example/b", "      overrides: {image: {repository: acme/b, tag: '6'}}", "    - {name: c, chartPath: c, setValues: {image: 'acme/jib:1'}}", "build: {artifacts: [{image: acme/jib, jib: {}}]}")}
	p := Load([]File{{"skaffold.yaml", []byte(tree["skaffold.yaml"])}}, Options{})[0]
	var got []string
	for _, i := range p.Images {
		got = append(got, fmt.Sprintf("%d %s %s", i.Location.Line, i.Subject, i.Ref))
	}
	for _, n := range p.NotSent {
		got = append(got, n.What+": "+n.Why)
	}
	want := []string{`5 release "a" acme/a:5`, `8 release "b" acme/b:6`, `Helm chart of release "b": line 7: nothing is fetched from elsewhere`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestIsConfig(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"apiVersion: skaffold/v4beta6\n": true, "# x\nkind: Config\n'apiVersion': \"skaffold/v1\"": true, "apiVersion: v1\n": false, "a:\n  apiVersion: skaffold/v1\n": false, "# x\n---\n{kind: Config,\n \"apiVersion\":\n 'skaffold/v1'}": true, "{apiVersion: skaffold/v1}": true, "# skaffold/v1 {, apiVersion: skaffold/v1\n{}": false, "{a: b}\n": false, "": false,
	} {
		if got := IsConfig([]byte(text)); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("apiVersion: skaffold/v4\nbuild: {artifacts: [{image: a, docker: {buildArgs: {A: '{{.X}}'}}}]}\nmanifests: {kustomize: {}}\n", "resources: [., x]\n")
	f.Fuzz(func(t *testing.T, config, kustomization string) {
		read := func(name string) ([]byte, error) { return []byte(kustomization), nil }
		for _, p := range Load([]File{{"d/skaffold.yaml", []byte(config)}, {"e/skaffold.yaml", []byte(config)}}, Options{Read: read}) {
			for _, b := range p.Builds {
				if (b.Builder == "") == (len(b.Dockerfiles) == 0) || len(b.Names) != 1 || b.Location.Line < 1 {
					t.Errorf("build %+v", b)
				}
			}
		}
	})
}
