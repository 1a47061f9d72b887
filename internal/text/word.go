package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsWholeWord reports whether s[start:end] is delimited on both sides. Letters,
// digits and underscores continue a word, and so does each character of extra.
func IsWholeWord(s string, start, end int, extra string) bool {
	last, _ := utf8.DecodeLastRuneInString(s[:start])
	next, _ := utf8.DecodeRuneInString(s[end:])
	return (start == 0 || !continues(last, extra)) && (end == len(s) || !continues(next, extra))
}

func continues(r rune, extra string) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(extra, r)
}
