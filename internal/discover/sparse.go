package discover

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"time"

	"github.com/scangate/scangate/internal/git"
)

// errNotFetched: a sparse checkout leaves a file out, and the clone lacks its content.
var errNotFetched = errors.New("a sparse checkout leaves it out, and this clone lacks its content")

// sparseEntry is a path that a sparse checkout leaves out, and where its content is.
type sparseEntry struct {
	git.Entry
	objects *git.Objects
}

// treeFS is the work tree with the files that a sparse checkout leaves out of it.
type treeFS struct{ tree *Tree }

// Open implements fs.FS, and takes names that are not UTF-8, too.
func (t treeFS) Open(name string) (fs.File, error) {
	f, err := t.tree.folders.file(t.tree.root, name)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	entry, sparse := t.tree.sparse[name]
	if !sparse {
		return nil, err
	}
	if entry.Kind == git.Link {
		if name, err = t.tree.sparseTarget(entry); err != nil {
			return nil, &fs.PathError{Op: "open", Path: entry.Path, Err: err}
		}
		if entry, sparse = t.tree.sparse[name]; !sparse {
			return t.tree.root.Open(filepath.FromSlash(name))
		}
	}
	content, err := t.tree.readSparse(entry)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return memoryFile{bytes.NewReader(content), memoryInfo{path.Base(name), int64(len(content))}}, nil
}

// readSparse reads a file that a sparse checkout leaves out.
func (t *Tree) readSparse(e sparseEntry) ([]byte, error) {
	content, ok, err := e.objects.Read(e.ID)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, errNotFetched
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sizes[e.Path] = int64(len(content))
	return content, nil
}

// sparseSize returns the size of a file that a sparse checkout leaves out.
func (t *Tree) sparseSize(e sparseEntry) (int64, error) {
	t.mu.Lock()
	size, known := t.sizes[e.Path]
	t.mu.Unlock()
	if known {
		return size, nil
	}
	content, err := t.readSparse(e)
	return int64(len(content)), err
}

// sparseTarget returns the path of the tree to which a link leads that a sparse checkout
// leaves out. Links to links are not followed.
func (t *Tree) sparseTarget(e sparseEntry) (string, error) {
	text, err := t.readSparse(e)
	if err != nil {
		return "", err
	}
	target := path.Join(path.Dir(e.Path), string(text))
	if path.IsAbs(string(text)) || !fs.ValidPath(target) || t.sparse[target].Kind == git.Link || t.isLink(target) {
		return "", &linkError{"a symbolic link that leads out of the tree or to another link"}
	}
	return target, nil
}

// Sent returns the files that are sent: those of the tree, and in the place of others, or
// besides them, what is rendered of [result.Plan].
func (t *Tree) Sent(rendered map[string][]byte) fs.FS {
	if len(rendered) == 0 {
		return t.FS
	}
	return sentFS{t.FS, rendered}
}

type sentFS struct {
	fs.FS
	rendered map[string][]byte
}

// Open implements fs.FS.
func (s sentFS) Open(name string) (fs.File, error) {
	content, ok := s.rendered[name]
	if !ok {
		return s.FS.Open(name)
	}
	return memoryFile{bytes.NewReader(content), memoryInfo{path.Base(name), int64(len(content))}}, nil
}

// memoryFile is a file whose content is in memory.
type memoryFile struct {
	*bytes.Reader
	info memoryInfo
}

func (f memoryFile) Stat() (fs.FileInfo, error) { return f.info, nil }

func (f memoryFile) Close() error { return nil }

type memoryInfo struct {
	name string
	size int64
}

func (i memoryInfo) Name() string       { return i.name }
func (i memoryInfo) Size() int64        { return i.size }
func (i memoryInfo) Mode() fs.FileMode  { return 0o444 }
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
func (i memoryInfo) IsDir() bool        { return false }
func (i memoryInfo) Sys() any           { return nil }
