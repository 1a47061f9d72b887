package template

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

// Files of other tools have a version and a kind, too. Theirs is not a version of an API, or its
// group is known to be a tool's.
func TestVersionsOfManifests(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"v1": true, "v1beta1": true, "apps/v1": true, "batch/v1": true, "'networking.k8s.io/v1'": true, "my-group.example.com/v2alpha1": true,
		"serving.knative.dev/v1": true, "tekton.dev/v1": true, "$(GROUP)/v1": true, "${GROUP}.example.com/v1": true,
		"github.com/microsoft/PSRule/v1": false, "example.com/sub/v1": false, "a/b/v1": false, "/v1": false, "Example.com/v1": false,
		"-a/v1": false, "a-/v1": false, "a b/v1": false, "v1/apps": false, "apps/1": false, "1": false, "2.0": false, "v1.2.3": false, "apps/v": false, "vnext": false, "": false,
		"backstage.io/v1alpha1": false, "skaffold/v4beta6": false, "kind.x-k8s.io/v1alpha4": false, "kustomize.config.k8s.io/v1": false,
	} {
		f, err := Parse("a.yaml", []byte("apiVersion: "+version+"\nkind: Baseline\nmetadata: {name: x}\nspec: {}\n"))
		if err != nil {
			t.Fatalf("%s: %v", version, err)
		}
		if got := f != nil && f.Role == RoleTemplate && f.Language.Framework == Kubernetes; got != want {
			t.Errorf("apiVersion %s: a manifest is %v, want %v", version, got, want)
		}
	}
}

const manifests = `# head
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
      initContainers:
        - name: init
          image: busybox:1
      containers:
        - name: web
          image: "nginx:1.25"   # pinned
        - name: side
          image: &side
            redis
        - {name: again, image: *side}
        - name: none
---

---
not: an object
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Service
    metadata: {name: svc}
  -
    apiVersion: batch/v1
    kind: CronJob
    metadata:
      generateName: job-
    spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: $(IMG)}]}}}}}
  - apiVersion: v1
    kind: Config
    metadata: {}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: crd
spec: {containers: [{image: nope}]}
# tail
`

func TestKubernetes(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "k8s/all.yaml", manifests)
	want := lines("3-21 Deployment Deployment/web", "30-32 Service Service/svc", "33-38 CronJob CronJob/job-",
		"43-47 CustomResourceDefinition CustomResourceDefinition/crd")
	if diff := cmp.Diff(want, resourceList(f)); diff != "" {
		t.Error(diff)
	}
	images := lines("13 init busybox:1", "16 web nginx:1.25", "18 side redis", "18 again redis", "38 c $(IMG)")
	if diff := cmp.Diff(images, imageList(f)); diff != "" {
		t.Error(diff)
	}
	aliases := []string{"web", "Deployment/web", "Deployment.web", "deployment/web", "deployment.web", "Deployment.shop.web",
		"shop/web", "shop/Deployment/web", "Deployment/shop/web"}
	if diff := cmp.Diff(aliases, f.Resources[0].Aliases); diff != "" {
		t.Error(diff)
	}
	if block := f.Images[1].Block; block.Start != 15 || block.End != 16 {
		t.Errorf("the container's block is %v", block)
	}
}

func TestKubernetesImagesInCustomResources(t *testing.T) {
	t.Parallel()
	head := "apiVersion: %s\nkind: X\nmetadata:\n  name: x\n"
	for name, c := range map[string]struct{ body, want string }{
		"rollout":    {"spec: {template: {spec: {containers: [{name: a, image: one}]}}}\n", "5 a one\n"},
		"ephemeral":  {"spec: {ephemeralContainers: [{name: a, image: one}]}\n", "5 a one\n"},
		"workflow":   {"spec:\n  templates:\n    - name: t\n      container:\n        image: two\n    - script: {image: three}\n", "9  two\n10  three\n"},
		"tekton":     {"spec:\n  steps:\n    - name: s\n      image: ${IMG:-x}\n", "8 s ${IMG:-x}\n"},
		"variables":  {"spec: {containers: [{image: $REG-x/$APP}, {image: a$}]}\n", "5  $REG-x/$APP\n5  a$\n"},
		"actions":    {"spec: {containers: [{image: \"{{inputs.x}}\"}]}\n", "5  {{inputs.x}}\n"},
		"odd value":  {"spec: {containers: [{image: [a]}, {image: null}, {image: ''}, a]}\n", ""},
		"image only": {"spec: {image: quay.io/x}\n", "5  quay.io/x\n"},
	} {
		f := mustParse(t, "x.yaml", "apiVersion: argoproj.io/v1alpha1"+head[len("apiVersion: %s"):]+c.body)
		if diff := cmp.Diff(c.want, imageList(f)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	policy := mustParse(t, "x.yaml", "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: {containers: [{image: '!*:latest'}]}\n")
	if len(policy.Images) > 0 {
		t.Errorf("a pattern is not an image: %+v", policy.Images)
	}
}

func TestKubernetesJSON(t *testing.T) {
	t.Parallel()
	content := "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"Pod\",\n\t\"metadata\": {\"name\": \"p\"},\n\t\"spec\": {\"containers\": [\n\t\t{\"image\": \"a\"}\n\t]}\n}\n"
	for _, path := range []string{"pod.json", "pod.yaml"} {
		f := mustParse(t, path, content)
		if got := resourceList(f) + imageList(f); got != "1-8 Pod Pod/p\n6  a\n" {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// In a block scalar, # does not begin a comment; after it, it does. Markers may be
// followed by blanks and CRLF.
func TestRangesEndWithTheText(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"literal":       lines("  a: |", "    x", "", "    # y"),
		"folded":        lines("  a: >-", "    x", "    # y", "    # z"),
		"only comments": lines("  a: |", "    # x", "    # y", "      # z"),
		"in a list":     lines("  a:", "  - |", "   x", "   # y"),
		"comment after": lines("  a: |", "     x", "     y", "     z", "   # after"),
		"empty":         lines("  a: |", "", "  b: 1", "  c: 2", " # after"),
		"plain":         lines("  a: b", "  b: c", "  c:", "   d", "  # after"),
	} {
		for _, marker := range []string{"---\n", "--- \n", "---\r\n", "--- # x\n"} {
			f := mustParse(t, "a.yaml", lines("apiVersion: v1", "kind: ConfigMap", "metadata: {name: x}", "data:")+text+"# end\n\n"+marker+
				lines("apiVersion: v1", "kind: Pod", "metadata: {name: y}"))
			if got := f.Resources[0].Range; got != (result.Range{Start: 1, End: 8}) {
				t.Errorf("%s before %q: %v, want 1 to 8", name, marker, got)
			}
		}
	}
}

func TestKubernetesWithoutAName(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "a.yaml", "kind: Pod\napiVersion: v1\nmetadata: {labels: {a: b}}\n")
	if r := f.Resources[0]; r.Address != "Pod" || r.Name != "" || len(r.Aliases) != 1 {
		t.Errorf("got %+v", r)
	}
}
