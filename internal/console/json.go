package console

import (
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonChunk is how many bytes of a document are held at most.
const jsonChunk = 64 << 10

// JSONWriter copies a JSON document and escapes what acts on a terminal or a CI log that it may be
// printed to. That is the second "#" of "##", because the runner takes ##[name] anywhere in a line
// for a command (osv-scanner #2947), and controls and invisible characters that the encoder leaves
// as they are. All of these occur only in strings, so the document decodes to the same values.
type JSONWriter struct {
	dst  io.Writer
	rest []byte // an incomplete character
	hash bool
	buf  []byte
}

// NewJSONWriter returns a JSONWriter over w.
func NewJSONWriter(w io.Writer) *JSONWriter { return &JSONWriter{dst: w} }

// Write implements io.Writer. It writes in pieces: a document can be large.
func (g *JSONWriter) Write(p []byte) (int, error) {
	if len(g.rest) == 0 && len(p) > 0 && harmless(p) == len(p) {
		g.hash = false
		return g.dst.Write(p) // without a copy
	}
	taken := len(p)
	if len(g.rest) > 0 {
		p = append(g.rest, p...)
	}
	for len(p) > 0 {
		n := g.take(p[:min(len(p), jsonChunk)])
		if n == 0 {
			break
		}
		p = p[n:]
		if len(g.buf) >= jsonChunk {
			if err := g.flush(); err != nil {
				return 0, err
			}
		}
	}
	g.rest = append(g.rest[:0], p...)
	return taken, g.flush()
}

// take copies what is harmless at the start of p, or one character. It returns the length of that,
// and 0 for a part of a character.
func (g *JSONWriter) take(p []byte) int {
	if n := harmless(p); n > 0 {
		g.buf, g.hash = append(g.buf, p[:n]...), false
		return n
	}
	if !utf8.FullRune(p) {
		return 0
	}
	r, size := utf8.DecodeRune(p)
	g.add(r, p[:size])
	return size
}

// harmless returns how many bytes at the start of p are copied as they are, whatever stands before
// them: nearly all of a document. It looks at eight bytes at once.
func harmless(p []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
		signs = '#' * ones
	)
	n := 0
	for ; n+8 <= len(p); n += 8 {
		word := binary.LittleEndian.Uint64(p[n:])
		high := word | (word + ones) // has the high bit of bytes from 0x7f on
		sign := word ^ signs         // has zero bytes for signs
		if (high|(sign-ones)&^sign)&highs != 0 {
			break
		}
	}
	for n < len(p) && p[n] < 0x7f && p[n] != '#' {
		n++
	}
	return n
}

func (g *JSONWriter) flush() error {
	_, err := g.dst.Write(g.buf)
	g.buf = g.buf[:0]
	return err
}

func (g *JSONWriter) add(r rune, raw []byte) {
	again := r == '#' && g.hash
	g.hash = r == '#'
	switch {
	case !again && (r < 0x7f || !Hidden(r)):
		g.buf = append(g.buf, raw...)
	case r > 0xffff:
		high, low := utf16.EncodeRune(r)
		g.buf = fmt.Appendf(g.buf, `\u%04x\u%04x`, high, low)
	default:
		g.buf = fmt.Appendf(g.buf, `\u%04x`, r)
	}
}
