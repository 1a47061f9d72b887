package run

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/text"
)

// stagedFile is a whole report under a temporary name.
type stagedFile struct {
	config.Output
	temp string
	// direct writes to what is not a regular file, such as /dev/stdout or a pipe:
	// it can't be replaced, and must not be.
	direct func(io.Writer) error
}

// stage writes a file beside the output's path and syncs it, so that after commit the
// report is whole, old or absent, whenever the process or the machine dies.
func stage(o config.Output, write func(io.Writer) error) (*stagedFile, error) {
	if isDevice(o.Path) {
		return &stagedFile{Output: o, direct: write}, nil
	}
	dir := filepath.Dir(o.Path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, tempPattern(o.Path))
	if err != nil {
		return nil, err
	}
	s := &stagedFile{Output: o, temp: f.Name()}
	err = errors.Join(write(f), f.Chmod(0o644), f.Sync(), f.Close())
	if err != nil {
		s.discard()
		return nil, err
	}
	return s, nil
}

func (s *stagedFile) commit() error {
	if s.direct == nil {
		return os.Rename(s.temp, s.Path)
	}
	f, err := os.OpenFile(s.Path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(s.direct(f), f.Close())
}

// discard removes the temporary file; after commit there is none.
func (s *stagedFile) discard() {
	if s.direct == nil {
		_ = os.Remove(s.temp)
	}
}

// probe returns why a report can't be written to path, as far as that can be known before there is
// one: a whole scan would be lost. It removes what it made.
func probe(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("this is a folder; fix: name a file in it, as %s", filepath.Join(path, "scangate.out"))
	case isDevice(path) && err != nil:
		return closed(err)
	case isDevice(path):
		return nil
	}
	dir := filepath.Dir(path)
	for missing(dir) {
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, tempPattern(path))
	if err != nil {
		return closed(err)
	}
	_, err = f.Write(make([]byte, probeSize)) // a full disk takes names, and no content
	if err = errors.Join(err, f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("can't write there: %w; fix: make room, or choose another path", text.WithoutPath(err))
	}
	return nil
}

// closed is the error of a path at which nothing can be written.
func closed(err error) error {
	return fmt.Errorf("can't write there: %w; fix: choose another path", text.WithoutPath(err))
}

// probeSize is what probe writes, in bytes: a small report.
const probeSize = 64 << 10

// openFile opens a file for reading, and no folder.
func openFile(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.Join(syscall.EISDIR, f.Close())
	}
	return f, nil
}

// plainCause is causeOf in the words of the user.
func plainCause(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("no such file")
	case errors.Is(err, syscall.EISDIR):
		return errors.New("this is a folder")
	}
	return text.WithoutPath(err)
}

// missing reports whether there is nothing at a path.
func missing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// isDevice reports whether path is something that is written to and not
// replaced. A link is replaced, because it may come with the checkout; but for
// those of /dev, which are the machine's.
func isDevice(path string) bool {
	abs := realPath(path) // /proc/self/cwd leads anywhere
	for _, dir := range []string{"/dev/", "/proc/"} {
		if strings.HasPrefix(filepath.ToSlash(abs), dir) && !strings.HasPrefix(filepath.ToSlash(abs), "/dev/shm/") {
			return true
		}
	}
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&(fs.ModeDevice|fs.ModeNamedPipe|fs.ModeSocket) != 0
}

// removeFile removes what a report takes the place of: a regular file, or a link itself. A
// folder or a device stays.
func removeFile(path string) error {
	info, err := os.Lstat(path)
	if err != nil || isDevice(path) || !info.Mode().IsRegular() && info.Mode()&fs.ModeSymlink == 0 {
		return nil //nolint:nilerr // there is nothing to remove, or the report can't be written either
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return closed(err)
	}
	return nil
}

// isSameFile reports whether two paths lead to one file that exists.
func isSameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// tempPattern is the name of a report's temporary file, for os.CreateTemp.
func tempPattern(path string) string { return "." + filepath.Base(path) + ".*.tmp" }
