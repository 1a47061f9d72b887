package console

import (
	"io"
	"slices"
	"sync"
	"unicode/utf8"
)

// Writer is an io.Writer that makes text harmless on its way to a terminal or a CI log. It keeps
// its place in the line from one Write to the next, so that a command can't be smuggled past it in
// two pieces, and it may be used by several goroutines.
type Writer struct {
	mu   sync.Mutex
	dst  io.Writer
	text *neutralizer
	rest []byte // an incomplete character at the end of the last Write
	live bool   // a status line stands in the terminal's last row
}

// NewWriter returns a Writer over dst; dst itself if it is one already, because text must not be
// neutralised twice.
func NewWriter(dst io.Writer) *Writer {
	if w, ok := dst.(*Writer); ok {
		return w
	}
	return &Writer{dst: dst, text: newNeutralizer()}
}

// Write writes the harmless form of p. It returns len(p), or 0 and the error of the stream below.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.erased()
	whole := slices.Concat(w.rest, p)
	cut := len(whole) - incomplete(whole)
	out = w.text.append(out, whole[:cut])
	w.rest = slices.Clone(whole[cut:])
	return w.send(out, len(p))
}

// Flush writes what is left of a character that never became whole.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := w.send(w.text.append(nil, w.rest), 0)
	w.rest = nil
	return err
}

// line writes spans and a line break at once. The codes of our own styles pass unchanged, the only
// ones that do; they don't move the place in the line, so that a style can't hide the start of a
// command.
func (w *Writer) line(spans []Span, color bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.erased()
	for _, s := range spans {
		on, off := s.Style.codes(color)
		out = append(out, on...)
		out = w.text.append(out, []byte(s.Text))
		out = append(out, off...)
	}
	_, err := w.send(w.text.append(out, []byte{'\n'}), 0)
	return err
}

// show puts a status line, already clean, in place of the one before. It is erased by whatever is
// written next, and waits while a line is unfinished.
func (w *Writer) show(line string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.text.fresh() {
		return nil
	}
	out := append(w.erased(), line...)
	w.live = line != ""
	_, err := w.send(out, 0)
	return err
}

// erased returns the codes that take a live status line away, if there is one.
func (w *Writer) erased() []byte {
	if !w.live {
		return nil
	}
	w.live = false
	return []byte("\r\x1b[K")
}

func (w *Writer) send(out []byte, n int) (int, error) {
	if len(out) == 0 {
		return n, nil
	}
	if _, err := w.dst.Write(out); err != nil {
		return 0, err
	}
	return n, nil
}

// incomplete returns how many bytes at p's end begin a character that is not whole yet.
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

// showing reports whether the status line is still in its place.
func (w *Writer) showing() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.live
}
