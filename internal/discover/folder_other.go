//go:build !unix

package discover

import (
	"io/fs"
	"os"
)

// folder is an open folder of the disk.
type folder struct{ root *os.Root }

// openTop opens the folder of a root.
func openTop(top *os.Root) (folder, error) {
	root, err := os.OpenRoot(top.Name())
	return folder{root}, err
}

// enter opens a folder in the folder. It fails for a link.
func (f folder) enter(name string) (folder, error) {
	info, err := f.root.Lstat(name)
	if err != nil {
		return folder{}, err
	}
	if !info.IsDir() {
		return folder{}, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	root, err := f.root.OpenRoot(name)
	return folder{root}, err
}

// open opens a file.
func (f folder) open(name string) (fs.File, error) { return f.root.Open(name) }

// lstat returns what has a name.
func (f folder) lstat(name string) (node, error) {
	info, err := f.root.Lstat(name)
	if err != nil {
		return node{}, err
	}
	return nodeOf(info), nil
}

func (f folder) close() { _ = f.root.Close() } // it was only read
