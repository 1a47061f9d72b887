package git_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
)

// forked is a repository whose branch topic, the HEAD, starts at main~1.
func forked(t *testing.T) *gittest.Repo {
	t.Helper()
	g := gittest.New(t)
	for _, content := range []string{"1", "2", "3"} {
		g.Write("main.txt", content)
		g.Commit()
	}
	g.Git("checkout", "--quiet", "-b", "topic", "main~1")
	g.Write("topic.txt", "1")
	g.Commit()
	return g
}

func TestMergeBase(t *testing.T) {
	t.Parallel()
	g := forked(t)
	g.Git("tag", "release/1", "main")
	r := open(t, g.Dir)
	for rev, want := range map[string]string{
		"main": "main~1", "HEAD": "topic", "HEAD~1": "main~1", "main~2": "main~2",
		g.Hash("main"): "main~1", g.Hash("main")[:10]: "main~1", "refs/heads/main": "main~1",
		"tags/release/1": "main~1", "release/1^0": "main~1",
	} {
		bases, err := r.MergeBase(t.Context(), rev)
		if err != nil {
			t.Errorf("%s: %v", rev, err)
		}
		if diff := cmp.Diff([]string{g.Hash(want)}, bases); diff != "" {
			t.Errorf("merge base of %s (-want +got):\n%s", rev, diff)
		}
	}
}

// A full hash is that commit, even if a branch or tag has it as its name. A shorter
// one is ambiguous then.
func TestMergeBaseOfAHashThatIsAName(t *testing.T) {
	t.Parallel()
	g := forked(t)
	base := g.Hash("main~1")
	for _, name := range []string{"refs/heads/" + base, "refs/tags/" + base, "refs/tags/" + base[:8]} {
		g.Git("update-ref", name, "topic")
	}
	r := open(t, g.Dir)
	if bases, err := r.MergeBase(t.Context(), base); err != nil || len(bases) != 1 || bases[0] != base {
		t.Errorf("bases %q, %v", bases, err)
	}
	if bases, err := r.MergeBase(t.Context(), base[:8]); err == nil {
		t.Errorf("bases of an ambiguous short hash: %q", bases)
	}
}

// A criss-cross history has two best ancestors. The change may have undone what
// only one of them holds.
func TestMergeBaseOfACrissCrossHistory(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Commit()
	g.Git("checkout", "--quiet", "-b", "a")
	g.Write("a", "")
	g.Commit()
	g.Git("checkout", "--quiet", "-b", "b", "main")
	g.Write("b", "")
	g.Commit()
	g.Git("merge", "--quiet", "--no-edit", "a")
	g.Git("checkout", "--quiet", "a")
	g.Git("merge", "--quiet", "--no-edit", "b~1")
	bases, err := open(t, g.Dir).MergeBase(t.Context(), "b")
	if err != nil || len(bases) != 2 {
		t.Errorf("bases %q, %v: want two", bases, err)
	}
}

func TestMergeBaseNeverGuesses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rev     string
		prepare func(g *gittest.Repo)
		want    error
		says    string
	}{
		"no such branch":     {rev: "origin/main", want: git.ErrNoRevision},
		"no such commit":     {rev: strings.Repeat("0", 40), want: git.ErrNoRevision},
		"a file":             {rev: "HEAD:main.txt", want: git.ErrNoRevision},
		"a range":            {rev: "main..topic", want: git.ErrNoRevision},
		"an exclusion":       {rev: "^main", want: git.ErrNoRevision},
		"an option":          {rev: "--all", want: git.ErrNoRevision},
		"nothing":            {rev: "", want: git.ErrNoRevision},
		"a NUL":              {rev: "main\x00", want: git.ErrNoRevision},
		"no common commit":   {rev: "main", prepare: orphan, want: git.ErrUnrelated},
		"nothing committed":  {rev: "main", prepare: unborn, want: git.ErrUnborn},
		"HEAD of no commit":  {rev: "HEAD", prepare: unborn, want: git.ErrUnborn},
		"branch and tag":     {rev: "main", prepare: func(g *gittest.Repo) { g.Git("tag", "main", "topic") }, says: "ambiguous"},
		"a tag as a remote":  {rev: "origin/main", prepare: remoteAndTag, says: "refs/remotes/origin/main"},
		"a tag for a remote": {rev: "origin/main", prepare: func(g *gittest.Repo) { g.Git("tag", "origin/main", "topic") }, want: git.ErrTag, says: "tags/origin/main"},
		"ambiguity switched": {rev: "main", prepare: quietTag, says: "ambiguous"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := forked(t)
			if tt.prepare != nil {
				tt.prepare(g)
			}
			bases, err := open(t, g.Dir).MergeBase(t.Context(), tt.rev)
			var failed *git.Error
			if !errors.As(err, &failed) || len(bases) > 0 {
				t.Fatalf("bases %q, err %v: want none, and a *git.Error", bases, err)
			}
			if tt.want != nil && !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("err = %v, want %v %s", err, tt.want, tt.says)
			}
		})
	}
}

