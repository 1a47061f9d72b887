package report

import (
	"bufio"
	"fmt"
	"io"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/jsonx"
)

// jsonStream writes JSON piece by piece and keeps the first error.
type jsonStream struct {
	w *bufio.Writer
	// items encodes on one line, and members on several.
	items, members *jsonx.Encoder
	buf            []byte
	err            error
}

// newJSONStream has the members of the document's objects indented by prefix.
func newJSONStream(w io.Writer, prefix string) *jsonStream {
	return &jsonStream{
		w:     bufio.NewWriterSize(console.NewJSONWriter(w), 64<<10),
		items: jsonx.NewEncoder("", ""), members: jsonx.NewEncoder(prefix, "  "),
	}
}

func (s *jsonStream) text(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, format, args...)
	}
}

// item writes the i-th value of a list on one line, after before: unindented, a long list is a
// third smaller.
func (s *jsonStream) item(i int, before string, v any) {
	if i > 0 {
		before = "," + before
	}
	s.encode(s.items, before, v)
}

func (s *jsonStream) encode(enc *jsonx.Encoder, before string, v any) {
	if s.err != nil {
		return
	}
	if s.buf, s.err = enc.Append(append(s.buf[:0], before...), v); s.err == nil {
		_, s.err = s.w.Write(s.buf)
	}
}

func (s *jsonStream) end() error {
	if s.err != nil {
		return s.err
	}
	return s.w.Flush()
}
