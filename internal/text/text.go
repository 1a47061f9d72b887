// Package text folds, truncates and measures text, finds whole words in it, and shortens errors. It
// does not make text harmless: that is the job of package console.
package text

import (
	"errors"
	"io/fs"
	"strings"
	"unicode"

	"github.com/clipperhouse/displaywidth"
)

const ellipsis = "…"

// Fold replaces each run of white space with one space, and trims both ends.
func Fold(s string) string {
	if isFolded(s) { // nearly all are, and splitting takes far longer
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

func isFolded(s string) bool {
	space := s != ""
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= 0x7f {
			return isFoldedFrom(s[i:], space)
		}
		if c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return !space
}

// isFoldedFrom is isFolded for the rest of a text, with characters that are not ASCII. Space is set
// after a space, and at the start.
func isFoldedFrom(s string, space bool) bool {
	for _, r := range s {
		if (r <= ' ' || r >= 0x7f) && unicode.IsSpace(r) && (space || r != ' ') {
			return false
		}
		space = r == ' '
	}
	return !space
}

// OneLine replaces each run of white space, control characters and format characters (Unicode Cf)
// with one space, and trims both ends. Invalid UTF-8 becomes U+FFFD.
func OneLine(s string) string {
	return Fold(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
}

// Truncate cuts s to n characters (runes), n at least 1. The last one is an ellipsis if anything
// was cut.
func Truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	cut, seen := 0, 0
	for i := range s {
		if seen == n-1 {
			cut = i
		}
		if seen == n {
			return s[:cut] + ellipsis
		}
		seen++
	}
	return s
}

// Width returns the columns that s takes in a terminal. Control characters have no width: clean s
// first.
func Width(s string) int { return displaywidth.String(s) }

// TruncateWidth cuts s at its end to the given columns, at least 1. The last character is an
// ellipsis if anything was cut.
func TruncateWidth(s string, columns int) string {
	return displaywidth.TruncateString(s, max(columns, 1), ellipsis)
}

// TruncateStart is [TruncateWidth] for texts whose end matters, such as paths: it cuts s at its
// start.
func TruncateStart(s string, columns int) string {
	extra := Width(s) - columns
	if extra <= 0 {
		return s
	}
	_, end := SplitWidth(s, extra+1)
	if Width(end) >= columns { // a wide character did not fit into what was cut
		_, end = SplitWidth(end, 1)
	}
	return ellipsis + end
}

// IsPlain reports whether a text has nothing but printable ASCII and "\n": then a byte is a column,
// and every blank a space or the end of a line.
func IsPlain[T string | []byte](s T) bool {
	for i := range len(s) {
		if c := s[i]; c != '\n' && (c < ' ' || c > '~') {
			return false
		}
	}
	return true
}

// SplitWidth splits s after the characters that fit into the given columns, at least one. It never
// splits a character that consists of several runes.
func SplitWidth(s string, columns int) (head, tail string) {
	used := 0
	g := displaywidth.StringGraphemes(s)
	for at := 0; g.Next(); at += len(g.Value()) {
		used += g.Width()
		if used > columns && at > 0 {
			return s[:at], s[at:]
		}
	}
	return s, ""
}

// WithoutPath returns the cause of an error about a path, and other errors as they are: what is
// said names the path in its own way, where the system would repeat the absolute one.
func WithoutPath(err error) error {
	if of, ok := errors.AsType[*fs.PathError](err); ok {
		return of.Err
	}
	return err
}
