//go:build unix

package discover

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// folder is an open folder of the disk, in which no link is followed. Package os can do the same
// with twice as many system calls for each file: it has the kernel report when one can be read.
type folder struct{ fd int }

// openTop opens the folder of a root.
func openTop(top *os.Root) (folder, error) { return openFolder(unix.AT_FDCWD, top.Name()) }

func openFolder(at int, name string) (folder, error) {
	fd, err := openAt(at, name, unix.O_DIRECTORY)
	return folder{fd}, err
}

func openAt(at int, name string, flags int) (fd int, err error) {
	err = retry(func() error {
		fd, err = unix.Openat(at, name, flags|unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
		return err
	})
	return fd, pathError("open", name, err)
}

// retry repeats a system call that a signal interrupts.
func retry(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

func pathError(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// enter opens a folder in the folder. It fails for anything else.
func (f folder) enter(name string) (folder, error) { return openFolder(f.fd, name) }

// open opens a file. It fails for a link.
func (f folder) open(name string) (fs.File, error) {
	fd, err := openAt(f.fd, name, 0)
	if err != nil {
		return nil, err
	}
	return &diskFile{fd, name}, nil
}

// lstat returns what has a name.
func (f folder) lstat(name string) (node, error) {
	s, err := f.stat(name)
	if err != nil {
		return node{}, err
	}
	return node{kind: kindOf(modeOf(&s)), onDisk: true, size: s.Size, modified: modifiedAt(&s)}, nil
}

// stat is lstat(2).
func (f folder) stat(name string) (s unix.Stat_t, err error) {
	err = retry(func() error { return unix.Fstatat(f.fd, name, &s, unix.AT_SYMLINK_NOFOLLOW) })
	return s, pathError("lstat", name, err)
}

func (f folder) close() { _ = unix.Close(f.fd) } // it was only read

func modifiedAt(s *unix.Stat_t) time.Time { return time.Unix(s.Mtim.Unix()) }

// modeOf returns the type of a file as package fs has it.
func modeOf(s *unix.Stat_t) fs.FileMode {
	switch s.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return 0
	case unix.S_IFDIR:
		return fs.ModeDir
	case unix.S_IFLNK:
		return fs.ModeSymlink
	}
	return fs.ModeIrregular
}

// diskFile is an open file.
type diskFile struct {
	fd   int // -1 once it is closed
	name string
}

// Read implements io.Reader.
func (f *diskFile) Read(p []byte) (n int, err error) {
	if len(p) == 0 {
		return 0, nil
	}
	err = retry(func() error { n, err = unix.Read(f.fd, p); return err })
	switch {
	case err != nil:
		return 0, pathError("read", f.name, err)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// Stat implements fs.File.
func (f *diskFile) Stat() (fs.FileInfo, error) {
	var s unix.Stat_t
	if err := retry(func() error { return unix.Fstat(f.fd, &s) }); err != nil {
		return nil, pathError("stat", f.name, err)
	}
	return fileInfo{f.name, s.Size, modeOf(&s) | fs.FileMode(s.Mode)&fs.ModePerm, modifiedAt(&s)}, nil
}

// Close implements io.Closer.
func (f *diskFile) Close() error {
	if f.fd < 0 {
		return pathError("close", f.name, fs.ErrClosed)
	}
	fd := f.fd
	f.fd = -1
	return pathError("close", f.name, unix.Close(fd))
}
