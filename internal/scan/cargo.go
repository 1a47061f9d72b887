package scan

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"sync"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/state"
)

// cargo is the files of a batch as they are uploaded, and the batch's place in
// the resume state.
type cargo struct {
	files []optix.File
	mark  bookmark
}

// load makes the cargo of a batch. With a state its contents are hashed: while
// they are uploaded, and before that only where there is something to attach
// to. Nothing is held in memory.
func (r *run) load(kind result.Kind, b batch) cargo {
	c := cargo{files: make([]optix.File, 0, len(b.targets)+len(b.helpers))}
	sums := make([]*sum, 0, cap(c.files))
	for _, f := range b.files() {
		s := &sum{}
		open := func() (io.ReadCloser, error) { return r.open(f.path) }
		if r.opts.Resume != nil {
			open = func() (io.ReadCloser, error) { return s.open(r, f.path) }
		}
		c.files = append(c.files, optix.File{Path: f.path, Size: f.size, Open: open})
		sums = append(sums, s)
	}
	c.mark = bookmark{
		book:    r.opts.Resume,
		planned: func() (state.Work, error) { return r.hash(kind, c.files) },
		sent:    func() (state.Work, error) { return workOf(kind, c.files, sums) },
	}
	return c
}

// hash reads all files, and returns what the submission is known by.
func (r *run) hash(kind result.Kind, files []optix.File) (state.Work, error) {
	sums := make([]*sum, len(files))
	for i, f := range files {
		sums[i] = &sum{}
		rc, err := sums[i].open(r, f.Path)
		if err != nil {
			return state.Work{}, err
		}
		_, err = io.Copy(io.Discard, rc)
		if err = errors.Join(err, rc.Close()); err != nil {
			return state.Work{}, err
		}
	}
	return workOf(kind, files, sums)
}

// workOf is what a submission of files is known by: each path, and the hash of
// what was last read of it.
func workOf(kind result.Kind, files []optix.File, sums []*sum) (state.Work, error) {
	parts := make([]string, 0, 2*len(files))
	for i, f := range files {
		digest, err := sums[i].digest()
		if err != nil {
			return state.Work{}, err
		}
		parts = append(parts, f.Path, digest)
	}
	return state.WorkOf(string(kind), parts...), nil
}

// sum is the hash of what was read of a file since it was opened last: an
// upload that begins anew reads it anew.
type sum struct {
	mu   sync.Mutex // an upload may still be read while its answer is there
	hash hash.Hash
}

func (s *sum) open(r *run, path string) (io.ReadCloser, error) {
	rc, err := r.open(path)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hash = sha256.New()
	return &hashed{ReadCloser: rc, sum: s, hash: s.hash}, nil
}

func (s *sum) digest() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hash == nil {
		return "", errors.New("not read")
	}
	return string(s.hash.Sum(nil)), nil
}

// hashed is a file that is hashed while it is read.
type hashed struct {
	io.ReadCloser
	sum  *sum
	hash hash.Hash
}

// Read implements io.Reader.
func (h *hashed) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	h.sum.mu.Lock()
	defer h.sum.mu.Unlock()
	h.hash.Write(p[:n])
	return n, err
}
