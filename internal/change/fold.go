package change

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"sync"
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

// percentCode matches a percent sign that two hexadecimal digits follow.
var percentCode = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`%[0-9a-fA-F]{2}`) })

// decodePercent replaces each percent code by its byte.
func decodePercent(s string) string {
	return percentCode().ReplaceAllStringFunc(s, func(code string) string {
		n, _ := strconv.ParseUint(code[1:], 16, 8) // the expression leaves nothing to fail
		return string([]byte{byte(n)})
	})
}
