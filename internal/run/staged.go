package run

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// stagedFile is a whole report under a temporary name.
type stagedFile struct {
	temp, path string
	// direct writes to what is not a regular file, such as /dev/stdout or a pipe:
	// it can't be replaced, and must not be.
	direct func(io.Writer) error
}

// stage writes a file beside path and syncs it, so that after commit the
// report is whole, old or absent, whenever the process or the machine dies.
func stage(path string, write func(io.Writer) error) (*stagedFile, error) {
	if isDevice(path) {
		return &stagedFile{path: path, direct: write}, nil
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, tempPattern(path))
	if err != nil {
		return nil, err
	}
	s := &stagedFile{temp: f.Name(), path: path}
	err = errors.Join(write(f), f.Chmod(0o644), f.Sync(), f.Close())
	if err != nil {
		s.discard()
		return nil, err
	}
	return s, nil
}

func (s *stagedFile) commit() error {
	if s.direct == nil {
		return os.Rename(s.temp, s.path)
	}
	f, err := os.OpenFile(s.path, os.O_WRONLY, 0)
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

// isDevice reports whether path is something that is written to and not
// replaced. A link is replaced, because it may come with the checkout; but for
// those of /dev, which are the machine's.
func isDevice(path string) bool {
	abs, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	for _, dir := range []string{"/dev/", "/proc/"} {
		if strings.HasPrefix(filepath.ToSlash(abs), dir) && !strings.HasPrefix(filepath.ToSlash(abs), "/dev/shm/") {
			return true
		}
	}
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&(fs.ModeDevice|fs.ModeNamedPipe|fs.ModeSocket) != 0
}

// removeOld removes the report of an earlier run, if there is one.
func removeOld(path string) error {
	if isDevice(path) {
		return nil
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// tempPattern is the name of a report's temporary file, for os.CreateTemp.
func tempPattern(path string) string { return "." + filepath.Base(path) + ".*.tmp" }
