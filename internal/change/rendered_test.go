package change_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/change"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/discover/discovertest"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

// renderedPlan is what a chart and an overlay are rendered to.
func renderedPlan() *result.Plan {
	row := func(name, from string) result.Row {
		return result.Row{Target: result.Target{Kind: result.KindIaC, Name: name, RenderedFrom: from}}
	}
	image := result.Target{Kind: result.KindImage, Name: "docker.io/library/web:1", Named: true, Places: []result.Location{{Path: "web/templates/a.yaml", Line: 1}}}
	return &result.Plan{
		Rows: []result.Row{
			row("web/templates/a.yaml", "web/templates/a.yaml"), row("prod/kustomization.rendered.yaml", "prod/kustomization.yaml"), {Target: image},
		},
		Rendered: map[string][]byte{"web/templates/a.yaml": []byte("a"), "prod/kustomization.rendered.yaml": []byte("b")},
		Siblings: map[string][]string{"web/templates/a.yaml": {"web/"}, "prod/kustomization.yaml": {"prod/", "base/"}},
	}
}

// Each file of a folder that was rendered touches what was rendered, also one that is gone.
func TestFoldersThatAreRendered(t *testing.T) {
	t.Parallel()
	web := []string{"iac:web/templates/a.yaml", "image:docker.io/library/web:1 named web/templates/a.yaml:1"}
	prod := []string{"iac:prod/kustomization.rendered.yaml"}
	for name, test := range map[string]struct {
		write, remove string
		want          []string
	}{
		"nothing":             {want: nil},
		"another folder":      {write: "website/values.yaml"},
		"the values":          {write: "web/values.yaml", want: web},
		"a new file":          {write: "web/templates/_new.tpl", want: web},
		"a file that is gone": {remove: "web/values-prod.yaml", want: web},
		"the overlay":         {write: "prod/kustomization.yaml", want: prod},
		"its base":            {write: "base/x.yaml", want: prod},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			files{
				"web/Chart.yaml": "x", "web/values.yaml": "x", "web/values-prod.yaml": "x", "web/templates/a.yaml": "x", "website/values.yaml": "x",
				"prod/kustomization.yaml": "x", "base/x.yaml": "x",
			}.Write(t, g.Dir)
			g.Commit()
			if test.write != "" {
				g.Write(test.write, "changed")
			}
			if test.remove != "" {
				if err := os.Remove(filepath.Join(g.Dir, test.remove)); err != nil {
					t.Fatal(err)
				}
			}
			tree, all := discovertest.Open(t, g.Dir)
			scope, err := change.Since(t.Context(), tree, all, change.Options{
				Revision: "HEAD", Config: &config.Config{}, Names: discovertest.Names(),
				Plan: func(context.Context, *discover.Tree, discover.Files, func(string) bool) (*result.Plan, error) {
					return &result.Plan{}, nil
				},
				Resolve: func(*config.File) (*config.Config, error) { return &config.Config{}, nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			part, _, err := scope.Narrow(t.Context(), renderedPlan())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, slices.Sorted(slices.Values(discovertest.Lines(part)))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if len(part.Rendered) != 2 {
				t.Errorf("the contents are lost: %v", part.Rendered)
			}
		})
	}
}

// A finding on the file that a planned template is rendered from counts.
func TestFindingsInRenderedTemplatesCount(t *testing.T) {
	t.Parallel()
	plan := renderedPlan()
	found := []result.Finding{
		{Kind: result.KindIaC, Locations: locations("prod/kustomization.yaml"), Submission: "s", Alert: 1},
		{Kind: result.KindIaC, Locations: locations("other.yaml"), Submission: "s", Alert: 2},
	}
	alerts := []result.Alert{{Details: "(Ref: a, File: x.yaml)"}, {Details: "(Ref: a, File: other.yaml)"}}
	change.MarkOutside(found, []result.Submission{{ID: "s", Paths: []string{"other.yaml", "prod/kustomization.rendered.yaml"}, Alerts: alerts}}, plan)
	if found[0].Outside || !found[1].Outside {
		t.Errorf("outside: %v, %v", found[0].Outside, found[1].Outside)
	}
}
