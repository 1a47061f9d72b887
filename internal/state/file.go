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
)

// The first line of the file is magic, the version, and the authentication of
// that and all that follows.
const (
	magic   = "scangate state "
	version = "1"
	header  = magic + version + " "
	// maxFile bounds what is read: more than this version ever writes.
	maxFile = 1 << 20
)

// Why a file is ignored.
var (
	errVersion = errors.New("it was written by another version of scangate")
	errForeign = errors.New("it is damaged, was changed, or was written with another API key")
	errKind    = errors.New("it is not a regular file")
	errSize    = errors.New("it is too large to be one")
)

// entry is one submission as it stands in the file.
type entry struct {
	// Work is the bound work, in hexadecimal.
	Work string `json:"work"`
	// ID is empty for a submission that was refused for its size.
	ID string `json:"id"`
	// At is the second in which the service took it.
	At int64 `json:"at"`
}

func (e entry) age(now time.Time) time.Duration { return now.Sub(time.Unix(e.At, 0)) }

// usable is false for what is too old, and for what is said to have happened in
// the future: a clock that jumped must not make an entry last longer.
func (e entry) usable(now time.Time) bool {
	age := e.age(now)
	return age >= -skew && age < lifetime
}

// document is what follows the first line.
type document struct {
	Entries []entry `json:"entries"`
}

// encode writes the entries and authenticates them. Marshalling cannot fail:
// ids are plain ASCII.
func encode(key []byte, list []entry) []byte {
	body, _ := json.Marshal(document{Entries: list})
	body = append(body, '\n')
	return append([]byte(header+seal(key, body)+"\n"), body...)
}

// seal authenticates a body under this version, in hexadecimal.
func seal(key, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(header))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// decode reads what encode wrote with the same key, and nothing else: the
// authentication is compared as text and covers every other byte.
func decode(key, text []byte) ([]entry, error) {
	first, body, _ := bytes.Cut(text, []byte("\n"))
	given, ours := bytes.CutPrefix(first, []byte(header))
	switch {
	case !ours && bytes.HasPrefix(first, []byte(magic)):
		return nil, errVersion
	case !ours || !hmac.Equal(given, []byte(seal(key, body))):
		return nil, errForeign
	}
	var doc document
	if err := json.Unmarshal(body, &doc); err != nil {
		return nil, fmt.Errorf("it can't be decoded: %w", err)
	}
	for _, e := range doc.Entries {
		if len(e.Work) != hex.EncodedLen(sha256.Size) || !validID(e.ID) {
			return nil, errForeign
		}
	}
	return doc.Entries, nil
}

// validID accepts what fits into a line and a URL: visible ASCII.
func validID(id string) bool {
	for _, c := range []byte(id) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(id) <= maxID
}

// deriveKey makes a key for this purpose alone out of the API key.
func deriveKey(apiKey string) []byte {
	mac := hmac.New(sha256.New, []byte(apiKey))
	mac.Write([]byte("scangate state v1"))
	return mac.Sum(nil)
}

// frame joins texts so that no two lists become the same bytes.
func frame(parts ...string) []byte {
	framed := binary.BigEndian.AppendUint64(nil, uint64(len(parts)))
	for _, p := range parts {
		framed = binary.BigEndian.AppendUint64(framed, uint64(len(p)))
		framed = append(framed, p...)
	}
	return framed
}

// read returns the file's content. A pipe, which would block, is not opened.
func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errKind
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if len(text) > maxFile {
		return nil, errSize
	}
	return text, err
}

// replace writes a temporary file beside path and renames it, so that the file
// is whole, old or absent whenever the process or the machine dies. A link at
// path is replaced, never followed.
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

// fill writes the text to the disk and closes f. The first error is the one
// that says why.
func fill(f *os.File, text []byte) error {
	_, err := f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	return cmp.Or(err, f.Close())
}
