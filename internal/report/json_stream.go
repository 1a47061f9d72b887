package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/scangate/scangate/internal/console"
)

// jsonStream writes JSON piece by piece and keeps the first error.
type jsonStream struct {
	w   *bufio.Writer
	buf bytes.Buffer
	err error
}

func newJSONStream(w io.Writer) *jsonStream {
	return &jsonStream{w: bufio.NewWriterSize(console.NewJSONWriter(w), 64<<10)}
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
		s.text(",")
	}
	s.text("%s", before)
	s.encode(v, "", "")
}

func (s *jsonStream) encode(v any, prefix, indent string) {
	if s.err != nil {
		return
	}
	s.buf.Reset()
	enc := json.NewEncoder(&s.buf)
	enc.SetEscapeHTML(false)
	if indent != "" {
		enc.SetIndent(prefix, indent)
	}
	if s.err = enc.Encode(v); s.err == nil {
		_, s.err = s.w.Write(bytes.TrimSuffix(s.buf.Bytes(), []byte("\n")))
	}
}

func (s *jsonStream) end() error {
	if s.err != nil {
		return s.err
	}
	return s.w.Flush()
}
