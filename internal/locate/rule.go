package locate

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// ruleImageVulnerabilities is the rule of all counts: the service names no vulnerability.
const ruleImageVulnerabilities = "image-vulnerabilities"

// maxSlug bounds the readable part of a rule id.
const maxSlug = 60

// RuleID returns the id of an alert's rule, made of the summary: a slug of at most
// 60 characters that ends at a word, and four hexadecimal digits of the SHA-256 of
// the whole summary. Case, blanks and HTML make no difference. All words count:
// one alert does not show which are the rule's and which the resource's.
func RuleID(summary string) string {
	text := strings.ToLower(oneLine(summary))
	sum := sha256.Sum256([]byte(text))
	return slug(text) + "-" + hex.EncodeToString(sum[:2])
}

const slugChars = "0123456789abcdefghijklmnopqrstuvwxyz"

// slug joins the ASCII words of a lower-case text with hyphens.
func slug(text string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !strings.ContainsRune(slugChars, r) }) {
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
