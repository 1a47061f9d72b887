package config

import (
	"os"
	"path/filepath"
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

func TestFindTakesTheNearest(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	write(t, filepath.Join(filepath.Dir(top), "unrelated"), "")
	deep := filepath.Join(top, "a", "b")
	write(t, filepath.Join(deep, "x"), "")
	if got, err := Find(deep, top); got != "" || err != nil {
		t.Errorf("no file: %q, %v", got, err)
	}
	write(t, filepath.Join(top, FileName), "version: 1\n")
	if got, _ := Find(deep, top); got != filepath.Join(top, FileName) {
		t.Errorf("at the top: %q", got)
	}
	write(t, filepath.Join(top, "a", FileName), "version: 1\n")
	if got, _ := Find(deep, top); got != filepath.Join(top, "a", FileName) {
		t.Errorf("the nearest: %q", got)
	}
	if got, _ := Find(deep, deep); got != "" {
		t.Errorf("above the top: %q", got)
	}
}

func TestFindRefusesANameThatLooksMeant(t *testing.T) {
	t.Parallel()
	for _, name := range []string{".scangate.yml", "scangate.yaml"} {
		top := t.TempDir()
		write(t, filepath.Join(top, name), "version: 1\n")
		if _, err := Find(top, top); err == nil || !strings.Contains(err.Error(), FileName) {
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
