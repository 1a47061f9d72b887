package compose

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/scangate/scangate/internal/build"
)

// join returns the path of the tree that a file of the folder dir names. It fails with
// [build.ErrOutside].
func join(dir, name string) (string, error) {
	if path.IsAbs(name) || filepath.IsAbs(name) || name == "~" || strings.HasPrefix(name, "~/") || isDrive(name) {
		return "", build.ErrOutside
	}
	joined := path.Join(dir, name)
	if joined == ".." || strings.HasPrefix(joined, "../") {
		return "", build.ErrOutside
	}
	if joined == "." {
		joined = ""
	}
	return joined, nil
}

// isDrive reports whether a path begins with a drive of Windows.
func isDrive(name string) bool {
	return len(name) > 2 && name[1] == ':' && (name[2] == '/' || name[2] == '\\')
}

// isRemote reports whether Compose fetches what a text names.
func isRemote(name string) bool {
	if strings.Contains(name, "://") {
		return true
	}
	for _, prefix := range []string{"github.com/", "git@"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// folder is the folder of a file, "" for the top one.
func folder(file string) string {
	if dir := path.Dir(file); dir != "." {
		return dir
	}
	return ""
}
