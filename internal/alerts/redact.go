package alerts

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hiddenPerson stands where a person's data would be shown.
const hiddenPerson = "[personal data]"

// private takes the data of people out of texts: every mail address and, of one
// alert, the names and files that it says to be somebody's.
type private struct {
	show bool // --include-personal-data
}

// mask returns the masking of texts of one alert. own are the alert's personal
// values: names, addresses, file names.
func (p private) mask(own []string) func(string) string {
	if p.show {
		return func(s string) string { return s }
	}
	own = slices.DeleteFunc(slices.Clone(own), func(s string) bool { return utf8.RuneCountInString(strings.TrimSpace(s)) < 3 })
	// The longest first, so that no part of a value is left beside a mask.
	slices.SortFunc(own, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	return func(s string) string {
		for _, value := range own {
			s = replaceFold(s, strings.TrimSpace(value), hiddenPerson)
		}
		return maskMails(s)
	}
}

// replaceFold replaces old in any case. Where lower-casing changes lengths, it
// is replaced as it is written only.
func replaceFold(s, old, with string) string {
	lower, low := strings.ToLower(s), strings.ToLower(old)
	if len(lower) != len(s) || len(low) != len(old) {
		return strings.ReplaceAll(s, old, with)
	}
	var b strings.Builder
	for from := 0; ; {
		i := strings.Index(lower[from:], low)
		if i < 0 {
			b.WriteString(s[from:])
			return b.String()
		}
		b.WriteString(s[from:from+i] + with)
		from += i + len(old)
	}
}

// maskMails replaces mail addresses, also those in URLs (a%40b.c).
func maskMails(s string) string {
	for from := 0; ; {
		at, width := nextAt(s, from)
		if at < 0 {
			return s
		}
		start := at - suffixLen(s[:at], isLocal)
		end := at + width + prefixLen(s[at+width:], isDomain)
		domain := strings.TrimRight(s[at+width:end], ".-")
		if start == at || !strings.Contains(domain, ".") {
			from = at + width
			continue
		}
		end = at + width + len(domain)
		s = s[:start] + hiddenPerson + s[end:]
		from = start + len(hiddenPerson)
	}
}

// nextAt finds an at sign, plain or as a URL has it.
func nextAt(s string, from int) (at, width int) {
	plain, coded := strings.IndexByte(s[from:], '@'), strings.Index(s[from:], "%40")
	switch {
	case plain < 0 && coded < 0:
		return -1, 0
	case coded < 0 || plain >= 0 && plain < coded:
		return from + plain, 1
	}
	return from + coded, 3
}

func isLocal(r rune) bool {
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
