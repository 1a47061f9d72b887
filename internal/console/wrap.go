package console

import (
	"strings"

	"github.com/scangate/scangate/internal/text"
)

// wrap breaks spans at blanks into lines of at most width columns. Blanks between words become one,
// and a span keeps its style over the break.
func wrap(spans []Span, width int) [][]Span {
	var f filler
	f.width = width
	for _, s := range spans {
		clean := Clean(s.Text)
		glued := clean != "" && clean[0] != ' '
		for i, word := range strings.Fields(clean) {
			f.word(Span{word, s.Style}, glued && i == 0)
		}
		f.blank = f.blank || strings.HasSuffix(clean, " ")
	}
	return f.done()
}

// filler fills lines with words.
type filler struct {
	width, used int
	blank       bool // a blank stands before the next word
	line        []Span
	lines       [][]Span
}

// word adds s. A glued word follows the one before without a blank, unless one was asked for.
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
		f.add(Span{head, s.Style}, 0)
		f.next()
	}
	f.add(s, gap)
}

// add joins a span to the last one of the same style, so that a line has few codes in it.
func (f *filler) add(s Span, gap int) {
	s.Text = strings.Repeat(" ", gap) + s.Text
	f.used += text.Width(s.Text)
	if last := len(f.line) - 1; last >= 0 && f.line[last].Style == s.Style {
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
