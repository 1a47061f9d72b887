package secret

import (
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/scangate/scangate/internal/text"
)

// maxLayers bounds how often a text is unescaped: each reader of a text unescapes once.
const maxLayers = 4

// isDisguised reports whether s contains one of the values once its escapes are replaced (of
// URLs, JSON and HTML, also repeatedly), or its tags removed as reports remove those of alerts.
func isDisguised(s string, values []string) bool {
	if len(values) == 0 || !strings.ContainsAny(s, `%\&<`) {
		return false
	}
	contains := func(plain string) bool {
		return slices.ContainsFunc(values, func(v string) bool { return strings.Contains(plain, v) })
	}
	for range maxLayers {
		if contains(s) || contains(text.WithoutHTML(s)) {
			return true
		}
		plain := unescape(s)
		if plain == s {
			return false
		}
		s = plain
	}
	return false
}

// unescape replaces %41, \u0041, \x41 and &#65;, each once. Other text stays.
func unescape(s string) string {
	if strings.ContainsAny(s, `%\`) {
		var b strings.Builder
		b.Grow(len(s))
		for s != "" {
			n, c := escapeAt(s)
			if n == 0 {
				n, c = 1, s[0]
			}
			b.WriteByte(c)
			s = s[n:]
		}
		s = b.String()
	}
	return html.UnescapeString(s)
}

// escapeAt returns the length of the escape that s begins with, and its character, which is
// ASCII, as those of credentials are. The length is 0 without an escape.
func escapeAt(s string) (length int, c byte) {
	for _, form := range []struct {
		start  string
		digits int
	}{{"%", 2}, {`\u`, 4}, {`\x`, 2}} {
		length = len(form.start) + form.digits
		if strings.HasPrefix(s, form.start) && len(s) >= length {
			n, err := strconv.ParseUint(s[len(form.start):length], 16, 16)
			if err == nil && n < unicode.MaxASCII {
				return length, byte(n)
			}
		}
	}
	if len(s) > 1 && s[0] == '\\' && strings.IndexByte(`"/\`, s[1]) >= 0 {
		return 2, s[1]
	}
	return 0, 0
}
