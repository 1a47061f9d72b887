package scan

import (
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// errChanged: the content may be another one than was looked at for secrets, and planned.
var errChanged = errors.New("it changed since it was planned")

// open opens a planned file. Its errors are [*unreadableError]s, also for another content than the
// planned one: that is compared only if the file was changed since, by its time.
func (r *run) open(path string) (io.ReadCloser, error) {
	f, err := r.opts.Files.Open(path)
	if err != nil {
		return nil, &unreadableError{path, err}
	}
	changed := changedAt(f)
	if known := r.contents[path]; !known.SHA256.IsZero() && !known.Modified.IsZero() && !changed.IsZero() && !changed.Equal(known.Modified) {
		if err := errors.Join(sameContent(f, known), f.Close()); err != nil {
			return nil, &unreadableError{path, err}
		}
		if f, err = r.opts.Files.Open(path); err != nil {
			return nil, &unreadableError{path, err}
		}
	}
	return &plannedFile{f, path, changed}, nil
}

// sameContent fails if a file has another content than a known one.
func sameContent(f fs.File, known result.Content) error {
	h := sha256.New()
	_, err := io.Copy(h, f)
	if err == nil && result.Sum(h.Sum(nil)) != known.SHA256 {
		err = errChanged
	}
	return err
}

// changedAt is when an open file was last changed, zero if that is unknown.
func changedAt(f fs.File) time.Time {
	info, err := f.Stat()
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// plannedFile is a file that fails at its end if it was changed while it was read.
type plannedFile struct {
	fs.File
	path    string
	changed time.Time
}

// Read implements io.Reader.
func (f *plannedFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	switch {
	case errors.Is(err, io.EOF) && !changedAt(f.File).Equal(f.changed):
		err = &unreadableError{f.path, errChanged}
	case err != nil && !errors.Is(err, io.EOF):
		err = &unreadableError{f.path, err}
	}
	return n, err
}
