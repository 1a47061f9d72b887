package scan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/state"
)

// upload is a batch that is ready to be sent.
type upload struct {
	batch
	content []optix.File
	resume  resumePoint
}

// newUpload opens no file: contents are read when they are sent, and hashed
// meanwhile if there is a resume state.
func (r *run) newUpload(kind result.Kind, b batch) upload {
	files := b.files()
	content := make([]optix.File, len(files))
	digests := make([]*digest, len(files))
	for i, f := range files {
		digests[i] = r.newDigest(f)
		content[i] = optix.File{Path: f.path, Size: f.size, Open: digests[i].open}
		if r.opts.Resume != nil {
			content[i].Open = digests[i].Open
		}
		if f.id != "" {
			content[i].Open = r.progress.counted(kind, f.path, content[i].Open)
		}
	}
	return upload{b, content, resumePoint{
		store:   r.opts.Resume,
		planned: func() (state.Key, bool) { return r.keyOnDisk(kind, files) },
		sent:    func() (state.Key, bool) { return r.keyOf(kind, files, digests) },
	}}
}

// batchScan takes one batch from its submission to its collected answer.
type batchScan func(ctx context.Context, u upload) error

// scanBatches scans batches concurrently; scan may bound further how many of them are under
// way. The error is a panic: every other error is the fault of a row.
func (r *run) scanBatches(ctx context.Context, kind result.Kind, batches []batch, scan batchScan) error {
	var all safe.Group
	all.SetLimit(templateSlots) // what waits for a slot need not be in memory
	r.progress.addBatches(kind, len(batches))
	for _, b := range batches {
		all.Go(func() error {
			defer r.progress.endBatch(kind)
			return r.scanBatch(ctx, kind, b, scan)
		})
	}
	return all.Wait()
}

// scanBatch retries with less what can't be scanned as a whole: without a file
// that is unreadable, or in halves if the service refuses the size. Any other
// error fails the rows of the batch. It returns the error of [run.scanBatches].
func (r *run) scanBatch(ctx context.Context, kind result.Kind, b batch, scan batchScan) error {
	b = r.dropUnreadable(b)
	if len(b.targets) == 0 {
		return nil
	}
	u := r.newUpload(kind, b)
	err := scan(ctx, u)
	if err == nil {
		return nil
	}
	if unreadable := unreadableIn(err); unreadable != nil {
		return r.scanBatch(ctx, kind, r.drop(b, unreadable), scan)
	}
	if halves := b.halves(); errors.Is(err, optix.ErrTooLarge) && len(halves) > 0 {
		u.resume.putRefused(err)
		return r.scanBatches(ctx, kind, halves, scan)
	}
	r.fail(ctx, b.ids(), err)
	return nil
}

// unreadableError says that a file can't be read, or is not the planned one.
type unreadableError struct {
	path string
	err  error
}

func (e *unreadableError) Error() string { return fmt.Sprintf("can't read %s: %v", e.path, e.err) }

func (e *unreadableError) Unwrap() error { return e.err }

// unreadableIn returns the unreadable file that caused err, or nil.
func unreadableIn(err error) *unreadableError {
	if e, ok := errors.AsType[*unreadableError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*optix.FileChangedError](err); ok {
		return &unreadableError{e.Path, errChanged}
	}
	return nil
}

// dropUnreadable drops every file that is not as planned.
func (r *run) dropUnreadable(b batch) batch {
	for _, f := range b.files() {
		if err := r.check(f); err != nil {
			b = r.drop(b, &unreadableError{f.path, err})
		}
	}
	return b
}

// check requires a regular file of the planned size. Another size means another
// content than the plan was made for.
func (r *run) check(f file) error {
	info, err := fs.Stat(r.opts.Files, f.path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("it is not a regular file")
	case info.Size() != f.size:
		return fmt.Errorf("it changed since it was planned: %d bytes then, %d bytes now", f.size, info.Size())
	}
	return nil
}

// drop returns the batch without an unreadable file. The row of a target fails;
// for a helper there is a notice.
func (r *run) drop(b batch, e *unreadableError) batch {
	for _, t := range b.targets {
		if t.path == e.path {
			r.ledger.fail(t.id, unreadable(r.opts.Names, e))
		}
	}
	for _, h := range b.helpers {
		if h.path == e.path {
			r.notices.add(h.path, "templates were scanned without this file: %v", e)
		}
	}
	return b.without(e.path)
}
