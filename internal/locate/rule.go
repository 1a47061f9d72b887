package locate

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// The rules of image findings: the service counts vulnerabilities and names
// none.
const (
	ruleImageVulnerabilities = "image-vulnerabilities"
	ruleImageNotSecure       = "image-not-secure"
)

// maxSlug bounds the readable part of a rule id.
const maxSlug = 60

// RuleID makes a rule's id of an alert's summary, the only name that the report
// gives to a rule: a slug of at most 60 characters, cut at a word, and four
// hexadecimal digits of the SHA-256 of the whole summary. Case, blanks and HTML
// make no difference; every word does, a number or a name too: which of them are
// the rule and which the resource, nobody can tell from one alert.
func RuleID(summary string) string {
	text := strings.ToLower(oneLine(summary))
	sum := sha256.Sum256([]byte(text))
	return slug(text) + "-" + hex.EncodeToString(sum[:2])
}

// slug joins the ASCII words of a lower-case text with dashes.
func slug(text string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r > 127 || !isAlnum(byte(r)) }) {
		if b.Len() > 0 && b.Len()+1+len(word) > maxSlug {
			break
		}
		if b.Len() > 0 {
			b.WriteByte('-')
		}
		b.WriteString(word[:min(len(word), maxSlug)])
	}
	if b.Len() == 0 {
		return "rule"
	}
	return b.String()
}
