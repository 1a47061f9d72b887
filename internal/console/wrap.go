package console

import (
	"strings"
	"unicode"
)

// wrap breaks spans at blanks into lines of at most width columns. Blanks
// between words become one, and a span keeps its style over the break.
func wrap(spans []Span, width int) [][]Span {
	var f filler
	f.width = width
	for _, s := range spans {
		text := Clean(s.Text)
		glued := text != "" && text[0] != ' '
		for i, word := range strings.Fields(text) {
			f.word(Span{word, s.Style}, glued && i == 0)
		}
		f.blank = f.blank || strings.HasSuffix(text, " ")
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

// word adds s. A glued word follows the one before without a blank, unless one
// was asked for.
func (f *filler) word(s Span, glued bool) {
	gap := 1
	if f.used == 0 || glued && !f.blank {
		gap = 0
	}
	f.blank = false
	if f.used > 0 && f.used+gap+Width(s.Text) > f.width {
		f.next()
		gap = 0
	}
	for Width(s.Text) > f.width {
		var head string
		head, s.Text = split(s.Text, f.width)
		f.add(Span{head, s.Style}, 0)
		f.next()
	}
	f.add(s, gap)
}

// add joins a span to the last one of the same style, so that a line has few
// codes in it.
func (f *filler) add(s Span, gap int) {
	s.Text = strings.Repeat(" ", gap) + s.Text
	f.used += Width(s.Text)
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

// split cuts s after as many characters as fit width columns, at least one.
func split(s string, width int) (head, tail string) {
	used := 0
	for i, r := range s {
		used += runeWidth(r)
		if used > width && i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// Truncate cuts s to width columns; an ellipsis stands for what is gone.
func Truncate(s string, width int) string {
	if Width(s) <= width {
		return s
	}
	head, _ := split(s, max(width-1, 1))
	return head + "…"
}

// Width returns the columns that s takes in a terminal: two for East Asian wide
// characters and emoji, none for combining marks.
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case wide(r):
		return 2
	}
	return 1
}

// wide holds the blocks that Unicode's EastAsianWidth.txt calls W or F, rounded
// to whole blocks.
func wide(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x115f, 0x2e80 <= r && r <= 0x303e, 0x3041 <= r && r <= 0xa4cf, 0xac00 <= r && r <= 0xd7a3:
		return true
	case 0xf900 <= r && r <= 0xfaff, 0xfe30 <= r && r <= 0xfe6f, 0xff00 <= r && r <= 0xff60, 0xffe0 <= r && r <= 0xffe6:
		return true
	}
	return 0x1f300 <= r && r <= 0x1faff || 0x20000 <= r && r <= 0x3fffd
}
