package report

import (
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/seal"
)

// guardChunk is how many bytes of a document are held at most.
const guardChunk = 64 << 10

// writeJSON writes result.json, sealed if there is a key. No other option changes it: the verdict
// that is taken from it must not depend on what was shown.
func writeJSON(w io.Writer, m *Model, o Options) error {
	if !o.Seal.Present() {
		return result.Encode(newJSONGuard(w), m.result)
	}
	unsealed := *m.result
	unsealed.Seal = ""
	sealed := seal.NewWriter(w, o.Seal)
	if err := result.Encode(newJSONGuard(sealed), &unsealed); err != nil {
		return err
	}
	return sealed.Close()
}

// WritePlan writes the plan of a dry run as JSON.
func WritePlan(w io.Writer, d *result.PlanDocument) error {
	return result.EncodePlan(newJSONGuard(w), d)
}

// jsonGuard copies a JSON document and escapes what acts on a terminal or a CI log that it may be
// printed to. That is the second "#" of "##", because the runner takes ##[name] anywhere in a line
// for a command (osv-scanner #2947), and controls and invisible characters that the encoder leaves
// as they are. All of these occur only in strings, so the document decodes to the same values.
type jsonGuard struct {
	dst  io.Writer
	rest []byte // an incomplete character
	hash bool
	buf  []byte
}

func newJSONGuard(w io.Writer) *jsonGuard { return &jsonGuard{dst: w} }

// Write implements io.Writer. It writes in pieces: a document can be large.
func (g *jsonGuard) Write(p []byte) (int, error) {
	taken := len(p)
	if len(g.rest) > 0 {
		p = append(g.rest, p...)
	}
	for len(p) > 0 && utf8.FullRune(p) {
		r, size := utf8.DecodeRune(p)
		g.add(r, p[:size])
		p = p[size:]
		if len(g.buf) >= guardChunk {
			if err := g.flush(); err != nil {
				return 0, err
			}
		}
	}
	g.rest = append([]byte(nil), p...)
	return taken, g.flush()
}

func (g *jsonGuard) flush() error {
	_, err := g.dst.Write(g.buf)
	g.buf = g.buf[:0]
	return err
}

func (g *jsonGuard) add(r rune, raw []byte) {
	again := r == '#' && g.hash
	g.hash = r == '#'
	switch {
	case !again && (r < 0x7f || !console.Hidden(r)):
		g.buf = append(g.buf, raw...)
	case r > 0xffff:
		high, low := utf16.EncodeRune(r)
		g.buf = fmt.Appendf(g.buf, `\u%04x\u%04x`, high, low)
	default:
		g.buf = fmt.Appendf(g.buf, `\u%04x`, r)
	}
}
