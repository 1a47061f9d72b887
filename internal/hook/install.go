package hook

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// mark is the beginning of every hook that is installed, and of no other.
const mark = "#!/bin/sh\n# Installed by scangate hook install. scangate hook uninstall removes this file.\n"

// command is how a hook starts this program: the last line of the file.
func command(name Name) string { return fmt.Sprintf("exec scangate hook %s \"$@\"", name) }

// ErrForeign means that somebody else's hook is installed.
var ErrForeign = errors.New("another hook is installed here")

// Check fails with [ErrForeign] if something else than a hook of [Install] is in its place.
func Check(folder string, name Name) error {
	path := filepath.Join(folder, string(name))
	own, err := isOwn(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && !own:
		return fmt.Errorf("%s: %w; fix: make its last line %s", path, ErrForeign, command(name))
	}
	return err
}

// Install writes a hook into the folder where git looks for hooks. One that it wrote before stays
// as it is, because its line may have flags. It fails with [ErrForeign] for anything else in its
// place, which is left as it is, too.
func Install(folder string, name Name) (path string, err error) {
	path = filepath.Join(folder, string(name))
	if err := Check(folder, name); err != nil {
		return path, err
	}
	if _, err := os.Lstat(path); err == nil {
		return path, os.Chmod(path, 0o755) // git runs no other
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return path, err
	}
	return path, write(path, mark+command(name)+"\n")
}

// write writes a new program. Nothing is overwritten, and nothing half-written is left.
func write(path, content string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	if err = errors.Join(err, f.Chmod(0o755), f.Close()); err != nil {
		_ = os.Remove(path) // the first error says more
	}
	return err
}

// Uninstall removes a hook that [Install] wrote. removed is false if there is none. It fails with
// [ErrForeign] for anything else in its place, which is left as it is.
func Uninstall(folder string, name Name) (path string, removed bool, err error) {
	path = filepath.Join(folder, string(name))
	own, err := isOwn(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, false, nil
	case err != nil:
		return path, false, err
	case !own:
		return path, false, fmt.Errorf("%s: %w", path, ErrForeign)
	}
	return path, true, os.Remove(path)
}

// isOwn reports whether the file at path is a hook that Install wrote. It fails with fs.ErrNotExist
// if there is nothing.
func isOwn(path string) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false, err
	}
	content, err := os.ReadFile(path)
	return strings.HasPrefix(string(content), mark), err
}
