package secret

import (
	"strings"
	"unicode"
)

// mailSpans returns where mail addresses are, also those in URLs (a%40b.c).
func mailSpans(s string) []span {
	var spans []span
	for from := 0; ; {
		at, width := nextAt(s, from)
		if at < 0 {
			return spans
		}
		start := at - suffixLen(s[:at], isLocalPart)
		end := at + width + prefixLen(s[at+width:], isDomain)
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
	plain, escaped := strings.IndexByte(s[from:], '@'), strings.Index(s[from:], "%40")
	switch {
	case plain < 0 && escaped < 0:
		return -1, 0
	case escaped < 0 || plain >= 0 && plain < escaped:
		return from + plain, 1
	}
	return from + escaped, 3
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
