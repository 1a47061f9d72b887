package git

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestEachLine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 600<<10)
	read := func(r io.Reader) (lines []string, err error) {
		err = eachLine(r, func(line []byte) { lines = append(lines, string(line)) })
		return lines, err
	}
	text := "a\x00\x00b c\n\x00" + long + "\x00d\x00"
	for _, r := range []io.Reader{strings.NewReader(text), iotest.HalfReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
		if lines, err := read(r); err != nil || !slices.Equal(lines, []string{"a", "b c\n", long, "d"}) {
			t.Errorf("%d lines: %v", len(lines), err)
		}
	}
	if lines, err := read(iotest.OneByteReader(strings.NewReader("a\x00bc\x00"))); err != nil || !slices.Equal(lines, []string{"a", "bc"}) {
		t.Errorf("byte by byte: %q: %v", lines, err)
	}
	if lines, err := read(strings.NewReader("a\x00b")); !errors.Is(err, io.ErrUnexpectedEOF) || !slices.Equal(lines, []string{"a"}) {
		t.Errorf("an output that is cut off: %q: %v", lines, err)
	}
	if _, err := read(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("a\x00")))); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("a failed read: %v", err)
	}
}

// What was returned must not change when more is added.
func TestArena(t *testing.T) {
	t.Parallel()
	var a arena
	var got, want []string
	for i := range 3000 {
		text := strings.Repeat(string(rune('a'+i%26)), i%97)
		got, want = append(got, a.text([]byte(text))), append(want, text)
	}
	if !slices.Equal(got, want) {
		t.Error("texts changed")
	}
	if long := strings.Repeat("x", 1<<20); a.text([]byte(long)) != long {
		t.Error("a long text changed")
	}
}
