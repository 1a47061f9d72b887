package secret

import (
	"regexp"
	"strings"
	"sync"
)

type shapes struct{ pem, token, userinfo, quoted *regexp.Regexp }

// compiledShapes makes the patterns when the first message needs them.
var compiledShapes = sync.OnceValue(func() shapes {
	return shapes{
		pem: regexp.MustCompile(`(?s)-----BEGIN .*?(?:-----END [A-Z0-9 ]*(?:-----)?|$)`),
		token: regexp.MustCompile(`\b(?:(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{12,}|gh[opsur]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|` +
			`xox[a-z]-[\w-]{10,}|sk[-_][\w-]{16,}|AIza[\w-]{30,}|eyJ[\w-]{8,}(?:\.[\w-]+)*)`),
		quoted:   regexp.MustCompile(`"(?:[^"\\]|\\.)*"`),
		userinfo: regexp.MustCompile(`([^\s"'/@:\[\]{},=]+:)([^\s"'/@]+)@([^\s"']+)`),
	}
})

// Hide returns a text for people without what has the shape of a secret: tokens that begin as those
// of known services do, private keys, and passwords before a host. Other long words stay: they may
// be the id of a commit or the digest of an image.
func Hide(s string) string {
	p := compiledShapes()
	if strings.Contains(s, "-----BEGIN ") {
		s = p.pem.ReplaceAllString(s, Redacted)
	}
	if mayHoldKey(s) {
		s = p.token.ReplaceAllString(s, Redacted)
	}
	if strings.Contains(s, "://") && strings.Contains(s, "@") {
		s = compiled().userinfo.ReplaceAllString(s, "${1}"+Redacted+"@")
	}
	return HidePassword(s)
}

// HidePassword returns a text without the passwords before hosts, as in user:password@host. The tag
// of an image before its digest stays.
func HidePassword(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	p := compiledShapes().userinfo
	return p.ReplaceAllStringFunc(s, func(found string) string {
		m := p.FindStringSubmatch(found)
		if m[2] == Redacted || isDigest(m[3]) {
			return found
		}
		return m[1] + Redacted + "@" + m[3]
	})
}

// isDigest reports whether a text begins as the digest of an image does.
func isDigest(s string) bool {
	algorithm, _, ok := strings.Cut(s, ":")
	return ok && (algorithm == "sha256" || algorithm == "sha384" || algorithm == "sha512")
}

// HasShape reports whether a text holds what may be a secret: what [Hide] hides, or a long word of
// random characters.
func HasShape(s string) bool {
	return Hide(s) != s || mayHoldKey(s) && hideKeys(s, compiled()) != s
}

// HideQuoted returns a message without the quoted values that may be secrets, and without what
// [Hide] hides in the rest.
func HideQuoted(message string) string {
	return Hide(compiledShapes().quoted.ReplaceAllStringFunc(message, func(quoted string) string {
		if HasShape(quoted) {
			return `"` + Redacted + `"`
		}
		return quoted
	}))
}
