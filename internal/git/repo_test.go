package git_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
)

func open(t *testing.T, dir string, env ...string) *git.Repo {
	t.Helper()
	r, err := git.Open(t.Context(), dir, append(gittest.Env(), env...))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func entries(t *testing.T, r *git.Repo, under string) []git.Entry {
	t.Helper()
	var all []git.Entry
	if err := r.List(t.Context(), under, func(e git.Entry) { all = append(all, e) }); err != nil {
		t.Fatal(err)
	}
	return all
}

// files lists the paths of a repository. Those of other repositories end in a slash.
func files(t *testing.T, r *git.Repo, under string) []string {
	t.Helper()
	var list []string
	for _, e := range entries(t, r, under) {
		if e.Kind == git.Submodule || e.Kind == git.Checkout {
			e.Path += "/"
		}
		list = append(list, e.Path)
	}
	slices.Sort(list)
	return list
}

func TestListIsWhatGitKnowsAndDoesNotIgnore(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write(".gitignore", "*.secret\nbuild/\n")
	g.Write("tracked.tf", "")
	g.Write("a b/ünï\ncode.tf", "")
	g.Write("forced.secret", "")
	g.Commit()
	g.Git("add", "--force", "forced.secret")
	g.Write("new.tf", "")
	g.Write("x.secret", "")
	g.Write("build/main.tf", "")
	if err := os.Remove(filepath.Join(g.Dir, "tracked.tf")); err != nil {
		t.Fatal(err)
	}

	r := open(t, filepath.Join(g.Dir, "a b"))
	if r.Root() != g.Dir {
		t.Errorf("root = %q, want %q", r.Root(), g.Dir)
	}
	want := []string{".gitignore", "a b/ünï\ncode.tf", "forced.secret", "new.tf", "tracked.tf"}
	if diff := cmp.Diff(want, files(t, r, "")); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a b/ünï\ncode.tf"}, files(t, r, "a b")); diff != "" {
		t.Errorf("files under a folder (-want +got):\n%s", diff)
	}
}

func TestListTakesTheFolderLiterally(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("[ab]/x", "")
	g.Write("a/x", "")
	g.Write(":(top)/x", "")
	r := open(t, g.Dir)
	for _, under := range []string{"[ab]", ":(top)"} {
		if diff := cmp.Diff([]string{under + "/x"}, files(t, r, under)); diff != "" {
			t.Errorf("files under %s (-want +got):\n%s", under, diff)
		}
	}
}

func TestListHasUnmergedOnce(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("x.tf", "base\n")
	g.Commit()
	g.Git("checkout", "--quiet", "-b", "other")
	g.Write("x.tf", "theirs\n")
	g.Commit()
	g.Git("checkout", "--quiet", "main")
	g.Write("x.tf", "ours\n")
	g.Commit()
	g.Git("read-tree", "-m", "main~1", "main", "other")
	if diff := cmp.Diff([]string{"x.tf"}, files(t, open(t, g.Dir), "")); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestListDoesNotEnterOtherRepositories(t *testing.T) {
	t.Parallel()
	g, other := gittest.New(t), gittest.New(t)
	other.Write("inner.tf", "")
	other.Commit()
	g.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.Dir, "sub")
	g.Git("clone", "--quiet", other.Dir, "clone")
	if diff := cmp.Diff([]string{".gitmodules", "clone/", "sub/"}, files(t, open(t, g.Dir), "")); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	sub := open(t, filepath.Join(g.Dir, "sub"))
	if diff := cmp.Diff([]string{"inner.tf"}, files(t, sub, "")); diff != "" {
		t.Errorf("files of the submodule itself (-want +got):\n%s", diff)
	}
}

