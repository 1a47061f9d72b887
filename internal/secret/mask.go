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
	// PersonalMask stands in texts in place of the data of people.
	PersonalMask = "[personal data]"

	// minRunes is the length from which parameters and personal values are masked:
	// shorter ones reveal nothing, and masks for them would garble every text.
	minRunes = 3
)

// Masker replaces known values in texts. Its zero value replaces nothing.
type Masker struct {
	values []string // in lower case if case is ignored
	mask   string
	hidden []string        // a text that holds one of these escaped is replaced as a whole
	words  bool            // replace whole words only
	fold   bool            // ignore case
	mails  bool            // replace mail addresses too, and names beside them
	locals map[string]bool // the letters of the local parts of addresses whose names are replaced
}

// Credentials returns a Masker of credentials: as they are, escaped for a URL, and within
// text in base64. A text in which a credential is hidden in another way, such as escaped
// or between tags, is replaced as a whole.
func Credentials(all ...Value) Masker {
	var plain, forms []string
	for _, v := range all {
		if v := strings.TrimSpace(v.Reveal()); v != "" {
			encoded := encodings(v)
			plain = slices.Concat(plain, []string{v}, encoded)
			forms = slices.Concat(forms, []string{v, url.QueryEscape(v), url.PathEscape(v)}, encoded)
		}
	}
	return Masker{values: longestFirst(forms), mask: Redacted, hidden: longestFirst(plain)}
}

// encodings returns what is in every text in base64 that contains v. There are three forms in
// each alphabet, because v may begin at any byte of a group of three. The characters at both
// ends that also depend on other bytes are left out.
func encodings(v string) []string {
	var forms []string
	for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			encoded := alphabet.EncodeToString([]byte(strings.Repeat("\x00", before) + v))
			first, last := (before*8+5)/6, (before+len(v))*8/6
			forms = append(forms, encoded[first:last])
		}
	}
	return forms
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

// Personal returns a Masker of values that identify people, in any case, and of all mail addresses
// with the names of their owners.
func Personal(values ...string) Masker {
	m := Masker{mask: PersonalMask, fold: true, mails: true, locals: map[string]bool{}}
	for _, v := range values {
		if v = strings.TrimSpace(v); utf8.RuneCountInString(v) >= minRunes {
			m.values = append(m.values, fold(v).text)
		}
		if local := localPart(v); local != "" {
			m.locals[local] = true
		}
	}
	return m
}

// PersonalIn is Personal for texts that belong together: the owner of an address in one of them may
// be named in another.
func PersonalIn(texts []string, values ...string) Masker {
	m := Personal(values...)
	for _, s := range texts {
		for _, at := range mailSpans(s) {
			m.locals[localPart(s[at.start:at.end])] = true
		}
	}
	return m
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
	if s == "" {
		return s
	}
	spans := m.valueSpans(s)
	if m.mails {
		mails := mailSpans(s)
		spans = slices.Concat(spans, mails, nameSpans(s, mails, m.locals))
	}
	if len(spans) > 0 {
		s = replaceSpans(s, spans, m.mask)
	}
	if isDisguised(s, m.hidden) {
		return m.mask
	}
	return s
}

// valueSpans returns where the values are.
func (m Masker) valueSpans(s string) []span {
	if len(m.values) == 0 {
		return nil
	}
	search := foldedText{text: s}
	if m.fold {
		search = fold(s)
	}
	var spans []span
	for _, v := range m.values {
		for _, found := range occurrences(search.text, v) {
			if at := search.span(found); !m.words || text.IsWholeWord(s, at.start, at.end, "") {
				spans = append(spans, at)
			}
		}
	}
	return spans
}
