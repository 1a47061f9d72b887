package git_test

import (
	"testing"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
)

func TestRef(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Commit()
	first := g.Hash("HEAD")
	g.Git("update-ref", "refs/remotes/origin/main", first)
	g.Git("update-ref", "refs/remotes/origin/topic/a", first)
	g.Git("commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message=x")
	g.Git("tag", "refs/remotes/origin/main")
	g.Git("tag", "origin/main")
	repo, err := git.Open(t.Context(), g.Dir, gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"refs/remotes/origin/main": first, "refs/remotes/origin/topic": "", "refs/remotes/origin/none": "", "origin/main": "", "--all": "",
	} {
		if got, err := repo.Ref(t.Context(), name); got != want || err != nil && name != "--all" {
			t.Errorf("Ref(%q) = %q, %v, want %q", name, got, err, want)
		}
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("a", "a")
	g.Commit()
	first := g.Hash("HEAD")
	g.Write("b", "b")
	g.Commit()
	repo, err := git.Open(t.Context(), g.Dir, gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	g.Git("tag", first[:12], "HEAD")
	g.Git("branch", first[:10], "HEAD")
	for digits, want := range map[string]string{
		first[:12]: first, first[:10]: first, first: first, "": "", first[:3]: "", "HEAD": "", "--all": "", "0123456789ab": "",
		g.Hash("HEAD:a")[:12]: "", // not a commit
	} {
		if got, err := repo.Expand(t.Context(), digits); err != nil || got != want {
			t.Errorf("Expand(%q) = %q, %v, want %q", digits, got, err, want)
		}
	}
}
