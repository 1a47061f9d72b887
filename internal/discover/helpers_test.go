package discover_test

import (
	"testing"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/discover/discovertest"
	"github.com/scangate/scangate/internal/result"
)

type files = discovertest.Files

const bucket = discovertest.Bucket

var (
	manifest, check, plan = discovertest.Manifest, discovertest.Check, discovertest.Plan
	exclude               = discovertest.Exclude
)

// plain writes the files to a folder without git.
func plain(t testing.TB, f files) string {
	t.Helper()
	dir := t.TempDir()
	f.Write(t, dir)
	return dir
}

func tryPlan(t testing.TB, dir string, o discover.Options) (*result.Plan, error) {
	t.Helper()
	tree, all := discovertest.Open(t, dir)
	o.Names = discovertest.Names()
	return discover.Run(t.Context(), tree, all, o)
}

func row(t *testing.T, p *result.Plan, id string) result.Row {
	t.Helper()
	for _, r := range p.Rows {
		if r.Target.ID() == id {
			return r
		}
	}
	t.Fatalf("no row %s in %q", id, discovertest.Lines(p))
	return result.Row{}
}
