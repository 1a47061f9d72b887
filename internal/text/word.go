package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsWholeWord reports whether no word continues across the start or the end of s[start:end]. Words
// consist of letters, digits, underscores and the characters of extra.
func IsWholeWord(s string, start, end int, extra string) bool {
	return !insideWord(s, start, extra) && !insideWord(s, end, extra)
}

// insideWord reports whether the characters on both sides of s[i] belong to words. At an end of s
// one is utf8.RuneError, which does not.
func insideWord(s string, i int, extra string) bool {
	last, _ := utf8.DecodeLastRuneInString(s[:i])
	next, _ := utf8.DecodeRuneInString(s[i:])
	return inWord(last, extra) && inWord(next, extra)
}

func inWord(r rune, extra string) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(extra, r)
}

// ReplaceWord replaces word in s wherever it is a whole word (see [IsWholeWord]).
func ReplaceWord(s, word, by, extra string) string {
	var b strings.Builder
	for from := 0; ; {
		i := strings.Index(s[from:], word)
		if i < 0 || word == "" {
			return b.String() + s[from:]
		}
		start, end := from+i, from+i+len(word)
		b.WriteString(s[from:start])
		if IsWholeWord(s, start, end, extra) {
			b.WriteString(by)
		} else {
			b.WriteString(word)
		}
		from = end
	}
}
