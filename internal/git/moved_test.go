package git_test

import (
	"bytes"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
)

func TestMoved(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	for _, name := range []string{"a.tf", "b.tf"} {
		g.Write(name, "same\n")
	}
	g.Write("c.tf", "one\ntwo\nthree\nfour\nfive\n")
	g.Write("kept.tf", "kept\n")
	g.Commit()
	repo, err := git.Open(t.Context(), g.Dir, gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	before := g.Hash("HEAD")
	s, err := repo.Snapshot(t.Context(), before)
	if err != nil {
		t.Fatal(err)
	}
	now := map[string]string{"x.tf": "same\r\n", "y.tf": "same\n", "z.tf": "same\n", "d.tf": "one\ntwo\nthree\nfour\nsix\n", "e.tf": ""}
	open := func(path string) (io.ReadCloser, int64, error) {
		text, ok := now[path]
		if !ok {
			return nil, 0, fs.ErrNotExist
		}
		return io.NopCloser(bytes.NewReader([]byte(text))), int64(len(text)), nil
	}
	got := s.Moved([]string{"b.tf", "a.tf", "c.tf", "never.tf"}, []string{"z.tf", "y.tf", "x.tf", "d.tf", "e.tf", "lost.tf"}, open)
	if diff := cmp.Diff(map[string]string{"x.tf": "a.tf", "y.tf": "b.tf"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := s.Moved([]string{"never.tf"}, []string{"x.tf"}, open); len(got) != 0 {
		t.Errorf("got %v of a file that was not there", got)
	}
	g.Git("mv", "c.tf", "sub dir.tf")
	g.Write("sub dir.tf", now["d.tf"])
	g.Write("kept.tf", "changed\n")
	g.Commit()
	renamed, err := repo.Renames(t.Context(), before)
	if diff := cmp.Diff(map[string]string{"sub dir.tf": "c.tf"}, renamed); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	for path, want := range map[string]string{"a.tf": before, "kept.tf": g.Hash("HEAD"), "never.tf": "", "*.tf": ""} {
		if got, err := repo.LastChange(t.Context(), path); got != want || err != nil {
			t.Errorf("%s: last changed by %q, want %q, %v", path, got, want, err)
		}
	}
	if _, err := repo.Renames(t.Context(), strings.Repeat("1", 40)); err == nil {
		t.Error("an unknown commit has renames")
	}
}
