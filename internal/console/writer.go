package console

import (
	"cmp"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Writer is an io.Writer that makes text harmless on its way to a terminal or a CI log. It
// remembers its position in the line between writes, so that a command in two pieces is recognized.
// It is safe for concurrent use.
type Writer struct {
	mu   *sync.Mutex // shared, as the area is
	area *area
	dst  io.Writer
	text *neutralizer
	rest []byte // an incomplete character at the end of the last Write
	err  error  // the first one of dst
	// mask returns a text without the secrets that are known; nil masks none.
	mask func(string) string

	// records writes each line as a JSON object, stamped by now; nil writes text.
	records slog.Handler
	now     func() time.Time
}

// NewWriter returns a Writer over dst. A Writer is returned unchanged: text must not be rewritten
// twice.
func NewWriter(dst io.Writer) *Writer {
	if w, ok := dst.(*Writer); ok {
		return w
	}
	w := &Writer{mu: new(sync.Mutex), dst: dst, text: newNeutralizer()}
	w.area = &area{owner: w}
	return w
}

// Masks makes w mask each text. A secret must not be split between two calls of Write. Call it
// before w is used.
func (w *Writer) Masks(mask func(string) string) { w.mask = mask }

func (w *Writer) masked(s string) string {
	if w.mask == nil {
		return s
	}
	return w.mask(s)
}

// Write writes the harmless form of p. It returns len(p), or 0 and the error of the underlying
// stream.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.Records() {
		if err := w.recordLines(p); err != nil {
			return 0, err
		}
		return len(p), nil
	}
	out := w.eraseArea()
	whole := slices.Concat(w.rest, []byte(w.masked(string(p))))
	cut := len(whole) - incomplete(whole)
	out = w.text.append(out, whole[:cut])
	w.rest = slices.Clone(whole[cut:])
	return w.send(append(out, w.drawAgain()...), len(p))
}

// Flush writes the bytes of an incomplete character at the end, or of an incomplete line where
// lines are JSON objects.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.Records() {
		return w.recordLines([]byte{'\n'})
	}
	_, err := w.send(w.text.append(nil, w.rest), 0)
	w.rest = nil
	return err
}

// Err returns the first error of the underlying stream, nil if all text was written. Libraries that
// print help drop it.
func (w *Writer) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// line writes spans and a line break at once. Only the codes of our own styles and links pass
// unchanged. They do not change the position in the line, so that a style can't hide the start of
// a command.
func (w *Writer) line(spans []Span, color bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.Records() {
		return w.record(slog.LevelInfo, textOf(spans))
	}
	out := w.eraseArea()
	for _, s := range spans {
		on, off := s.Style.codes(color)
		open, shut := linkCodes(s.Link)
		out = append(out, open+on...)
		if s.own && w.text.atStart() {
			out = append(out, own...)
			w.text.noteOther()
		} else {
			out = w.text.append(out, []byte(w.masked(s.Text)))
		}
		out = append(out, off+shut...)
	}
	out = w.text.append(out, []byte{'\n'})
	_, err := w.send(append(out, w.drawAgain()...), 0)
	return err
}

// textOf is the text of a line, without the span that begins one of our own.
func textOf(spans []Span) string {
	var b strings.Builder
	for i, s := range spans {
		if i > 0 || !s.own {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func (w *Writer) send(out []byte, n int) (int, error) {
	if len(out) == 0 {
		return n, nil
	}
	if _, err := w.dst.Write(out); err != nil {
		w.err = cmp.Or(w.err, err)
		return 0, err
	}
	return n, nil
}

// incomplete returns the number of bytes at the end of p that start an incomplete character.
func incomplete(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if tail := p[len(p)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}
