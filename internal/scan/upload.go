package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/transport"
)

// unreadableError says that a file of a batch can't be read as it should be.
type unreadableError struct {
	path string
	err  error
}

func (e *unreadableError) Error() string { return fmt.Sprintf("cannot read %s: %v", e.path, e.err) }

func (e *unreadableError) Unwrap() error { return e.err }

// handler takes one batch from its submission to its collected answer.
type handler func(ctx context.Context, b batch, c cargo) error

// unreadableIn finds the file whose fault an error is; nil if it is none's.
func unreadableIn(err error) *unreadableError {
	var unreadable *unreadableError
	var changed *optix.FileChangedError
	switch {
	case errors.As(err, &unreadable):
		return unreadable
	case errors.As(err, &changed):
		return &unreadableError{changed.Path, errors.New("it changed while it was read")}
	}
	return nil
}

// refusedForSize reports whether an upload was refused for its size. A 413 to a
// question, such as the one for a report, is a fault like any other: the upload
// was taken, and must not be sent again.
func refusedForSize(err error) bool {
	var fault *transport.Error
	if !errors.Is(err, optix.ErrTooLarge) {
		return false
	}
	return !errors.As(err, &fault) || fault.Method == http.MethodPost
}

// deliver has handle take b and fixes what can be fixed: a file that can't be
// read is failed and the others go on; a batch that is refused for its size is
// halved. All other errors fail the batch's rows. The error is that of [run.deliverAll].
func (r *run) deliver(ctx context.Context, kind result.Kind, b batch, handle handler) error {
	b = r.readable(b)
	if len(b.targets) == 0 {
		return nil
	}
	c := r.load(kind, b)
	err := handle(ctx, b, c)
	unreadable, halves := unreadableIn(err), b.halves()
	switch {
	case err == nil:
	case unreadable != nil:
		return r.deliver(ctx, kind, r.drop(b, unreadable), handle)
	case refusedForSize(err) && len(halves) > 0:
		c.mark.refuse(err)
		return r.deliverAll(ctx, kind, halves, handle)
	default:
		r.fail(ctx, b.ids(), err)
	}
	return nil
}

// deliverAll delivers batches side by side; the handler's lane says how many of
// them really are under way. The error is a panic: all others end in rows.
func (r *run) deliverAll(ctx context.Context, kind result.Kind, batches []batch, handle handler) error {
	var all safe.Group
	for _, b := range batches {
		all.Go(func() error { return r.deliver(ctx, kind, b, handle) })
	}
	return all.Wait()
}

// readable leaves out what can't be uploaded as it was planned.
func (r *run) readable(b batch) batch {
	for _, f := range b.files() {
		if err := r.check(f); err != nil {
			b = r.drop(b, &unreadableError{f.path, err})
		}
	}
	return b
}

// check wants a regular file of the planned size: another size is another
// content than was decided on.
func (r *run) check(f file) error {
	info, err := fs.Stat(r.opts.Files, f.path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("it is not a regular file")
	case info.Size() != f.size:
		return fmt.Errorf("it changed since it was planned: %d bytes then, %d now", f.size, info.Size())
	}
	return nil
}

// drop fails the row of an unreadable file, or mentions it if it is a helper,
// and returns the batch without it.
func (r *run) drop(b batch, e *unreadableError) batch {
	for _, t := range b.targets {
		if t.path == e.path {
			r.ledger.fail(t.id, unreadable(e))
		}
	}
	for _, h := range b.helpers {
		if h.path == e.path {
			r.notices.add(h.path, "templates were scanned without this file: %v", e)
		}
	}
	return b.without(e.path)
}

func (r *run) open(path string) (io.ReadCloser, error) {
	f, err := r.opts.Files.Open(path)
	if err != nil {
		return nil, &unreadableError{path, err}
	}
	return upload{f, path}, nil
}

// upload is a file whose errors say which file they are of.
type upload struct {
	fs.File
	path string
}

// Read implements io.Reader.
func (u upload) Read(p []byte) (int, error) {
	n, err := u.File.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &unreadableError{u.path, err}
	}
	return n, err
}
