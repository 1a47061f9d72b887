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

	"github.com/scangate/scangate/internal/git/gittest"
)

func TestContent(t *testing.T) {
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
	for file, text := range texts {
		id, ok := s.Blob(file)
		if !ok {
			t.Errorf("%s: no blob", file)
		}
		if content, ok, err := r.Content(t.Context(), id); err != nil || !ok || string(content) != text {
			t.Errorf("%s: %q, %v, %v, want %q", file, content, ok, err, text)
		}
	}
	if content, ok, err := r.Content(t.Context(), strings.Repeat("0", 40)); content != nil || ok || err != nil {
		t.Errorf("a missing id: %q, %v, %v", content, ok, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok, err := r.Content(ctx, strings.Repeat("0", 40)); ok || !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the run: %v, %v", ok, err)
	}
	if _, ok := s.Blob("link"); !ok {
		t.Error("link: no blob")
	}
	if id, ok := s.Blob("none"); ok {
		t.Errorf("none: blob %q", id)
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
	sparse, err := r.Sparse(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	files := sparse.Files()
	slices.Sort(files)
	if diff := cmp.Diff([]string{"b/new", "b/x", "b/y\nz", "c/x"}, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	head, parent := snapshot(t, r, "HEAD"), snapshot(t, r, "HEAD~1")
	for _, file := range files {
		unchanged := file == "b/y\nz" || file == "c/x"
		if !sparse.Same(head, file) || sparse.Same(parent, file) != unchanged {
			t.Errorf("%q: same as in HEAD %v, want true; as in its parent %v, want %v",
				file, sparse.Same(head, file), sparse.Same(parent, file), unchanged)
		}
	}
	if !sparse.Same(head, "none") || sparse.Same(head, "a/x") {
		t.Error("a file that neither has is the same, and a file that one has is not")
	}
}

// The advice for a clone without the folders of older commits names what to fetch,
// and that is enough.
func TestAdviceForACloneWithoutFolders(t *testing.T) {
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
	id, _ := s.Blob("d/a.txt")
	if got, ok, err := r.Content(t.Context(), id); err != nil || ok {
		t.Errorf("contents that the clone lacks: %v, %v", got, err)
	}
	gittest.At(t, dir).Git("fetch", "--quiet", "--refetch", "--no-filter")
	if got, ok, err := r.Content(t.Context(), id); err != nil || !ok || string(got) != "1" {
		t.Errorf("contents: %v, %v", got, err)
	}
}
