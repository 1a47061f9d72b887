package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func among(files ...string) func(string) bool {
	return func(path string) bool { return slices.Contains(files, path) }
}

func TestFindTakesTheNearest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		under string
		files []string
		want  string
	}{
		{"a/b", nil, ""},
		{"a/b", []string{FileName}, FileName},
		{"a/b", []string{FileName, "a/" + FileName}, "a/" + FileName},
		{"a/b", []string{"a/b/c/" + FileName}, ""},
		{"", []string{FileName}, FileName},
	} {
		if got, err := Find(c.under, among(c.files...)); got != c.want || err != nil {
			t.Errorf("Find(%q) among %q = %q, %v, want %q", c.under, c.files, got, err, c.want)
		}
	}
}

func TestFindRefusesANameThatLooksMeant(t *testing.T) {
	t.Parallel()
	for _, name := range []string{".scangate.yml", "scangate.yaml"} {
		if _, err := Find("a", among(name)); err == nil || !strings.Contains(err.Error(), FileName) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestReadRefusesASymlinkOutOfTheTree(t *testing.T) {
	t.Parallel()
	top, outside := t.TempDir(), t.TempDir()
	write(t, filepath.Join(outside, "secret"), "version: 1\n")
	path := filepath.Join(top, FileName)
	if err := os.Symlink(filepath.Join(outside, "secret"), path); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path, FileName, top); err == nil || !strings.Contains(err.Error(), "can't read the config file") {
		t.Errorf("error %v", err)
	}
}

func TestReadRefusesAFolder(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	path := filepath.Join(top, FileName)
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path, FileName, top); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("error %v", err)
	}
}
