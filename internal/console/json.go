package console

import (
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
	taken := len(p)
	if len(g.rest) > 0 {
		p = append(g.rest, p...)
	}
	for len(p) > 0 {
		n := harmless(p[:min(len(p), jsonChunk)])
		if n > 0 {
			g.buf, g.hash, p = append(g.buf, p[:n]...), false, p[n:]
		} else {
			if !utf8.FullRune(p) {
				break
			}
			r, size := utf8.DecodeRune(p)
			g.add(r, p[:size])
			p = p[size:]
		}
		if len(g.buf) >= jsonChunk {
			if err := g.flush(); err != nil {
				return 0, err
			}
		}
	}
	g.rest = append(g.rest[:0], p...)
	return taken, g.flush()
}

// harmless returns how many bytes at the start of p are copied as they are, whatever stands before
// them: nearly all of a document.
func harmless(p []byte) int {
	for i, c := range p {
		if c >= 0x7f || c == '#' {
			return i
		}
	}
	return len(p)
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
