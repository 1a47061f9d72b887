//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe or a device in the place of the file is refused, and not waited for.
func TestReadRefusesAPipe(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	path := filepath.Join(top, FileName)
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	for _, root := range []string{top, ""} {
		if _, err := Read(path, FileName, root); err == nil || !strings.Contains(err.Error(), "not a regular file") {
			t.Errorf("root %q: error %v", root, err)
		}
	}
	if _, err := Read(os.DevNull, FileName, ""); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a device: error %v", err)
	}
}
