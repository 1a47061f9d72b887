//go:build unix

package render

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

func TestPackedDefinitions(t *testing.T) {
	t.Parallel()
	const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"
	packed := tgz(t, []txtar.File{
		{Name: "db/Chart.yaml", Data: []byte("name: db\n")}, {Name: "db/crds/a.yaml", Data: []byte(crd)}, {Name: "db/crds/sub/b.yml", Data: []byte(crd)},
		{Name: "db/charts/in/crds/c.yaml", Data: []byte(crd)}, {Name: "db/crds/README.md", Data: []byte("x")}, {Name: "db/templates/crds/d.yaml", Data: []byte(crd)},
		{Name: "../../crds/e.yaml", Data: []byte(crd)},
	})
	files := map[string]string{
		"web/Chart.yaml": "name: web\n", "web/charts/db-1.0.0.tgz": packed, "web/charts/own/charts/x.tgz": tgz(t, []txtar.File{{Name: "x/crds/f.yaml", Data: []byte(crd)}}),
		"web/files/no.tgz": "broken", "bad/Chart.yaml": "name: bad\n", "bad/charts/x.tgz": "broken", "large/charts/db.tgz": tgz(t, []txtar.File{{Name: "db/crds/a.yaml", Data: []byte(strings.Repeat("# comment\n", 110_000))}}),
	}
	r := renderer(t, files, t.TempDir())
	docs, err := r.Tree.packedCRDs("web", DefaultBounds())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range docs {
		if string(d.Text) != crd {
			t.Errorf("%s: %q", d.Name, d.Text)
		}
		got = append(got, d.Source+" "+d.Name)
	}
	want := []string{
		"web/charts/db-1.0.0.tgz web/charts/db/crds/a.yaml", "web/charts/db-1.0.0.tgz web/charts/db/crds/sub/b.yml", "web/charts/db-1.0.0.tgz web/charts/db/charts/in/crds/c.yaml",
		"web/charts/own/charts/x.tgz web/charts/own/charts/x/crds/f.yaml",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := r.Tree.packedCRDs("bad", DefaultBounds()); err == nil || !strings.HasPrefix(err.Error(), "bad/charts/x.tgz: ") {
		t.Errorf("a broken archive: %v", err)
	}
	small := DefaultBounds()
	small.Output = 1 << 20
	if _, err := r.Tree.packedCRDs("large", small); err == nil || err.Error() != "large/charts/db.tgz: its definitions are larger than 1 MiB" {
		t.Errorf("a large archive: %v", err)
	}
}
