package cli_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/git/gittest"
)

// A file that git knows to have been renamed keeps its entries of the baseline, also if its lines
// changed. A copy is new, and so is anything else that is found in it.
func TestRenamedFileKeepsItsEntries(t *testing.T) {
	t.Parallel()
	padding := "\n" + strings.Repeat("# a line that stays the same\n", 20)
	edit := strings.Replace(badBucket, "{\n", "{\n  # seen\n", 1) + padding
	tests := map[string]struct {
		change func(*gittest.Repo)
		code   int
		line   string
	}{
		"renamed":             {func(g *gittest.Repo) { g.Git("mv", "main.tf", "renamed.tf"); g.Commit() }, 0, "no new findings"},
		"not committed":       {func(g *gittest.Repo) { g.Git("mv", "main.tf", "renamed.tf") }, 0, "no new findings"},
		"renamed and edited":  {func(g *gittest.Repo) { g.Git("mv", "main.tf", "renamed.tf"); g.Write("renamed.tf", edit); g.Commit() }, 0, "5 of them changed"},
		"edited, not renamed": {func(g *gittest.Repo) { g.Write("main.tf", edit); g.Commit() }, 0, "5 of them changed"},
		"copied":              {func(g *gittest.Repo) { g.Write("renamed.tf", badBucket+padding); g.Commit() }, 1, "critical 1 > 0"},
		"copied and edited":   {func(g *gittest.Repo) { g.Write("renamed.tf", edit); g.Commit() }, 1, "critical 1 > 0"},
		"another resource": {func(g *gittest.Repo) {
			g.Git("mv", "main.tf", "renamed.tf")
			g.Write("renamed.tf", strings.Replace(badBucket, `"b"`, `"other"`, 1)+padding)
			g.Commit()
		}, 1, "critical 1 > 0"},
		"renamed and a copy": {func(g *gittest.Repo) {
			g.Git("mv", "main.tf", "renamed.tf")
			g.Write("copy.tf", badBucket+padding)
			g.Commit()
		}, 1, "critical 1 > 0"},
		"another image": {func(g *gittest.Repo) { g.Git("mv", "Dockerfile", "Dockerfile.web"); g.Commit() }, 0, "no new findings"},
		"upgraded image": {func(g *gittest.Repo) {
			g.Git("mv", "Dockerfile", "Dockerfile.web")
			g.Write("Dockerfile.web", "FROM nginx:1.20\n"+padding)
			g.Commit()
		}, 1, "known: 6 of 7 critical"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			g.Write("main.tf", badBucket+padding)
			g.Write("Dockerfile", "FROM nginx:1.19\n"+padding)
			g.Write(".scangate.yaml", "version: 1\nbaseline: b.json\n")
			env := func(s *cli.System) { s.Environ = append(s.Environ, gittest.Env()...) }
			scanOf(t, g.Dir, "embedded", env, "--write-baseline", filepath.Join(g.Dir, "b.json")).wants(t, 0)
			g.Commit()
			scanOf(t, g.Dir, "embedded", env).wants(t, 0, "no new findings")
			tt.change(g)
			scanOf(t, g.Dir, "embedded", env).wants(t, tt.code, tt.line)
			if tt.code != 0 {
				return
			}
			// The next baseline has the entries at their new place, and does not grow.
			scanOf(t, g.Dir, "embedded", env, "--write-baseline", filepath.Join(g.Dir, "b.json")).wants(t, 0, "0 findings added")
		})
	}
}
