package transport

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/text"
)

const (
	messageRunes = 300
	masked       = "[…]"
	// Shorter values say nothing, and masking them would garble every text.
	minMasked = 3
)

// formsOf lists the texts in which secrets would show: as they are, as they stand
// in a URL, and in base64, which may go on with padding.
func formsOf(secrets []Secret) []string {
	var forms []string
	for _, secret := range secrets {
		plain := strings.TrimSpace(secret.Reveal())
		for _, form := range []string{
			plain, url.QueryEscape(plain), url.PathEscape(plain),
			base64.RawStdEncoding.EncodeToString([]byte(plain)), base64.RawURLEncoding.EncodeToString([]byte(plain)),
		} {
			if form != "" && !slices.Contains(forms, form) {
				forms = append(forms, form)
			}
		}
	}
	return forms
}

func replaceAll(s string, forms []string, with string) string {
	for _, form := range forms {
		s = strings.ReplaceAll(s, form, with)
	}
	return s
}

// hideValues replaces the values of a query: file names, addresses of people,
// whatever a server may repeat. A value that is only part of a longer word is
// left: the branch main does not stand in "maintenance".
func hideValues(s string, query url.Values) string {
	var forms []string
	for _, values := range query {
		for _, v := range values {
			if telling(v) {
				forms = append(forms, v, url.QueryEscape(v), url.PathEscape(v))
			}
		}
	}
	// The longest first, so that no part of a value is left beside a mask.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	for _, form := range forms {
		s = replaceWord(s, form)
	}
	return s
}

// replaceWord masks word wherever no letter or digit continues it.
func replaceWord(s, word string) string {
	var b strings.Builder
	for from := 0; ; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			return b.String() + s[from:]
		}
		at, end := from+i, from+i+len(word)
		b.WriteString(s[from:at])
		if text.IsWholeWord(s, at, end, "") {
			b.WriteString(masked)
		} else {
			b.WriteString(word)
		}
		from = end
	}
}

func telling(v string) bool {
	if _, err := strconv.Atoi(v); err == nil {
		return false
	}
	return utf8.RuneCountInString(v) >= minMasked && v != "true" && v != "false"
}
