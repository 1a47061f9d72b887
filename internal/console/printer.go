package console

import (
	"io"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/text"
)

// defaultWidth is the width, in columns, of a stream that is not a terminal.
const defaultWidth = 80

// Style is how a piece of a line looks. Nothing is said by colour alone.
type Style uint8

// The styles.
const (
	Plain Style = iota
	Bold
	Dim
	Red
	BoldRed
	Yellow
	Green
	BoldGreen
	Blue
	Magenta
	Cyan
)

// sgr holds the SGR sequences (ECMA-48, 8.3.117) of the styles.
var sgr = [...]string{
	Plain: "", Bold: "\x1b[1m", Dim: "\x1b[2m", Red: "\x1b[31m", BoldRed: "\x1b[1;31m",
	Yellow: "\x1b[33m", Green: "\x1b[32m", BoldGreen: "\x1b[1;32m", Blue: "\x1b[34m", Magenta: "\x1b[35m", Cyan: "\x1b[36m",
}

// codes returns the sequences that turn a style on and off, "" without colour.
func (s Style) codes(color bool) (on, off string) {
	if !color || s == Plain || int(s) >= len(sgr) {
		return "", ""
	}
	return sgr[s], "\x1b[0m"
}

// Span is a run of text in one style.
type Span struct {
	Text  string
	Style Style
	// Link is the URL that the text leads to, "" for none. Printers write it as it is: set it only
	// for terminals that take links, see [TakesLinks].
	Link string
	own  bool
}

// own begins the lines of our own.
const own = "scangate: "

// Own returns the span that begins a line of our own: "scangate: ". No other text can make such a
// line, whatever files, images and services are called.
func Own() Span { return Span{Text: own, own: true} }

// As returns the span with another text.
func (s Span) As(text string) Span {
	s.Text = text
	return s
}

// Text returns a span without a style.
func Text(s string) Span { return Span{Text: s} }

// UseColor decides whether a stream gets colours: not with off, which is --no-color, and not with a
// NO_COLOR that is not empty (https://no-color.org). Else FORCE_COLOR and CLICOLOR_FORCE turn them
// on unless they are 0 or false (https://force-color.org). Next, FORCE_COLOR=0 and CLICOLOR=0 turn
// them off (https://bixense.com/clicolors). Last, terminal says whether the stream is a terminal
// with colours.
func UseColor(off bool, getenv func(string) string, terminal bool) bool {
	set := func(name string) (yes, no bool) {
		value := getenv(name)
		no = value == "0" || strings.EqualFold(value, "false")
		return value != "" && !no, no
	}
	force, never := set("FORCE_COLOR")
	cliForce, _ := set("CLICOLOR_FORCE")
	_, cliNever := set("CLICOLOR")
	switch {
	case off || getenv("NO_COLOR") != "":
		return false
	case force || cliForce:
		return true
	}
	return terminal && !never && !cliNever
}

// Printer writes lines of styled text that fit a width. After an error it writes nothing more; Err
// returns the error.
type Printer struct {
	w     *Writer
	color bool
	width int
	err   error
}

// NewPrinter returns a Printer over w, through a [Writer]. Width is in columns; 0 means 80.
func NewPrinter(w io.Writer, color bool, width int) *Printer {
	if width <= 0 {
		width = defaultWidth
	}
	return &Printer{w: NewWriter(w), color: color, width: max(width, 40)}
}

// Width returns the columns that a line may take.
func (p *Printer) Width() int { return p.width }

// Err returns the first error of a write.
func (p *Printer) Err() error { return p.err }

// Line writes the spans, cleaned, and a line break. It does not wrap.
func (p *Printer) Line(spans ...Span) {
	if p.err != nil {
		return
	}
	clean := make([]Span, len(spans))
	for i, s := range spans {
		clean[i] = s.As(Clean(s.Text))
	}
	p.err = p.w.line(clean, p.color)
}

// Hang writes head and words, wrapped at blanks to the width. Continuation lines start below the
// end of head. A word wider than a line is broken.
func (p *Printer) Hang(head []Span, words ...Span) {
	indent := 0
	for _, s := range head {
		indent += text.Width(Clean(s.Text))
	}
	first, rest := head, []Span{Text(strings.Repeat(" ", indent))}
	for _, line := range wrap(words, max(p.width-indent, 20)) {
		p.Line(slices.Concat(first, line)...)
		first = rest
	}
}
