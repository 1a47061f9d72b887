package discover

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"syscall"
)

// largeFile is the size above which files are parsed one at a time.
const largeFile = 256 << 10

// opener reads the files of a tree without following links.
type opener struct {
	tree *Tree
	// known reports whether git knows a path; asked for links alone.
	known func(path string) (bool, error)
	// careless follows links to files that may hold secrets.
	careless bool

	// large is held while a large file is parsed: that takes up to a hundred
	// times its size in memory, which must not grow with the processors.
	large sync.Mutex

	mu sync.Mutex
	// real remembers which folders are no links, nor in one.
	real map[string]bool
}

// linkedAwayError says why a file is not read though its name stands in the tree.
type linkedAwayError struct{ reason string }

func (e *linkedAwayError) Error() string { return e.reason }

// errNothing stands for a name behind which there is no file of its own: it was
// deleted, is a folder, a submodule or a pipe, or a link to a file that has its
// own row.
var errNothing = errors.New("nothing to read")

// stat tells what to read. It fails with errNothing, a *linkedAwayError, or the
// disk's error. own reports whether the target of a link gets a row by itself.
func (o *opener) stat(file string, own func(target string) bool) (fs.FileInfo, error) {
	if !o.isReal(path.Dir(file)) {
		return nil, errNothing
	}
	info, err := os.Lstat(o.tree.abs(file))
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil, errNothing
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return o.follow(file, own)
	case !info.Mode().IsRegular():
		return nil, errNothing
	}
	return info, nil
}

// isReal reports whether no part of a folder's path is a link. Git never lists
// what lies behind one; a tracked folder may have become one since.
func (o *opener) isReal(dir string) bool {
	if dir == "." {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.isRealLocked(dir)
}

func (o *opener) isRealLocked(dir string) bool {
	if dir == "." {
		return true
	}
	answer, ok := o.real[dir]
	if !ok {
		info, err := os.Lstat(o.tree.abs(dir))
		answer = o.isRealLocked(path.Dir(dir)) && (err != nil || info.IsDir())
		o.real[dir] = answer
	}
	return answer
}

// follow decides about a link. One to a file of the tree that has a row by
// itself adds nothing. One to another file that git knows is read under its own
// name: Dockerfile may point to build/image. What leads out, or to a file that
// git ignores or that may hold a secret, is not read.
func (o *opener) follow(file string, own func(target string) bool) (fs.FileInfo, error) {
	info, err := o.tree.root.Stat(filepath.FromSlash(file))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errNothing
	case err != nil:
		return nil, &linkedAwayError{"a symbolic link that leads out of the tree"}
	case !info.Mode().IsRegular():
		return nil, errNothing
	}
	resolved, err := filepath.EvalSymlinks(o.tree.abs(file))
	if err != nil {
		return nil, err
	}
	target, err := below(o.tree.Root, resolved)
	if err != nil {
		return nil, err
	}
	known, err := o.known(target)
	switch {
	case err != nil:
		return nil, err
	case sensitive(target) && !o.careless:
		return nil, &linkedAwayError{"a symbolic link to a file that may hold secrets"}
	case !known:
		return nil, &linkedAwayError{"a symbolic link to a file that git ignores"}
	case o.tree.covers(target) && own(target):
		return nil, errNothing
	}
	return info, nil
}

// read returns at most limit bytes of a file.
func (o *opener) read(file string, size, limit int64) (content []byte, err error) {
	f, err := o.tree.root.Open(filepath.FromSlash(file))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	content = make([]byte, min(size, limit))
	n, err := io.ReadFull(f, content)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("read: %w", err)
	}
	return content[:n], nil
}
