package discover

import (
	"context"
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

// opener reads the candidates of a tree.
type opener struct {
	tree *Tree
	// known reports whether git knows a path. Only links make it ask.
	known            func(path string) (bool, error)
	includeSensitive bool

	// large is held while a large file is parsed. Parsing takes up to a hundred
	// times its size in memory, which must not grow with the number of processors.
	large sync.Mutex
}

// newOpener returns an opener that lists the whole tree once a link is met.
func (s *selection) newOpener(ctx context.Context, t *Tree, names []string) *opener {
	inTree := sync.OnceValues(func() (map[string]bool, error) {
		if t.Under != "" {
			all, err := t.Repo.Files(ctx, "")
			if err != nil {
				return nil, err
			}
			names = s.withoutOwn(all)
		}
		known := make(map[string]bool, len(names))
		for _, name := range names {
			known[name] = true
		}
		return known, nil
	})
	known := func(path string) (bool, error) {
		set, err := inTree()
		return set[path], err
	}
	return &opener{tree: t, known: known, includeSensitive: s.IncludeSensitive}
}

// linkError says why a link is not followed.
type linkError struct{ reason string }

func (e *linkError) Error() string { return e.reason }

var (
	// errMissing: there is nothing at a path that git knows.
	errMissing = errors.New("no such file")
	// errNotAFile: there is a folder, a submodule or a pipe, or a link to a file
	// that is a candidate itself.
	errNotAFile = errors.New("not a file of its own")
)

// stat returns what to read for a candidate. It fails with errMissing,
// errNotAFile, a *linkError, or the error of the disk. own reports whether the
// target of a link is a candidate itself.
func (o *opener) stat(file string, own func(target string) bool) (fs.FileInfo, error) {
	if !o.tree.isReal(path.Dir(file)) {
		return nil, errNotAFile
	}
	info, err := os.Lstat(o.tree.abs(file))
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil, errMissing
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return o.follow(file, own)
	case !info.Mode().IsRegular():
		return nil, errNotAFile
	}
	return info, nil
}

// follow decides about a link. One to a candidate adds nothing. One to another
// file that git knows is read under its own name: Dockerfile may point to
// build/image. A link out of the tree, to a file that git ignores, or to one that
// may hold a secret is not followed.
func (o *opener) follow(file string, own func(target string) bool) (fs.FileInfo, error) {
	info, err := o.tree.root.Stat(filepath.FromSlash(file))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errNotAFile
	case err != nil:
		return nil, &linkError{"a symbolic link that leads out of the tree"}
	case !info.Mode().IsRegular():
		return nil, errNotAFile
	}
	resolved, err := filepath.EvalSymlinks(o.tree.abs(file))
	if err != nil {
		return nil, err
	}
	target, err := relative(o.tree.Root, resolved)
	if err != nil {
		return nil, err
	}
	known, err := o.known(target)
	switch {
	case err != nil:
		return nil, err
	case sensitive(target) && !o.includeSensitive:
		return nil, &linkError{"a symbolic link to a file that may hold secrets"}
	case !known:
		return nil, &linkError{"a symbolic link to a file that git ignores"}
	case o.tree.Covers(target) && own(target):
		return nil, errNotAFile
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
