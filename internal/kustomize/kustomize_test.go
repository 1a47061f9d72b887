package kustomize_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/kustomize"
	"github.com/scangate/scangate/internal/template/tree"
)

func overlays(t testing.TB, files map[string]string) *kustomize.Overlays {
	t.Helper()
	var all []kustomize.File
	for _, path := range slices.Sorted(maps.Keys(files)) {
		s, err := tree.ReadYAML([]byte(files[path]), tree.NewBudget(len(files[path])))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, kustomize.Read(path, s.Docs[0]))
	}
	return kustomize.New(all)
}

func refs(o *kustomize.Overlays, manifest, ref string) string {
	var all []string
	for _, i := range o.Images(manifest, ref) {
		all = append(all, i.Ref)
	}
	return strings.Join(all, " ")
}

func TestImages(t *testing.T) {
	t.Parallel()
	const digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	tests := map[string]struct{ images, ref, want string }{
		"name and tag":         {"{name: app, newName: redis, newTag: '6'}", "app", "redis:6"},
		"number as tag":        {"{name: app, newTag: 1.10}", "app:1", "app:1.10"},
		"tag replaces digest":  {"{name: app, newTag: v2}", "app@" + digest, "app:v2"},
		"digest replaces tag":  {"{name: app, digest: '" + digest + "'}", "app:1", "app@" + digest},
		"both":                 {"{name: app, newTag: v2, digest: '" + digest + "'}", "app:1", "app:v2@" + digest},
		"name alone":           {"{name: app, newName: ghcr.io/acme/app}", "app:1", "ghcr.io/acme/app:1"},
		"suffix":               {"{name: app, tagSuffix: -alpine}", "app:1", "app:1-alpine"},
		"registry with a port": {"{name: 'r:5000/app', newTag: v2}", "r:5000/app", "r:5000/app:v2"},
		"another name":         {"{name: app, newTag: v2}", "x/app:1", "x/app:1"},
		"a pattern":            {"{name: 'r/n.*', newName: b}", "r/nginx:1", "b:1"},
		"a part of a name":     {"{name: 'n.+x', newName: b}", "r/nginx:1", "r/nginx:1"},
		"no pattern":           {"{name: 'app(', newName: b}", "app(:1", "b:1"},
		"one after the other":  {"{name: app, newName: b}, {name: b, newTag: '2'}", "app:1", "b:2"},
		"without a name":       {"{newTag: '2'}, a, {name: [app], newTag: '3'}", "app:1", "app:1"},
		"a placeholder":        {"{name: IMAGE, newName: redis, newTag: '7'}", "IMAGE", "redis:7"},
	}
	for name, tt := range tests {
		o := overlays(t, map[string]string{"k/kustomization.yaml": "resources: [a.yaml]\nimages: [" + tt.images + "]\n"})
		if got := refs(o, "k/a.yaml", tt.ref); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
		if got := refs(o, "k/b.yaml", tt.ref); got != tt.ref {
			t.Errorf("%s: an unused manifest became %s", name, got)
		}
	}
}

