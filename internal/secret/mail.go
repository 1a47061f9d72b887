package secret

import (
	"strings"
	"unicode"
)

// maxPart is how many bytes before and after the @ are looked at. Addresses are shorter.
const maxPart = 512

// mailSpans returns where mail addresses are, also those in URLs (a%40b.c).
func mailSpans(s string) []span {
	var spans []span
	for from := 0; ; {
		at, width := nextAt(s, from)
		if at < 0 {
			return spans
		}
		start := at - suffixLen(s[max(0, at-maxPart):at], isLocalPart)
		end := at + width + prefixLen(s[at+width:min(len(s), at+width+maxPart)], isDomain)
		domain := strings.TrimRight(s[at+width:end], ".-")
		from = at + width
		if start < at && strings.Contains(domain, ".") {
			spans = append(spans, span{start, at + width + len(domain)})
			from += len(domain)
		}
	}
}

// nextAt finds an at sign, plain or as it is written in a URL, and its width in
// bytes.
func nextAt(s string, from int) (at, width int) {
	for i := from; i < len(s); i++ {
		switch {
		case s[i] == '@':
			return i, 1
		case s[i] == '%' && strings.HasPrefix(s[i:], "%40"):
			return i, 3
		}
	}
	return -1, 0
}

func isLocalPart(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(".!#$&'*+-^_`{|}~%", r)
}

func isDomain(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '-'
}

func suffixLen(s string, ok func(rune) bool) int {
	return len(s) - len(strings.TrimRightFunc(s, ok))
}

func prefixLen(s string, ok func(rune) bool) int {
	return len(s) - len(strings.TrimLeftFunc(s, ok))
}
