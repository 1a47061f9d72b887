package git_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	objects := r.Objects(t.Context())
	defer objects.Close()
	s := snapshot(t, r, "HEAD")
	for file, text := range texts {
		id, ok := s.Blob(file)
		if !ok {
			t.Errorf("%s: no blob", file)
		}
		if content, ok, err := objects.Read(id); err != nil || !ok || string(content) != text {
			t.Errorf("%s: %q, %v, %v, want %q", file, content, ok, err, text)
		}
	}
	if content, ok, err := objects.Read(strings.Repeat("0", 40)); content != nil || ok || err != nil {
		t.Errorf("a missing id: %q, %v, %v", content, ok, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok, err := r.Objects(ctx).Read(strings.Repeat("0", 40)); ok || !errors.Is(err, context.Canceled) || err.Error() != "git: read contents: context canceled" {
		t.Errorf("after the end of the run: %v, %v", ok, err)
	}
	if _, ok := s.Blob("link"); !ok {
		t.Error("link: no blob")
	}
	if id, ok := s.Blob("none"); ok {
		t.Errorf("none: blob %q", id)
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
	objects := r.Objects(t.Context())
	defer objects.Close()
	if got, ok, err := objects.Read(id); err != nil || ok {
		t.Errorf("contents that the clone lacks: %v, %v", got, err)
	}
	gittest.At(t, dir).Git("fetch", "--quiet", "--refetch", "--no-filter")
	if got, ok, err := objects.Read(id); err != nil || !ok || string(got) != "1" {
		t.Errorf("contents: %v, %v", got, err)
	}
}