func TestOverlays(t *testing.T) {
	t.Parallel()
	o := overlays(t, map[string]string{
		"base/kustomization.yaml":         "resources: [a.yaml, ../shared/b.yaml]\nimages: [{name: app, newName: acme/app}]\n",
		"overlays/dev/kustomization.yaml": "resources: [../../base]\nimages: [{name: acme/app, newTag: dev}]\n",
		"overlays/prod/kustomization.yml": "bases: [../../base/]\ncomponents: [../../debug]\npatches: [{path: p.yaml, target: {kind: X}}]\npatchesStrategicMerge: ['kind: X\n\nx: 1', q.yaml]\nimages:\n- name: acme/app\n  newTag: v1\n",
		"debug/kustomization.yaml":        "kind: Component\nresources: [d.yaml]\nimages: [{name: tool, newTag: v7}, {name: acme/app, newTag: v0}]\n",
		"loop/a/kustomization.yaml":       "resources: [../b, x.yaml]\n",
		"loop/b/kustomization.yaml":       "resources: [../a]\n",
		"top/kustomization.yaml":          "resources: [../loop/a, 'https://example.com/x.yaml', 'github.com/a/b?ref=c', 'git@x:y']\nimages: [{name: app, newTag: '3'}]\n",
	})
	for manifest, want := range map[string]string{
		"base/a.yaml": "acme/app:dev acme/app:v1", "shared/b.yaml": "acme/app:dev acme/app:v1", "debug/d.yaml": "app",
		"overlays/prod/p.yaml": "app", "overlays/prod/q.yaml": "app", "loop/a/x.yaml": "app:3",
	} {
		if got := refs(o, manifest, "app"); got != want {
			t.Errorf("%s: got %s, want %s", manifest, got, want)
		}
	}
	if got := refs(o, "base/a.yaml", "tool:1"); got != "tool:1 tool:v7" {
		t.Errorf("a component counts for all resources: got %s", got)
	}
	want := []string{"base/kustomization.yaml", "debug/kustomization.yaml", "overlays/dev/kustomization.yaml", "overlays/prod/kustomization.yml"}
	if diff := cmp.Diff(want, o.Siblings("base/a.yaml")); diff != "" {
		t.Errorf("siblings (-want +got):\n%s", diff)
	}
	at := o.Images("base/a.yaml", "app")[1].At
	if len(at) != 3 || at[2].Path != "overlays/prod/kustomization.yml" || at[2].Line != 8 {
		t.Errorf("the entries are at %+v", at)
	}
}

func TestTooManyWays(t *testing.T) {
	t.Parallel()
	files := map[string]string{"base/kustomization.yaml": "resources: [a.yaml]\n"}
	for i := range 2001 {
		files[fmt.Sprintf("o%d/kustomization.yaml", i)] = fmt.Sprintf("resources: [../base]\nimages: [{name: app, newTag: '%d'}]\n", i)
	}
	o := overlays(t, files)
	if !o.TooMany("base/a.yaml") || o.TooMany("o1/kustomization.yaml") || len(o.Images("base/a.yaml", "app")) != 2000 {
		t.Error("2001 ways are not too many")
	}
}

// A long chain of kustomizations is too much for all of them together.
func TestLongChain(t *testing.T) {
	t.Parallel()
	files := map[string]string{"o0/kustomization.yaml": "resources: [a.yaml]\n"}
	for i := range 1000 {
		files[fmt.Sprintf("o%d/kustomization.yaml", i+1)] = fmt.Sprintf("resources: [../o%d]\nimages: [{name: app, newTag: '%d'}]\n", i, i)
	}
	if o := overlays(t, files); !o.TooMany("o0/a.yaml") {
		t.Error("1000 kustomizations in a chain are not too many")
	}
}

// Kustomizations that use each other in many ways take bounded time, and each manifest that
// is used becomes at least one image.
func TestManyWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		files := map[string]string{}
		n := rapid.IntRange(1, 8).Draw(t, "folders")
		for i := range n {
			var used []string
			for range rapid.IntRange(0, 8).Draw(t, "resources") {
				used = append(used, "../"+string(rune('a'+rapid.IntRange(0, n-1).Draw(t, "folder"))))
			}
			kind := rapid.SampledFrom([]string{"resources", "components"}).Draw(t, "kind")
			files[string(rune('a'+i))+"/kustomization.yaml"] = "resources: [m.yaml]\nimages: [{name: app, newTag: t}]\n" +
				map[string]string{"resources": "bases", "components": "components"}[kind] + ": [" + strings.Join(used, ", ") + "]\n"
		}
		var all []kustomize.File
		for _, path := range slices.Sorted(maps.Keys(files)) {
			s, err := tree.ReadYAML([]byte(files[path]), tree.NewBudget(1000))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, kustomize.Read(path, s.Docs[0]))
		}
		o := kustomize.New(all)
		for _, manifest := range o.Manifests() {
			if got := o.Images(manifest, "app:1"); !o.TooMany(manifest) && (len(got) != 1 || got[0].Ref != "app:t") {
				t.Fatalf("%s: %v", manifest, got)
			}
		}
	})
}
