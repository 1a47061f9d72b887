package git_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
)

func TestContents(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	texts := map[string]string{"a.txt": "1\n\n2", "empty": "", "b": "x blob 7\n"}
	for file, text := range texts {
		g.Write(file, text)
	}
	if err := os.Symlink("a.txt", filepath.Join(g.Dir, "link")); err != nil {
		t.Skip("no links here")
	}
	g.Commit()
	r := open(t, g.Dir)
	s := snapshot(t, r, "HEAD")
	missing := strings.Repeat("0", 40)
	names := []string{missing}
	for file := range texts {
		name, regular, there := s.Blob(file)
		if !regular || !there {
			t.Errorf("%s: regular %v, there %v", file, regular, there)
		}
		names = append(names, name)
	}
	got, err := r.Contents(t.Context(), names)
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range texts {
		name, _, _ := s.Blob(file)
		if content, there := got[name]; !there || string(content) != text {
			t.Errorf("%s: %q, %v, want %q", file, content, there, text)
		}
	}
	if _, there := got[missing]; there || len(got) != len(texts) {
		t.Errorf("%d contents, one that is missing: %v", len(got), there)
	}
	if _, regular, there := s.Blob("link"); regular || !there {
		t.Errorf("a link: regular %v, there %v", regular, there)
	}
	if _, _, there := s.Blob("none"); there {
		t.Error("there is a file that isn't")
	}
	none, err := (*git.Repo)(nil).Contents(t.Context(), nil)
	if err != nil || len(none) > 0 {
		t.Errorf("of nothing: %v, %v", none, err)
	}
}

func TestSparse(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	for _, file := range []string{"a/x", "b/x", "b/y\nz", "c/x"} {
		g.Write(file, "1")
	}
	g.Commit()
	g.Write("b/x", "2")
	g.Write("b/new", "")
	g.Commit()
	g.Git("sparse-checkout", "set", "a")
	r := open(t, g.Dir)
	got, err := r.Sparse(t.Context(), []*git.Snapshot{snapshot(t, r, "HEAD"), snapshot(t, r, "HEAD~1")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]bool{"b/x": true, "b/new": true, "b/y\nz": false, "c/x": false}, got); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
}

// A clone without the folders of older commits says how it comes to have them,
// and that is enough.
func TestACloneWithoutFoldersIsToldWhatToFetch(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Git("config", "uploadpack.allowFilter", "true")
	g.Write("d/a.txt", "1")
	g.Commit()
	g.Write("d/a.txt", "2")
	g.Commit()
	dir := filepath.Join(t.TempDir(), "clone")
	g.Git("clone", "--quiet", "--filter=tree:0", "file://"+filepath.ToSlash(g.Dir), dir)
	r := open(t, dir)
	_, err := r.Snapshot(t.Context(), "HEAD~1")
	if err == nil || !strings.Contains(err.Error(), "git fetch --refetch --filter=blob:none") {
		t.Fatalf("err = %v", err)
	}
	gittest.At(t, dir).Git("fetch", "--quiet", "--refetch", "--filter=blob:none")
	s := snapshot(t, r, "HEAD~1")
	name, _, _ := s.Blob("d/a.txt")
	if got, err := r.Contents(t.Context(), []string{name}); err != nil || len(got) > 0 {
		t.Errorf("contents that are not there: %v, %v", got, err)
	}
	gittest.At(t, dir).Git("fetch", "--quiet", "--refetch", "--no-filter")
	if got, err := r.Contents(t.Context(), []string{name}); err != nil || string(got[name]) != "1" {
		t.Errorf("contents: %v, %v", got, err)
	}
}
