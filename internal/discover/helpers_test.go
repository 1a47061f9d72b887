package discover_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

// files is a tree: path to content.
type files map[string]string

const (
	bucket = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"x\"\n}\n"
	pod    = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n    - name: c\n      image: %s\n"
)

func manifest(image string) string { return fmt.Sprintf(pod, image) }

func (f files) write(t testing.TB, dir string) {
	t.Helper()
	for path, content := range f {
		gittest.Write(t, dir, path, content)
	}
}

// plain writes the files to a folder without git.
func plain(t testing.TB, f files) string {
	t.Helper()
	dir := t.TempDir()
	f.write(t, dir)
	return dir
}

func plan(t testing.TB, dir string, o discover.Options) *result.Plan {
	t.Helper()
	p, err := tryPlan(t, dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tryPlan(t testing.TB, dir string, o discover.Options) (*result.Plan, error) {
	t.Helper()
	tree, err := discover.Open(t.Context(), dir, gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tree.Close(); err != nil {
			t.Error(err)
		}
	})
	return discover.Run(t.Context(), tree, o)
}

// lines writes each row on a line: ID, status or cause, how an image is named,
// and its places.
func lines(p *result.Plan) []string {
	var out []string
	for _, r := range p.Rows {
		words := []string{r.Target.ID()}
		if r.Status != result.Pending {
			words = append(words, r.Status.String()+":"+string(r.Cause))
		}
		if r.Target.FromDockerfile {
			words = append(words, "from")
		}
		if r.Target.Named {
			words = append(words, "named")
		}
		for _, place := range r.Target.Places {
			words = append(words, fmt.Sprintf("%s:%d", place.Path, place.Line))
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

func check(t *testing.T, p *result.Plan, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, lines(p)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func row(t *testing.T, p *result.Plan, id string) result.Row {
	t.Helper()
	for _, r := range p.Rows {
		if r.Target.ID() == id {
			return r
		}
	}
	t.Fatalf("no row %s in %q", id, lines(p))
	return result.Row{}
}
