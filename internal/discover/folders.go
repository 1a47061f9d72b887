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

// folders keeps the folders open that files are opened in: else every folder of a path is
// opened for each of its files. The zero value is empty. It is safe for concurrent use.
type folders struct {
	mu   sync.RWMutex
	open map[string]*os.Root // by path
}

// file opens a file below top, which decides about links.
func (f *folders) file(top *os.Root, name string) (*os.File, error) {
	if file, err := f.inFolder(top, name); err == nil {
		return file, nil
	}
	return top.Open(filepath.FromSlash(name))
}

// inFolder opens a file in its own folder. It fails where a link leads to another one.
func (f *folders) inFolder(top *os.Root, name string) (*os.File, error) {
	dir := path.Dir(name)
	if dir == "." {
		return top.Open(filepath.FromSlash(name))
	}
	if !f.knows(dir) {
		if err := f.enter(top, dir); err != nil {
			return nil, err
		}
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	folder := f.open[dir]
	if folder == nil {
		return nil, fs.ErrClosed // many others were opened since
	}
	return folder.Open(path.Base(name))
}

func (f *folders) knows(dir string) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.open[dir] != nil
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
func (f *folders) folder(top *os.Root, dir string) (*os.Root, error) {
	if dir == "." {
		return top, nil
	}
	if known := f.open[dir]; known != nil {
		return known, nil
	}
	parent, err := f.folder(top, path.Dir(dir))
	if err != nil {
		return nil, err
	}
	folder, err := parent.OpenRoot(path.Base(dir))
	if err == nil {
		f.open[dir] = folder
	}
	return folder, err
}

// closeAll must be called with the lock.
func (f *folders) closeAll() {
	for _, folder := range f.open {
		_ = folder.Close() // it was only read
	}
	f.open = map[string]*os.Root{}
}

// close closes the folders.
func (f *folders) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closeAll()
}
