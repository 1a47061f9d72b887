package discover

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
)

// maxFolders is how many folders are kept open.
const maxFolders = 256

// folders keeps the folders open that files lie in: else every folder of a path is looked up for
// each of its files. The zero value is empty. It is safe for concurrent use.
type folders struct {
	mu   sync.RWMutex
	open map[string]folder // by path, "." is the top
}

// file opens a file below top, which decides about links.
func (f *folders) file(top *os.Root, name string) (fs.File, error) {
	var file fs.File
	err := f.in(top, name, func(d folder, base string) (err error) {
		file, err = d.open(base)
		return err
	})
	if err == nil {
		return file, nil
	}
	return top.Open(filepath.FromSlash(name))
}

// lstat returns what stands at a path below top. It fails with fs.ErrNotExist if that is nothing.
func (f *folders) lstat(top *os.Root, name string) (n node, err error) {
	failed := f.in(top, name, func(d folder, base string) error {
		n, err = d.lstat(base)
		return nil
	})
	if failed == nil {
		return n, err
	}
	info, err := os.Lstat(filepath.Join(top.Name(), filepath.FromSlash(name)))
	if err != nil {
		return node{}, err
	}
	return nodeOf(info), nil
}

// isReal reports whether there is a folder at a path below top, and neither it nor one that it lies
// in is a link.
func (f *folders) isReal(top *os.Root, dir string) bool {
	return f.knows(dir) || f.enter(top, dir) == nil
}

// in calls a function with the folder of a path. It fails where the path leads out of top, or
// through a link.
func (f *folders) in(top *os.Root, name string, do func(d folder, base string) error) error {
	if !filepath.IsLocal(name) {
		return fs.ErrInvalid
	}
	dir, base := path.Split(name)
	dir = path.Clean(dir)
	if !f.isReal(top, dir) {
		return fs.ErrNotExist
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	d, known := f.open[dir]
	if !known {
		return fs.ErrClosed // many others were opened since
	}
	return do(d, base)
}

func (f *folders) knows(dir string) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	_, known := f.open[dir]
	return known
}

// enter opens a folder with those that it lies in.
func (f *folders) enter(top *os.Root, dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.open) >= maxFolders || f.open == nil {
		f.closeAll()
	}
	_, err := f.folder(top, dir)
	return err
}

// folder must be called with the lock.
func (f *folders) folder(top *os.Root, dir string) (folder, error) {
	if known, ok := f.open[dir]; ok {
		return known, nil
	}
	d, err := f.openFolder(top, dir)
	if err == nil {
		f.open[dir] = d
	}
	return d, err
}

// openFolder must be called with the lock.
func (f *folders) openFolder(top *os.Root, dir string) (folder, error) {
	if dir == "." {
		return openTop(top)
	}
	parent, err := f.folder(top, path.Dir(dir))
	if err != nil {
		return folder{}, err
	}
	return parent.enter(path.Base(dir))
}

// closeAll must be called with the lock.
func (f *folders) closeAll() {
	for _, d := range f.open {
		d.close()
	}
	f.open = map[string]folder{}
}

// close closes the folders.
func (f *folders) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closeAll()
}
