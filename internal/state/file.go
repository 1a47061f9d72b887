package state

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/scangate/scangate/internal/seal"
)

// The first line of the file is magic, the version, and a MAC of these and of
// everything that follows.
const (
	magic   = "scangate state "
	version = "1"
	header  = magic + version + " "
	// maxFile bounds what is read, in bytes. This version writes less.
	maxFile = 1 << 20
)

// Why a file is ignored.
var (
	errVersion    = errors.New("it was written by another version of scangate")
	errUntrusted  = errors.New("it is damaged, was changed, or was written with another API key")
	errNotRegular = errors.New("it is not a regular file")
	errTooLarge   = errors.New("it is too large for a resume state")
)

// entry is one submission as the file stores it.
type entry struct {
	// Key is the scoped key, in hexadecimal.
	Key string `json:"key"`
	// ID is empty for a submission that was refused for its size.
	ID string `json:"id"`
	// At is when the service accepted or refused it, in Unix seconds.
	At int64 `json:"at"`
	// Ended is when a run had read all of its answer, 0 if none has.
	Ended int64 `json:"ended,omitempty"`
}

func (e entry) age(now time.Time) time.Duration { return now.Sub(time.Unix(e.At, 0)) }

// usable rejects entries that are too old or lie in the future: a clock that was
// set back must not make an entry last longer.
func (e entry) usable(now time.Time) bool {
	age := e.age(now)
	return age >= -maxSkew && age < lifetime
}

// document is what follows the first line.
type document struct {
	Entries []entry `json:"entries"`
}

// encode writes and authenticates the entries. Marshalling can't fail: ids are
// plain ASCII.
func encode(key seal.Key, list []entry) []byte {
	body, _ := json.Marshal(document{Entries: list})
	body = append(body, '\n')
	return append([]byte(header+macOf(key, body)+"\n"), body...)
}

// macOf returns the MAC of the version and a body, in hexadecimal.
func macOf(key seal.Key, body []byte) string {
	mac := key.MAC()
	mac.Write([]byte(header))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// decode reads what encode wrote with the same key, and nothing else: the MAC is
// compared as text, so that it covers every byte of the file.
func decode(key seal.Key, text []byte) ([]entry, error) {
	first, body, _ := bytes.Cut(text, []byte("\n"))
	mac, known := bytes.CutPrefix(first, []byte(header))
	switch {
	case !known && bytes.HasPrefix(first, []byte(magic)):
		return nil, errVersion
	case !known || !hmac.Equal(mac, []byte(macOf(key, body))):
		return nil, errUntrusted
	}
	var doc document
	if err := json.Unmarshal(body, &doc); err != nil {
		return nil, fmt.Errorf("it can't be decoded: %w", err)
	}
	for _, e := range doc.Entries {
		if len(e.Key) != hex.EncodedLen(sha256.Size) || !validID(e.ID) {
			return nil, errUntrusted
		}
	}
	return doc.Entries, nil
}

// validID accepts visible ASCII, which is safe in a line and in a URL.
func validID(id string) bool {
	for _, c := range []byte(id) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(id) <= maxID
}

// frame joins texts so that different lists give different bytes.
func frame(parts ...string) []byte {
	framed := binary.BigEndian.AppendUint64(nil, uint64(len(parts)))
	for _, p := range parts {
		framed = binary.BigEndian.AppendUint64(framed, uint64(len(p)))
		framed = append(framed, p...)
	}
	return framed
}

// read returns the content of the file. It does not open a pipe, which would
// block.
func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errNotRegular
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if len(text) > maxFile {
		return nil, errTooLarge
	}
	return text, err
}

// replace writes a temporary file next to path and renames it. A crash leaves the
// new file, the old one or none, but never a part. A symlink at path is replaced,
// not followed.
func replace(path string, text []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*.tmp") // 0600
	if err != nil {
		return err
	}
	if err := fill(f, text); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// fill writes the text to disk and closes f. It returns the first error, which is
// the cause of the others.
func fill(f *os.File, text []byte) error {
	_, err := f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	return cmp.Or(err, f.Close())
}
