package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"github.com/scangate/scangate/internal/text"
)

// fileError is about a config file that can't be read. The text of err has no path.
func fileError(path string, err error) error {
	return fmt.Errorf("%s: can't read the config file: %w; fix: make it readable, or name another file with --config", path, err)
}

// Find returns the path of the config file for a scan of the folder under, relative to the root of
// the tree and with slashes: .scangate.yaml in under or the nearest folder above it. has reports
// whether there is something at such a path. It returns "" if there is no config file, and an error
// for a file with a similar name, which would be silently ignored.
func Find(under string, has func(path string) bool) (string, error) {
	for dir := path.Clean(under); ; dir = path.Dir(dir) {
		if file := path.Join(dir, FileName); has(file) {
			return file, nil
		}
		for _, almost := range []string{".scangate.yml", "scangate.yaml", "scangate.yml"} {
			if file := path.Join(dir, almost); has(file) {
				return "", fmt.Errorf("%s: the name of the config file must be %s; fix: git mv %s %s", file, FileName, file, path.Join(dir, FileName))
			}
		}
		if dir == "." {
			return "", nil
		}
	}
}

// PathIn returns the path of the config file in a tree, with slashes and relative to its root:
// named, unless that is "", else the nearest to the folder under. It returns "" if the tree lacks
// it.
func PathIn(under, named string, lacks func(path string) bool) string {
	if named != "" {
		if lacks(named) {
			return ""
		}
		return named
	}
	for dir := path.Clean(under); ; dir = path.Dir(dir) {
		file := path.Join(dir, FileName)
		if !lacks(file) {
			return file
		}
		if dir == "." {
			return ""
		}
	}
}

// Read reads and parses the config file at path, and the file that holds its waivers if there is
// one; errors show the config file as name. root is the top folder of the repository: a symlink
// that leads out of it is refused, because a merge request could point it at any file of the
// machine. An empty root means that the user named the file.
func Read(path, name, root string) (*File, error) {
	content, repoPath, err := read(path, root)
	if err != nil {
		return nil, fileError(name, text.WithoutPath(err))
	}
	return parseWhole(name, repoPath, content, func(waivers string) ([]byte, error) {
		content, _, err := read(filepath.Join(filepath.Dir(path), waivers), root)
		return content, err
	})
}

// ReadIn is [Read] for a file of a tree that is not on the disk. path is relative to the root of
// the tree, with slashes. repoPath is the same, or "" if the user named the file.
func ReadIn(tree fs.FS, path, name, repoPath string) (*File, error) {
	content, err := readAll(tree.Open(path))
	if err != nil {
		return nil, fileError(name, text.WithoutPath(err))
	}
	return parseWhole(name, repoPath, content, func(waivers string) ([]byte, error) {
		return readAll(tree.Open(filepath.ToSlash(filepath.Join(filepath.Dir(path), waivers))))
	})
}

// parseWhole parses a config file, and the file of waivers that it names, if any.
func parseWhole(name, repoPath string, content []byte, readWaivers func(file string) ([]byte, error)) (*File, error) {
	f, err := ParseFile(name, repoPath, content)
	if err != nil {
		return nil, err
	}
	if err := f.readWaivers(readWaivers); err != nil {
		return nil, err
	}
	return f, nil
}

// read reads a file up to just beyond the largest allowed size.
func read(path, root string) (content []byte, repoPath string, err error) {
	f, repoPath, err := open(path, root)
	if err != nil {
		return nil, "", err
	}
	content, err = readAll(f, nil)
	return content, repoPath, err
}

// readAll reads a regular file up to just beyond the largest allowed size. Its parameters are the
// results of opening the file.
func readAll[F fs.File](f F, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	return io.ReadAll(io.LimitReader(f, maxFileSize+1))
}

// open opens path without blocking: a named pipe in its place would wait for a writer.
// With a root it also returns the path relative to it.
func open(path, root string) (f *os.File, repoPath string, err error) {
	const flags = os.O_RDONLY | syscall.O_NONBLOCK
	if root == "" {
		f, err = os.OpenFile(path, flags, 0)
		return f, "", err
	}
	rel, err := filepath.Rel(root, path)
	if err != nil {
		return nil, "", err
	}
	dir, err := os.OpenRoot(root)
	if err != nil {
		return nil, "", err
	}
	f, err = dir.OpenFile(rel, flags, 0)
	return f, filepath.ToSlash(rel), errors.Join(err, dir.Close())
}
