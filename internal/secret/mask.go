package secret

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/text"
)

const (
	parameterMask = "[…]"
	personalMask  = "[personal data]"

	// minRunes is the length from which parameters and personal values are masked:
	// shorter ones reveal nothing, and masks for them would garble every text.
	minRunes = 3
)

// Masker replaces known values in texts. Its zero value replaces nothing.
type Masker struct {
	values []string // the longest first, so that no part of a value remains beside a mask
	mask   string
	words  bool // replace whole words only
	fold   bool // ignore case
	mails  bool // replace mail addresses too
}

// Credentials returns a Masker of credentials: as they are, escaped for a URL, and
// in base64.
func Credentials(all ...Value) Masker {
	var forms []string
	for _, v := range all {
		plain := strings.TrimSpace(v.Reveal())
		forms = append(forms,
			plain, url.QueryEscape(plain), url.PathEscape(plain),
			// Without padding, because the encoded text may continue.
			base64.RawStdEncoding.EncodeToString([]byte(plain)), base64.RawURLEncoding.EncodeToString([]byte(plain)),
		)
	}
	return Masker{values: longestFirst(forms), mask: Redacted}
}

// Parameters returns a Masker of the values of a query: file names, addresses of
// people, whatever a server may repeat. It replaces whole words only: the branch
// main does not occur in "maintenance".
func Parameters(q url.Values) Masker {
	var forms []string
	for _, values := range q {
		for _, v := range values {
			if isSignificant(v) {
				forms = append(forms, v, url.QueryEscape(v), url.PathEscape(v))
			}
		}
	}
	return Masker{values: longestFirst(forms), mask: parameterMask, words: true}
}

// Personal returns a Masker of values that identify people, in any case, and of
// all mail addresses.
func Personal(values ...string) Masker {
	var own []string
	for _, v := range values {
		if v = strings.TrimSpace(v); utf8.RuneCountInString(v) >= minRunes {
			own = append(own, v)
		}
	}
	return Masker{values: longestFirst(own), mask: personalMask, fold: true, mails: true}
}

// isSignificant reports whether a parameter can reveal anything.
func isSignificant(v string) bool {
	if _, err := strconv.Atoi(v); err == nil {
		return false
	}
	return utf8.RuneCountInString(v) >= minRunes && v != "true" && v != "false"
}

func longestFirst(values []string) []string {
	values = slices.DeleteFunc(values, func(v string) bool { return v == "" })
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	return slices.Compact(values)
}

// Mask returns s without the values.
func (m Masker) Mask(s string) string {
	for _, v := range m.values {
		s = m.replace(s, v)
	}
	if m.mails {
		s = maskMails(s)
	}
	return s
}

// replace replaces one value.
func (m Masker) replace(s, value string) string {
	search := s
	// Positions are the same in both texts only if lower-casing keeps lengths.
	if lower, low := strings.ToLower(s), strings.ToLower(value); m.fold && len(lower) == len(s) && len(low) == len(value) {
		search, value = lower, low
	}
	var b strings.Builder
	for from := 0; ; {
		i := strings.Index(search[from:], value)
		if i < 0 {
			return b.String() + s[from:]
		}
		start, end := from+i, from+i+len(value)
		b.WriteString(s[from:start])
		if m.words && !text.IsWholeWord(s, start, end, "") {
			b.WriteString(s[start:end])
		} else {
			b.WriteString(m.mask)
		}
		from = end
	}
}
