package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsWholeWord reports whether no word continues across the start or the end of
// s[start:end]. Words consist of letters, digits, underscores and the characters
// of extra.
func IsWholeWord(s string, start, end int, extra string) bool {
	return !insideWord(s, start, extra) && !insideWord(s, end, extra)
}

// insideWord reports whether the characters on both sides of s[i] belong to words.
func insideWord(s string, i int, extra string) bool {
	last, _ := utf8.DecodeLastRuneInString(s[:i])
	next, _ := utf8.DecodeRuneInString(s[i:])
	return 0 < i && i < len(s) && inWord(last, extra) && inWord(next, extra)
}

func inWord(r rune, extra string) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(extra, r)
}
