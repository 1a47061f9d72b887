// Package seal authenticates files with keys derived from the API key. Who has no API key can
// neither forge a file nor change a byte of it unseen.
package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"slices"
)

// Key authenticates the files of one purpose. The zero Key stands for a missing API key.
type Key struct{ key string }

// NewKey derives the key for a purpose from an API key: the HMAC-SHA-256 of the purpose. Files of
// different purposes can't stand in for each other.
func NewKey(apiKey, purpose string) Key {
	mac := Key{apiKey}.MAC()
	mac.Write([]byte("scangate " + purpose))
	return Key{string(mac.Sum(nil))}
}

// Present reports whether k was derived from an API key.
func (k Key) Present() bool { return k.key != "" }

// MAC returns a new HMAC-SHA-256 with the key.
func (k Key) MAC() hash.Hash { return hmac.New(sha256.New, []byte(k.key)) }

// A sealed document is an indented JSON object whose last member is the seal: the MAC of what the
// document is without that member, in hexadecimal. So the seal covers every byte of the file.
const (
	end    = "\n}\n"
	member = ",\n  \"seal\": \""
	after  = "\"" + end
	// closing is the length of all that is not copied from the unsealed document.
	closing = len(member) + 2*sha256.Size + len(after)
)

// Writer seals the document that is written to it.
type Writer struct {
	out  io.Writer
	mac  hash.Hash
	held tail
}

// NewWriter returns a writer that seals a document with k and writes it to out.
func NewWriter(out io.Writer, k Key) *Writer {
	return &Writer{out: out, mac: k.MAC(), held: tail{size: len(end)}}
}

// Write implements io.Writer.
func (w *Writer) Write(p []byte) (int, error) {
	held, passed := w.held.add(p)
	for _, part := range [...][]byte{held, passed} {
		w.mac.Write(part)
		if _, err := w.out.Write(part); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Close adds the seal. It does not close the underlying writer.
func (w *Writer) Close() error {
	if string(w.held.bytes) != end {
		return errors.New("can't seal a document that does not end in a closing brace on a line of its own")
	}
	w.mac.Write(w.held.bytes)
	_, err := io.WriteString(w.out, member+hex.EncodeToString(w.mac.Sum(nil))+after)
	return err
}

// Checker checks the seal of the document that is written to it.
type Checker struct {
	mac  hash.Hash
	held tail
}

// NewChecker returns a checker of seals that were made with k.
func NewChecker(k Key) *Checker {
	return &Checker{mac: k.MAC(), held: tail{size: closing}}
}

// Write implements io.Writer. It never fails.
func (c *Checker) Write(p []byte) (int, error) {
	held, passed := c.held.add(p)
	c.mac.Write(held)
	c.mac.Write(passed)
	return len(p), nil
}

// Valid reports whether the document ended in the seal of all that came before. Call it once, after
// the last Write.
func (c *Checker) Valid() bool {
	c.mac.Write([]byte(end))
	want := member + hex.EncodeToString(c.mac.Sum(nil)) + after
	return hmac.Equal(c.held.bytes, []byte(want))
}

// tail holds back the last bytes of a stream.
type tail struct {
	size  int
	bytes []byte
}

// add takes the next bytes of the stream, and returns those that are not among the last ones any
// more: of the bytes that were held back, and of p.
func (t *tail) add(p []byte) (held, passed []byte) {
	n := max(0, len(t.bytes)+len(p)-t.size)
	k := min(n, len(t.bytes))
	held, passed = t.bytes[:k], p[:n-k]
	t.bytes = slices.Concat(t.bytes[k:], p[n-k:])
	return held, passed
}
