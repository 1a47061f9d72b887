package change_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/change"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/discover/discovertest"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
)

// since returns the error of Since.
func since(t *testing.T, dir, rev string) error {
	t.Helper()
	tree, all := discovertest.Open(t, dir)
	_, err := change.Since(t.Context(), tree, all, change.Options{
		Revision: rev, Config: &config.Config{}, Names: discovertest.Names(), FullHistory: "set fetch-depth: 0",
	})
	return err
}

// What git can't answer comes with a fix that suits the host. A fix of git's own stays.
func TestWhatGitCanNotAnswer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(t *testing.T, g *gittest.Repo) (dir, rev string)
		err     error
		fix     string
	}{
		"unknown revision": {func(_ *testing.T, g *gittest.Repo) (string, string) { return g.Dir, "nowhere" }, git.ErrNoRevision,
			"fetch it, for example: git fetch origin main, then --new-from origin/main " +
				"(--new-from FETCH_HEAD if only one branch is cloned); in CI, set fetch-depth: 0"},
		"shallow clone": {func(t *testing.T, g *gittest.Repo) (string, string) {
			g.Write("a.tf", bucket+"# 2\n")
			g.Commit()
			g.Git("checkout", "--quiet", "-b", "topic", "HEAD~1")
			g.Write("b.tf", bucket)
			g.Commit()
			dir := filepath.Join(t.TempDir(), "clone")
			g.Git("clone", "--quiet", "--depth", "1", "--no-single-branch", "file://"+filepath.ToSlash(g.Dir), dir)
			return dir, "origin/main"
		}, git.ErrShallow, "set fetch-depth: 0"},
		"unrelated history": {func(_ *testing.T, g *gittest.Repo) (string, string) {
			g.Git("checkout", "--quiet", "--orphan", "topic")
			g.Write("b.tf", bucket)
			g.Commit()
			return g.Dir, "main"
		}, git.ErrUnrelated, "give a revision that HEAD comes from, or leave --new-from out to scan everything"},
		"no commit yet": {func(_ *testing.T, g *gittest.Repo) (string, string) {
			g.Git("checkout", "--quiet", "--orphan", "topic")
			return g.Dir, "main"
		}, git.ErrUnborn, "commit first"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			g.Write("a.tf", bucket)
			g.Commit()
			dir, rev := tt.prepare(t, g)
			err := since(t, dir, rev)
			if failed, ok := errors.AsType[*git.Error](err); !ok || !errors.Is(err, tt.err) || failed.Fix != tt.fix {
				t.Errorf("got %v\nwant %v; fix: %s", err, tt.err, tt.fix)
			}
		})
	}
}

func TestSinceNeedsGit(t *testing.T) {
	t.Parallel()
	err := since(t, t.TempDir(), "main")
	if mistake, ok := errors.AsType[*discover.UsageError](err); !ok || mistake.Value != "main" ||
		!strings.HasSuffix(mistake.Error(), "is not inside a git repository; fix: leave --new-from out to scan everything") {
		t.Errorf("%v", err)
	}
}
