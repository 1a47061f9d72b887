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
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/scangate/scangate/internal/seal"
)

// The first line of the file is magic and the version. Each further line is a MAC and a record, as
// JSON. The MAC is of the record and of the MAC before it, so that no line can be changed, moved or
// left out, except at the end: that is an older file.
const (
	magic   = "scangate state "
	version = "1"
	header  = magic + version + "\n"
	// maxFile bounds what is read, in bytes. This version writes less.
	maxFile = 64 << 20
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
	ID string `json:"id,omitempty"`
	// At is when the service accepted or refused it, in Unix seconds.
	At int64 `json:"at"`
	// Ended is when a run had read all of its answer, 0 if none has.
	Ended int64 `json:"ended,omitempty"`
}

func (e entry) age(now time.Time) time.Duration { return now.Sub(time.Unix(e.At, 0)) }

func (e entry) sinceEnd(now time.Time) time.Duration { return now.Sub(time.Unix(e.Ended, 0)) }

// usable rejects entries that are too old or lie in the future: a clock that was
// set back must not make an entry last longer.
func (e entry) usable(now time.Time) bool {
	age, limit := e.age(now), lifetime
	switch {
	case e.ID == "":
		limit = Fresh
	case e.Ended != 0:
		if since := e.sinceEnd(now); since < -maxSkew || since >= Fresh {
			return false
		}
	}
	return age >= -maxSkew && age < limit
}

// record is a line of the file: what became of a submission, or how long a kind of submissions
// takes. A later record of the same key takes the place of an earlier one.
type record struct {
	entry
	// Gone: the submission is of no use.
	Gone bool `json:"gone,omitempty"`
	// After and By say how long a submission took, in milliseconds, if By is set: see [Took].
	After int64 `json:"after,omitempty"`
	By    int64 `json:"by,omitempty"`
}

// valid reports whether this version writes such a record.
func (r record) valid() bool {
	return len(r.Key) == hex.EncodedLen(sha256.Size) && validID(r.ID) && (r.By == 0 || tookOf(r).valid())
}

// chain authenticates one line after the other.
type chain struct {
	key seal.Key
	// last is the MAC of the line before, in hexadecimal.
	last string
}

func newChain(key seal.Key) chain { return chain{key: key, last: header} }

// macOf returns the MAC of the next line, and goes on to it.
func (c *chain) macOf(body []byte) string {
	mac := c.key.MAC()
	mac.Write([]byte(c.last))
	mac.Write(body)
	c.last = hex.EncodeToString(mac.Sum(nil))
	return c.last
}

// line encodes the next record. Marshalling can't fail: ids are plain ASCII.
func (c *chain) line(r record) []byte {
	body, _ := json.Marshal(r)
	return slices.Concat([]byte(c.macOf(body)), []byte(" "), body, []byte("\n"))
}

// decode reads what was written with the same key, and nothing else: MACs are compared as text, so
// that they cover every byte of the file.
func decode(key seal.Key, text []byte) ([]record, error) {
	lines, known := bytes.CutPrefix(text, []byte(header))
	switch {
	case !known && bytes.HasPrefix(text, []byte(magic)) && !bytes.HasPrefix(text, []byte(magic+version)):
		return nil, errVersion
	case !known:
		return nil, errUntrusted
	}
	var records []record
	c := newChain(key)
	for len(lines) > 0 {
		line, rest, whole := bytes.Cut(lines, []byte("\n"))
		mac, body, _ := bytes.Cut(line, []byte(" "))
		var r record
		if !whole || !hmac.Equal(mac, []byte(c.macOf(body))) || json.Unmarshal(body, &r) != nil || !r.valid() {
			return nil, errUntrusted
		}
		records, lines = append(records, r), rest
	}
	return records, nil
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

// IsOwn reports whether there is a file at path that a [Store] wrote, whole or not.
func IsOwn(path string) bool { return isFile(path) && begins(path) }

// isOthers reports whether there is a file at path that no [Store] wrote.
func isOthers(path string) bool { return isFile(path) && !begins(path) }

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// begins reports whether a file begins as a [Store] writes it.
func begins(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	begin := make([]byte, len(magic))
	_, err = io.ReadFull(f, begin)
	return err == nil && string(begin) == magic
}

// tail is the end of the file as this run has written it.
type tail struct {
	path string
	file os.FileInfo
	size int64
	// lines is the number of records.
	lines int
}

// appendLine appends a line to the file, unless anybody else has written to it or replaced it. It
// reports whether all of the line is there.
func (t *tail) appendLine(line []byte) bool {
	info, err := os.Lstat(t.path)
	if err != nil || t.file == nil || !os.SameFile(info, t.file) || info.Size() != t.size {
		return false
	}
	f, err := os.OpenFile(t.path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return false
	}
	t.size, t.lines = t.size+int64(len(line)), t.lines+1
	return fill(f, line) == nil
}

// rewrite replaces the file by some lines.
func (t *tail) rewrite(text []byte, lines int) error {
	*t = tail{path: t.path}
	if err := replace(t.path, text); err != nil {
		return err
	}
	info, err := os.Lstat(t.path)
	*t = tail{path: t.path, file: info, size: int64(len(text)), lines: lines}
	return err
}

// replace writes a temporary file next to path and renames it. A crash leaves the
// new file, the old one or none, but never a part. A symlink at path is replaced,
// not followed. A device or a folder stays: /dev/null is never meant to be lost.
func replace(path string, text []byte) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return errNotRegular
	}
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
