package git_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
)

func openStored(t *testing.T, dir string, env ...string) (*git.Repo, string) {
	t.Helper()
	r, under, err := git.OpenStored(t.Context(), dir, append(gittest.Env(), env...))
	if err != nil {
		t.Fatal(err)
	}
	return r, under
}

// bareClone returns a bare clone of g.
func bareClone(t *testing.T, g *gittest.Repo) *gittest.Repo {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop.git")
	g.Git("clone", "--quiet", "--bare", g.Dir, dir)
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return gittest.At(t, dir)
}

func TestOpenStoredFindsRepositories(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("a/b/x", "1")
	g.Commit()
	bare := bareClone(t, g)
	for _, c := range []struct {
		dir, root, under string
		bare             bool
	}{
		{g.Dir, g.Dir, "", false},
		{filepath.Join(g.Dir, "a", "b"), g.Dir, "a/b", false},
		{filepath.Join(g.Dir, "none", "b"), g.Dir, "none/b", false},
		{bare.Dir, bare.Dir, "", true},
		{filepath.Join(bare.Dir, "a"), bare.Dir, "a", true},
		{filepath.Join(g.Dir, ".git"), filepath.Join(g.Dir, ".git"), "", true},
	} {
		r, under := openStored(t, c.dir)
		if r.Root() != c.root || under != c.under || r.Bare() != c.bare {
			t.Errorf("%s: %s, %q, bare %v", c.dir, r.Root(), under, r.Bare())
		}
		if head, err := r.CommitOf(t.Context(), "HEAD"); head != g.Hash("HEAD") || err != nil {
			t.Errorf("%s: HEAD is %q, %v", c.dir, head, err)
		}
	}
	if _, _, err := git.OpenStored(t.Context(), t.TempDir(), gittest.Env()); !errors.Is(err, git.ErrNotRepository) {
		t.Errorf("err = %v", err)
	}
}

