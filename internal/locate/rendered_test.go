package locate

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

const pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec: {}\n"

// rendered is a template that is sent under a name, and rendered from a file.
func rendered(name, from string) result.Target {
	return result.Target{Kind: result.KindIaC, Name: name, RenderedFrom: from}
}

// A finding in a rendered template is on the file that it is rendered from, it is unknown
// on which line. What it refers to is looked up in what was sent.
func TestRenderedTemplates(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{
		"web/templates/pod.yaml": pod, "prod/kustomization.rendered.yaml": pod + "---\n" + pod, "plain.yaml": pod,
		"web/charts/q/templates/q.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: q}\n",
	})
	targets := []result.Target{
		rendered("web/templates/pod.yaml", "web/templates/pod.yaml"), rendered("prod/kustomization.rendered.yaml", "prod/kustomization.yaml"),
		rendered("web/charts/q/templates/q.yaml", "web/charts/q-1.0.0.tgz"), {Kind: result.KindIaC, Name: "plain.yaml"},
	}
	tests := map[string]struct {
		details, target, resource string
		want                      at
		candidates                []result.Location
	}{
		"a template":   {"(Ref: Pod/web, File: web/templates/pod.yaml)", "iac:web/templates/pod.yaml", "Pod/web", at{"web/templates/pod.yaml", 1, onFile}, nil},
		"an archive":   {"(Ref: Pod/q, File: q.yaml)", "iac:web/charts/q/templates/q.yaml", "Pod/q", at{"web/charts/q-1.0.0.tgz", 1, onFile}, nil},
		"two of them":  {"(Ref: Pod/web, File: kustomization.rendered.yaml)", "iac:prod/kustomization.rendered.yaml", "", at{"prod/kustomization.yaml", 1, onFile}, nil},
		"another file": {"(Ref: Pod/web, File: plain.yaml)", "iac:plain.yaml", "Pod/web", at{"plain.yaml", 1, onResource}, nil},
		"several files": {"(Ref: Pod/web)", "", "", at{Placement: ambiguous}, []result.Location{
			{Path: "plain.yaml", Line: 1}, {Path: "prod/kustomization.yaml", Line: 1}, {Path: "web/templates/pod.yaml", Line: 1},
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := mustPlace(t, []result.Submission{r.submission(alert("Ensure that it is right", test.details))}, nil, r.source(targets...))[0]
			if f.Target != test.target || f.Resource != test.resource || whereIs(f) != test.want {
				t.Errorf("%s, %s, %v", f.Target, f.Resource, whereIs(f))
			}
			for i := range f.Candidates {
				f.Candidates[i].Block = nil
			}
			if diff := cmp.Diff(test.candidates, f.Candidates, cmp.Transformer("sorted", sortedLocations)); diff != "" {
				t.Errorf("candidates (-want +got):\n%s", diff)
			}
		})
	}
}

// Other lines of such a file may hold the data of a Secret.
func TestNoSnippetOfRenderedFiles(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"prod/kustomization.yaml": "secretGenerator: x\n", "plain.yaml": "a: b\n"})
	found := []result.Finding{{Locations: []result.Location{{Path: "prod/kustomization.yaml", Line: 1}, {Path: "plain.yaml", Line: 1}}}}
	mustSnippets(t, found, r.source(rendered("prod/kustomization.rendered.yaml", "prod/kustomization.yaml"), result.Target{Name: "plain.yaml"}))
	if found[0].Locations[0].Snippet != nil || found[0].Locations[1].Snippet == nil {
		t.Errorf("snippets %v", found[0].Locations)
	}
}

func sortedLocations(list []result.Location) map[string]int {
	lines := map[string]int{}
	for _, l := range list {
		lines[l.Path] = l.Line
	}
	return lines
}
