package discover

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(name), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	names := []string{"top", "a/b/c/deep", "a/b/beside"}
	for i := range maxFolders {
		names = append(names, fmt.Sprintf("many/%d/x", i))
	}
	for _, name := range names {
		write(name)
	}
	link := func(target, name string) {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	link("../top", "a/up")
	link("../../"+filepath.Base(dir)+"/top", "a/out")
	link("b", "a/folder")
	top, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer top.Close()
	var f folders
	read := func(name string) string {
		file, err := f.file(top, name)
		if err != nil {
			return ""
		}
		defer file.Close()
		content, err := io.ReadAll(file)
		if err != nil {
			t.Error(err)
		}
		return string(content)
	}
	for _, name := range append(names, names...) {
		if got := read(name); got != name {
			t.Errorf("%s: %q", name, got)
		}
		if len(f.open) > maxFolders+len("a/b/c") {
			t.Fatalf("%d folders are open", len(f.open))
		}
	}
	for name, want := range map[string]string{"a/up": "top", "a/out": "", "a/folder/beside": "a/b/beside", "a/missing": "", "missing/x": "", "top/x": ""} {
		if got := read(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if _, err := f.file(top, "a/b/missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	f.close()
	if got := read("a/b/beside"); got != "a/b/beside" {
		t.Errorf("after close: %q", got)
	}
	f.close()
}
