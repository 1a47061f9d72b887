package change

import (
	"html"
	"strconv"
	"strings"
	"unicode"

	"github.com/scangate/scangate/internal/text"
)

// maxEncodings is how often a text may be encoded: once by each server on its way.
// The bound keeps hostile texts from being decoded for ever.
const maxEncodings = 8

// fold returns the same text for names that a server or a report may confuse:
// HTML entities and percent signs are decoded, blanks folded, backslashes turned
// into slashes, letters into lower case, and invisible characters removed.
// complete is false if an encoding is left.
func fold(s string) (folded string, complete bool) {
	for range maxEncodings {
		decoded := strings.ToLower(strings.ToValidUTF8(html.UnescapeString(s), "\uFFFD"))
		decoded = decodePercent(decoded)
		if complete = decoded == s; complete {
			break
		}
		s = decoded
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\\':
			return '/'
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	return text.Fold(s), complete
}

// decodePercent decodes each percent sign that two hexadecimal digits follow.
func decodePercent(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				c = byte(n)
				i += 2
			}
		}
		b.WriteByte(c)
	}
	return b.String()
}
