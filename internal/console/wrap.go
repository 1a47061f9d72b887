package console

import (
	"strings"

	"github.com/scangate/scangate/internal/text"
)

// wrap breaks spans at blanks into lines of at most width columns. Runs of blanks become one space.
// A span keeps its style across lines.
func wrap(spans []Span, width int) [][]Span {
	var f filler
	f.width = width
	for _, s := range spans {
		clean := Clean(s.Text)
		glued := clean != "" && clean[0] != ' '
		for i, word := range strings.Fields(clean) {
			f.word(s.As(word), glued && i == 0)
		}
		f.blank = f.blank || strings.HasSuffix(clean, " ")
	}
	return f.done()
}

// filler fills lines with words.
type filler struct {
	width, used int
	blank       bool // the next word needs a space before it
	line        []Span
	lines       [][]Span
}

// word adds s. A glued word follows without a space, unless blank is set.
func (f *filler) word(s Span, glued bool) {
	gap := 1
	if f.used == 0 || glued && !f.blank {
		gap = 0
	}
	f.blank = false
	if f.used > 0 && f.used+gap+text.Width(s.Text) > f.width {
		f.next()
		gap = 0
	}
	for text.Width(s.Text) > f.width {
		var head string
		head, s.Text = text.SplitWidth(s.Text, f.width)
		f.add(s.As(head), 0)
		f.next()
	}
	f.add(s, gap)
}

// add appends a span, or joins it to the last one if both have one style.
func (f *filler) add(s Span, gap int) {
	s.Text = strings.Repeat(" ", gap) + s.Text
	f.used += text.Width(s.Text)
	if last := len(f.line) - 1; last >= 0 && f.line[last].Style == s.Style && f.line[last].Link == s.Link {
		f.line[last].Text += s.Text
		return
	}
	f.line = append(f.line, s)
}

func (f *filler) next() {
	f.lines, f.line, f.used = append(f.lines, f.line), nil, 0
}

func (f *filler) done() [][]Span {
	if f.used > 0 {
		f.next()
	}
	return f.lines
}
