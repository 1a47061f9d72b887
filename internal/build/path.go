package build

import (
	"path"
	"path/filepath"
	"strings"
)

// Join returns the path of the tree that a file of the folder dir names. It fails with
// [ErrOutside].
func Join(dir, name string) (string, error) {
	if path.IsAbs(name) || filepath.IsAbs(name) || name == "~" || strings.HasPrefix(name, "~/") || isDrive(name) {
		return "", ErrOutside
	}
	joined := path.Join(dir, name)
	if joined == ".." || strings.HasPrefix(joined, "../") {
		return "", ErrOutside
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

// IsRemote reports whether build tools fetch what a text names.
func IsRemote(name string) bool {
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

// Folder is the folder of a file, "" for the top one.
func Folder(file string) string {
	if dir := path.Dir(file); dir != "." {
		return dir
	}
	return ""
}

// DockerfilesIn returns the paths at which the Dockerfile of a context may be: the one that
// is named, or else those that build tools look for. It fails with [ErrOutside].
func DockerfilesIn(context, name string) ([]string, error) {
	if name != "" {
		file, err := Join(context, name)
		return []string{file}, err
	}
	var files []string
	for _, name := range []string{"Dockerfile", "dockerfile", "Containerfile"} {
		files = append(files, path.Join(context, name))
	}
	return files, nil
}