// A user's safe.bareRepository=explicit does not matter, because the folder is named.
func TestOpenStoredNamesTheFolder(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Commit()
	bare := bareClone(t, g)
	config := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(config, []byte("[safe]\n\tbareRepository = explicit\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, _ := openStored(t, bare.Dir, "GIT_CONFIG_GLOBAL="+config)
	if head, err := r.CommitOf(t.Context(), "HEAD"); head == "" || err != nil {
		t.Errorf("HEAD is %q, %v", head, err)
	}
}

// The objects of a push are visible to the hook that decides about it, and to no other repository.
func TestOpenStoredSeesQuarantinedObjects(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Commit()
	bare := bareClone(t, g)
	g.Write("x", "pushed")
	g.Commit()
	pushed := g.Hash("HEAD")
	env := []string{"GIT_DIR=" + bare.Dir, "GIT_QUARANTINE_PATH=" + filepath.Join(g.Dir, ".git", "objects"),
		"GIT_OBJECT_DIRECTORY=" + filepath.Join(g.Dir, ".git", "objects"), "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + filepath.Join(bare.Dir, "objects")}
	r, _ := openStored(t, bare.Dir, env...)
	c, err := r.Judged(t.Context(), pushed)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if content, err := c.Read("x"); string(content) != "pushed" || err != nil {
		t.Errorf("x = %q, %v", content, err)
	}
	other := gittest.New(t)
	other.Commit()
	r, _ = openStored(t, other.Dir, env...)
	if _, err := r.Judged(t.Context(), pushed); !errors.Is(err, git.ErrNoRevision) {
		t.Errorf("another repository sees it: %v", err)
	}
}

func TestIndexIsWhatWouldBeCommitted(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("kept", "1")
	g.Write("empty", "")
	g.Write("size/größe\n", "2")
	g.Write("intended", "3")
	g.Git("add", "kept", "empty", "size")
	g.Git("add", "--intent-to-add", "intended")
	g.Write("kept", "changed since")
	r, _ := openStored(t, g.Dir)
	index, err := r.Index(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	files := index.Files()
	slices.Sort(files)
	if want := []string{"empty", "kept", "size/größe\n"}; !slices.Equal(files, want) {
		t.Errorf("files %q, want %q", files, want)
	}
	g.Git("commit", "--quiet", "--message=x")
	commit := snapshot(t, r, "HEAD")
	for _, e := range commit.Entries() {
		if !index.Has(e) {
			t.Errorf("%q differs", e.Path)
		}
	}
}

// A commit in the place of HEAD is what is asked about, and its branch the one that was named.
func TestJudgingStandsForHead(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Commit()
	first := g.Hash("HEAD")
	g.Git("branch", "old")
	g.Git("update-ref", "refs/remotes/origin/far", first)
	g.Commit()
	g.Git("tag", "--annotate", "--message=x", "v1", first)
	r, _ := openStored(t, g.Dir)
	for _, c := range []struct{ named, commit, branch string }{
		{"HEAD", g.Hash("HEAD"), "main"}, {g.Hash("HEAD"), g.Hash("HEAD"), "main"}, {"old", first, "old"}, {"refs/heads/old", first, "old"},
		{"origin/far", first, "far"}, {"HEAD~", first, ""}, {first, first, ""}, {"tags/v1", first, ""}, {g.Hash("v1"), first, ""},
	} {
		found, err := r.Judged(t.Context(), c.named)
		if err != nil {
			t.Fatalf("%s: %v", c.named, err)
		}
		judging := r.Judging(found.ID, c.named)
		commit, _ := judging.Commit(t.Context())
		branch, err := judging.Branch(t.Context())
		if commit != c.commit || branch != c.branch || err != nil {
			t.Errorf("%s: %s on %q, %v, want %s on %q", c.named, commit, branch, err, c.commit, c.branch)
		}
		if bases, err := judging.MergeBase(t.Context(), "main"); err != nil || !slices.Equal(bases, []string{c.commit}) {
			t.Errorf("%s: merge base %q, %v", c.named, bases, err)
		}
		_ = found.Close()
	}
}

// A content that another one was put in the place of is refused.
func TestContentsAreThoseOfTheirIDs(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("a", "good")
	g.Write("b", "evil")
	g.Commit()
	id := func(file string) string { return strings.TrimSpace(g.Hash("HEAD:" + file)) }
	object := func(file string) string { return filepath.Join(g.Dir, ".git", "objects", id(file)[:2], id(file)[2:]) }
	if err := os.Remove(object("a")); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(object("b"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(object("a"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	r, _ := openStored(t, g.Dir)
	objects := r.Objects(t.Context())
	defer objects.Close()
	if got, ok, err := objects.Read(id("a")); err == nil && ok {
		t.Errorf("read %q", got)
	}
}

func TestHooksFolder(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Commit()
	linked := filepath.Join(t.TempDir(), "linked")
	g.Git("worktree", "add", "--quiet", linked)
	elsewhere := t.TempDir()
	for _, c := range []struct {
		dir, path, want string
		shared          bool
	}{
		{g.Dir, "", filepath.Join(g.Dir, ".git", "hooks"), false},
		{linked, "", filepath.Join(g.Dir, ".git", "hooks"), false},
		{g.Dir, ".hooks", filepath.Join(g.Dir, ".hooks"), false},
		{g.Dir, elsewhere, elsewhere, true},
		{bareClone(t, g).Dir, "", "hooks", false},
	} {
		g.Git("config", "core.hooksPath", c.path)
		if c.path == "" {
			g.Git("config", "--unset", "core.hooksPath")
		}
		r, _ := openStored(t, c.dir)
		if c.want == "hooks" {
			c.want = filepath.Join(c.dir, "hooks")
		}
		if folder, shared, err := r.HooksFolder(t.Context()); folder != c.want || shared != c.shared || err != nil {
			t.Errorf("%s, core.hooksPath %q: %s, shared %v, %v, want %s", c.dir, c.path, folder, shared, err, c.want)
		}
	}
}
