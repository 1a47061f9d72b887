package locate

import (
	"strings"

	"github.com/scangate/scangate/internal/text"
)

// PlainText returns s without HTML: tags removed, entities decoded, runs of blanks
// folded to one space. <br> and block elements become line breaks, with at most one
// blank line in a row. Only the tags of HTML are removed: <bucket-name> stays.
func PlainText(s string) string { return foldBlanks(text.WithoutHTML(s)) }

// oneLine is PlainText on a single line.
func oneLine(s string) string { return text.Fold(text.WithoutHTML(s)) }

// foldBlanks trims each line of a text from text.WithoutHTML, folds blanks inside it and drops
// repeated blank lines. Folded text is returned itself: copies of the details of a million alerts
// would be most of the memory.
func foldBlanks(s string) string {
	if isFolded(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	breaks := 0
	for i := 0; i < len(s); {
		end := wordEnd(s, i)
		if end == i {
			if s[i] == '\n' {
				breaks++
			}
			i++
			continue
		}
		if b.Len() > 0 {
			b.WriteString([...]string{" ", "\n", "\n\n"}[min(breaks, 2)])
		}
		b.WriteString(s[i:end])
		i, breaks = end, 0
	}
	return b.String()
}

// wordEnd is the index of the first blank from i on.
func wordEnd(s string, i int) int {
	for i < len(s) && s[i] != ' ' && s[i] != '\n' {
		i++
	}
	return i
}

// isFolded reports whether foldBlanks changes nothing.
func isFolded(s string) bool {
	space, breaks := false, 2 // directly before the byte
	for i := range len(s) {
		switch {
		case s[i] == ' ' && (space || breaks > 0), s[i] == '\n' && (space || breaks > 1):
			return false
		case s[i] == ' ':
			space = true
		case s[i] == '\n':
			breaks++
		default:
			space, breaks = false, 0
		}
	}
	return s == "" || !space && breaks == 0
}