func TestEntries(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("a", "x\n")
	g.Write("left/out", "x\n")
	if err := os.Symlink("a", filepath.Join(g.Dir, "link")); err != nil {
		t.Skip("no links here")
	}
	g.Commit()
	g.Git("sparse-checkout", "set", "--no-cone", "/*", "!/left")
	g.Write("? new", "")
	const x = "587be6b4c3f93f93c489c0111bba5596147a26cb"
	want := []git.Entry{
		{Path: "? new"}, {Path: "a", Tracked: true}, {Path: "left/out", Tracked: true, Sparse: true, ID: x}, {Path: "link", Kind: git.Link, Tracked: true},
	}
	if diff := cmp.Diff(want, entries(t, open(t, g.Dir), "")); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestOpenIgnoresVariablesOfAnotherRepository(t *testing.T) {
	t.Parallel()
	g, other := gittest.New(t), gittest.New(t)
	g.Write("mine.tf", "")
	other.Write("other.tf", "")
	r := open(t, g.Dir,
		"GIT_DIR="+filepath.Join(other.Dir, ".git"), "GIT_WORK_TREE="+other.Dir, "GIT_INDEX_FILE=/nonexistent",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=core.bare", "GIT_CONFIG_VALUE_0=true")
	if diff := cmp.Diff([]string{"mine.tf"}, files(t, r, "")); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// A checkout from an archive has its own .git/config. Nothing that it names may run.
func TestConfigOfTheCheckoutRunsNothing(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("a.tf", "")
	g.Commit()
	trap := filepath.Join(t.TempDir(), "trap")
	script := filepath.Join(t.TempDir(), "run.sh")
	gittest.Write(t, filepath.Dir(script), "run.sh", "#!/bin/sh\ntouch '"+trap+"'\n")
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}
	gittest.Write(t, g.Dir, ".git/hooks/post-index-change", "#!/bin/sh\ntouch '"+trap+"'\n")
	for _, key := range []string{"core.fsmonitor", "core.pager", "gpg.program", "diff.external", "core.sshCommand"} {
		g.Git("config", key, script)
	}
	g.Git("config", "log.showSignature", "true")
	r := open(t, g.Dir)
	files(t, r, "")
	if tip, err := r.Tip(t.Context()); tip.Name == "" || err != nil {
		t.Error(tip, err)
	}
	if _, err := os.Lstat(trap); err == nil {
		t.Error("a command from the checkout's configuration was run")
	}
}

func TestOpenWithoutRepository(t *testing.T) {
	t.Parallel()
	if _, err := git.Open(t.Context(), t.TempDir(), gittest.Env()); !errors.Is(err, git.ErrNotRepository) {
		t.Errorf("err = %v, want ErrNotRepository", err)
	}
}

func TestOpenFailsWhereGitCannotAnswer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(t *testing.T, g *gittest.Repo)
		env     []string
		want    string
	}{
		"not installed": {env: []string{"PATH=" + t.TempDir()}, want: "install git"},
		"git of the checkout": {
			prepare: func(t *testing.T, g *gittest.Repo) {
				g.Write("git", "#!/bin/sh\n")
				if err := os.Chmod(filepath.Join(g.Dir, "git"), 0o755); err != nil {
					t.Fatal(err)
				}
			},
			env:  []string{"PATH=.:bin"},
			want: "install git",
		},
		"broken": {
			prepare: func(_ *testing.T, g *gittest.Repo) { g.Write(".git/HEAD", "nonsense") },
			want:    "not a git repository",
		},
		"top level elsewhere": {
			prepare: func(_ *testing.T, g *gittest.Repo) { g.Git("config", "core.worktree", "/") },
			want:    "core.worktree",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			if tt.prepare != nil {
				tt.prepare(t, g)
			}
			_, err := git.Open(t.Context(), g.Dir, append(gittest.Env(), tt.env...))
			var failed *git.Error
			if !errors.As(err, &failed) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("err = %v, want a *git.Error with %q", err, tt.want)
			}
		})
	}
}

func TestOpenAfterCancel(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("interrupted")
	cancel(cause)
	if _, err := git.Open(ctx, g.Dir, gittest.Env()); !errors.Is(err, cause) {
		t.Errorf("err = %v, want the context's cause", err)
	}
}
