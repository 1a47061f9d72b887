package console

import (
	"bytes"
	"io"
)

// Lines is an io.Writer that passes on whole lines, many at a time: a table is written in a call
// for each cell. No line is split between two calls, so that a [Writer] finds what it masks.
type Lines struct {
	dst  io.Writer
	text []byte
}

// NewLines returns a Lines over dst. What is written last needs a call of Flush.
func NewLines(dst io.Writer) *Lines { return &Lines{dst: dst} }

// Write implements io.Writer. It returns len(p), or 0 and the error of dst.
func (l *Lines) Write(p []byte) (int, error) {
	const many = 64 << 10
	l.text = append(l.text, p...)
	end := bytes.LastIndexByte(l.text, '\n') + 1
	if end < many {
		return len(p), nil
	}
	if _, err := l.dst.Write(l.text[:end]); err != nil {
		return 0, err
	}
	l.text = append(l.text[:0], l.text[end:]...)
	return len(p), nil
}

// Flush passes on the rest.
func (l *Lines) Flush() error {
	_, err := l.dst.Write(l.text)
	l.text = l.text[:0]
	return err
}
