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

// sum returns the hash of what was read since the file was last opened.
func (d *digest) sum() (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.hash == nil {
		return "", errors.New("the file was not read")
	}
	return string(d.hash.Sum(nil)), nil
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

// keyOf returns the key of files whose digests are known.
func (r *run) keyOf(kind result.Kind, files []file, digests []*digest) (state.Key, error) {
	parts := r.committer(kind)
	for i, f := range files {
		sum, err := digests[i].sum()
		if err != nil {
			return state.Key{}, err
		}
		parts = append(parts, f.path, sum)
	}
	return state.KeyOf(string(kind), parts...), nil
}

// committer returns the name and address of the committer, if the service gets them: the answers to
// templates do not depend on who commits, and are not stored.
func (r *run) committer(kind result.Kind) []string {
	if kind == result.KindIaC && !r.opts.SaveResults {
		return nil
	}
	return []string{r.opts.Repo.CommitterName, r.opts.Repo.CommitterEmail}
}

// keyOnDisk reads all files and returns their key.
func (r *run) keyOnDisk(kind result.Kind, files []file) (state.Key, error) {
	digests := make([]*digest, len(files))
	for i, f := range files {
		digests[i] = r.newDigest(f)
		rc, err := digests[i].Open()
		if err != nil {
			return state.Key{}, err
		}
		_, err = io.Copy(io.Discard, rc)
		if err = errors.Join(err, rc.Close()); err != nil {
			return state.Key{}, err
		}
	}
	return r.keyOf(kind, files, digests)
}

func (r *run) newDigest(f file) *digest {
	return &digest{open: func() (io.ReadCloser, error) { return r.open(f.path) }}
}
