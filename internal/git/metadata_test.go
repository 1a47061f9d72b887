package git_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
)

func TestMetadata(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	r := open(t, g.Dir)
	ctx := t.Context()

	if branch, err := r.Branch(ctx); branch != "main" || err != nil {
		t.Errorf("branch before the first commit = %q, %v", branch, err)
	}
	if commit, err := r.Commit(ctx); commit != "" || err != nil {
		t.Errorf("commit before the first = %q, %v", commit, err)
	}
	if tip, err := r.Tip(ctx); tip != (git.Tip{}) || err != nil {
		t.Errorf("tip before the first commit = %q, %v", tip, err)
	}

	g.Commit()
	commit, err := r.Commit(ctx)
	if len(commit) != 40 || err != nil {
		t.Errorf("commit = %q, %v", commit, err)
	}
	if tip, err := r.Tip(ctx); tip != (git.Tip{commit, "Ada Example", "ada@example.org"}) || err != nil {
		t.Errorf("tip = %q, %v", tip, err)
	}
	g.Git("checkout", "--quiet", "-b", "feature/a")
	if branch, err := r.Branch(ctx); branch != "feature/a" || err != nil {
		t.Errorf("branch = %q, %v", branch, err)
	}
	g.Git("checkout", "--quiet", "--detach")
	if branch, err := r.Branch(ctx); branch != "" || err != nil {
		t.Errorf("branch of a detached HEAD = %q, %v", branch, err)
	}
	if err := os.Remove(filepath.Join(g.Dir, ".git", "objects", commit[:2], commit[2:])); err != nil {
		t.Fatal(err)
	}
	if tip, err := r.Tip(ctx); tip != (git.Tip{Commit: commit}) || err != nil {
		t.Errorf("tip that can't be read = %q, %v", tip, err)
	}
}

func TestRemoteURL(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		config [][2]string
		want   string
	}{
		"none":       {nil, ""},
		"only one":   {[][2]string{{"remote.up.url", "https://h/up"}}, "https://h/up"},
		"two others": {[][2]string{{"remote.a.url", "https://h/a"}, {"remote.b.url", "https://h/b"}}, ""},
		"origin":     {[][2]string{{"remote.a.url", "https://h/a"}, {"remote.origin.url", "https://h/o"}}, "https://h/o"},
		"upstream": {[][2]string{
			{"remote.origin.url", "https://h/o"}, {"remote.My.Fork.url", "https://h/f"}, {"branch.main.remote", "My.Fork"},
		}, "https://h/f"},
		"upstream of another branch": {[][2]string{
			{"remote.origin.url", "https://h/o"}, {"remote.fork.url", "https://h/f"}, {"branch.dev.remote", "fork"},
		}, "https://h/o"},
		"insteadOf is not applied": {[][2]string{
			{"remote.origin.url", "https://h/o"}, {"url.https://tok@h/.insteadOf", "https://h/"},
		}, "https://h/o"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			for _, kv := range tt.config {
				g.Git("config", kv[0], kv[1])
			}
			if got, err := open(t, g.Dir).RemoteURL(t.Context(), "main"); got != tt.want || err != nil {
				t.Errorf("remote = %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}