func orphan(g *gittest.Repo) {
	g.Git("checkout", "--quiet", "--orphan", "other")
	g.Commit()
}

func unborn(g *gittest.Repo) { g.Git("checkout", "--quiet", "--orphan", "other") }

// remoteAndTag is an attack: a tag has the name of the branch that the gate
// compares with, and points to the change itself.
func remoteAndTag(g *gittest.Repo) {
	g.Git("update-ref", "refs/remotes/origin/main", "main")
	g.Git("tag", "origin/main", "topic")
}

func quietTag(g *gittest.Repo) {
	g.Git("tag", "main", "topic")
	g.Git("config", "core.warnAmbiguousRefs", "false")
}

// cloned clones g with further arguments of git clone.
func cloned(t *testing.T, g *gittest.Repo, args ...string) *gittest.Repo {
	t.Helper()
	c := gittest.New(t)
	clone := append([]string{"clone", "--quiet", "--no-tags"}, args...)
	g.Git(append(clone, "file:///"+strings.TrimPrefix(filepath.ToSlash(g.Dir), "/"), filepath.Join(c.Dir, "clone"))...)
	return gittest.At(t, filepath.Join(c.Dir, "clone"))
}

func TestMergeBaseInShallowClones(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		clone []string
		rev   string
		base  string // in the repository that was cloned; "" if it can't be known
		want  error
	}{
		"depth 1, other branch not fetched": {clone: []string{"--depth=1", "--branch=topic"}, rev: "origin/main", want: git.ErrNoRevision},
		"depth 1, both branches":            {clone: []string{"--depth=1", "--no-single-branch", "--branch=topic"}, rev: "origin/main", want: git.ErrShallow},
		"depth 2 reaches it":                {clone: []string{"--depth=2", "--no-single-branch", "--branch=topic"}, rev: "origin/main", base: "main~1"},
		"the commit before":                 {clone: []string{"--depth=2", "--branch=topic"}, rev: "HEAD~1", base: "main~1"},
		"an ancestor of HEAD":               {clone: []string{"--depth=2", "--branch=topic"}, rev: "HEAD", base: "topic"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := forked(t)
			bases, err := open(t, cloned(t, g, tt.clone...).Dir).MergeBase(t.Context(), tt.rev)
			if tt.want != nil {
				if !errors.Is(err, tt.want) || len(bases) > 0 {
					t.Errorf("bases %q, err %v: want %v", bases, err, tt.want)
				}
				return
			}
			if want := g.Hash(tt.base); err != nil || len(bases) != 1 || bases[0] != want {
				t.Errorf("bases %q, err %v: want %s", bases, err, want)
			}
		})
	}
}

// The history from topic to the best base is cut, and another path leads to an older
// commit of main. If that were the merge base, what main has fixed in between and
// topic has broken again would be missed.
func TestShallowCloneHidesTheBestBase(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("x", "old")
	g.Commit()
	g.Git("branch", "old")
	g.Write("x", "fixed")
	g.Commit()
	g.Git("checkout", "--quiet", "-b", "topic")
	for range 4 {
		g.Commit()
	}
	g.Git("checkout", "--quiet", "-b", "side", "old")
	g.Commit()
	g.Git("checkout", "--quiet", "topic")
	g.Git("merge", "--quiet", "--no-edit", "side")
	c := cloned(t, g, "--depth=3", "--no-single-branch", "--branch=topic")
	bases, err := open(t, c.Dir).MergeBase(t.Context(), "origin/main")
	if !errors.Is(err, git.ErrShallow) {
		t.Errorf("bases %q, err %v: want ErrShallow; the best is %s", bases, err, g.Hash("main"))
	}
}

// In a clone without trees nothing is fetched, and nothing counts as untouched.
func TestPartialClone(t *testing.T) {
	t.Parallel()
	g := forked(t)
	g.Git("config", "uploadpack.allowFilter", "true")
	for filter, fails := range map[string]bool{"blob:none": false, "tree:0": true} {
		c := cloned(t, g, "--filter="+filter, "--branch=topic")
		r := open(t, c.Dir)
		bases, err := r.MergeBase(t.Context(), "origin/main")
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Snapshot(t.Context(), bases[0])
		var failed *git.Error
		if fails != errors.As(err, &failed) {
			t.Errorf("--filter=%s: %v", filter, err)
		}
		if fails && !strings.Contains(err.Error(), "--filter") {
			t.Errorf("no advice: %v", err)
		}
	}
}
