package scan

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"sync"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/state"
)

// digest hashes what is read of a file. Opening the file again, as a repeated upload
// does, restarts the hash.
type digest struct {
	open func() (io.ReadCloser, error)

	mu   sync.Mutex // the upload may still be read when its response arrives
	hash hash.Hash
}

// Open opens the file for reading.
func (d *digest) Open() (io.ReadCloser, error) {
	rc, err := d.open()
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hash = sha256.New()
	return &hashedFile{ReadCloser: rc, digest: d, hash: d.hash}, nil
}

// sum returns the hash of what was read since the file was last opened. ok is false if it was not.
func (d *digest) sum() (hash string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.hash == nil {
		return "", false
	}
	return string(d.hash.Sum(nil)), true
}

type hashedFile struct {
	io.ReadCloser
	digest *digest
	hash   hash.Hash
}

// Read implements io.Reader.
func (f *hashedFile) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	f.digest.mu.Lock()
	defer f.digest.mu.Unlock()
	f.hash.Write(p[:n])
	return n, err
}

// keyOf returns the key of files. ok is false if one of them was not read.
func (r *run) keyOf(kind result.Kind, files []file, digests []*digest) (key state.Key, ok bool) {
	parts := r.committer(kind)
	for i, f := range files {
		sum, ok := digests[i].sum()
		if !ok {
			return state.Key{}, false
		}
		parts = append(parts, f.path, sum)
	}
	return state.KeyOf(string(kind), parts...), true
}

// committer returns the name and address of the committer, if the service gets them: the answers to
// templates do not depend on who commits, and are not stored.
func (r *run) committer(kind result.Kind) []string {
	if kind == result.KindIaC && !r.opts.SaveResults {
		return nil
	}
	return []string{r.opts.Repo.CommitterName, r.opts.Repo.CommitterEmail}
}

// keyOnDisk reads all files and returns their key. ok is false if one of them can't be read.
func (r *run) keyOnDisk(kind result.Kind, files []file) (key state.Key, ok bool) {
	digests := make([]*digest, len(files))
	for i, f := range files {
		digests[i] = r.newDigest(f)
		rc, err := digests[i].Open()
		if err != nil {
			return state.Key{}, false
		}
		_, err = io.Copy(io.Discard, rc)
		if errors.Join(err, rc.Close()) != nil {
			return state.Key{}, false
		}
	}
	return r.keyOf(kind, files, digests)
}

func (r *run) newDigest(f file) *digest {
	return &digest{open: func() (io.ReadCloser, error) { return r.open(f.path) }}
}
