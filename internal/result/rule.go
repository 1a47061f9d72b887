package result

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// The rules of images. The service names no vulnerability and no reason.
const (
	// RuleImageVulnerabilities is the rule of all numbers of vulnerabilities.
	RuleImageVulnerabilities = "image-vulnerabilities-b643c3cc9e3c"
	// RuleImageNotSecure is the rule of an image that the service marks as not secure without
	// a critical or high vulnerability.
	RuleImageNotSecure = "image-not-secure-b8163f7d749e"
)

const (
	// maxSlug bounds the readable part of a rule id, in bytes.
	maxSlug = 60
	// ruleDigits is how many digits of the hash a rule id ends in.
	ruleDigits = 12
)

// RuleID returns the id of the rule with a summary: a slug of at most 60 characters that ends
// at a word, a hyphen, and 12 hexadecimal digits of the SHA-256 of the whole summary. Case and
// blanks make no difference. All words count: a summary does not show which are the rule's and
// which the resource's. With fewer digits, summaries with the id of another rule would be found
// by trying.
func RuleID(summary string) string {
	text := strings.ToLower(strings.Join(strings.Fields(summary), " "))
	sum := sha256.Sum256([]byte(text))
	return slug(text) + "-" + hex.EncodeToString(sum[:ruleDigits/2])
}

const (
	hexDigits = "0123456789abcdef"
	slugChars = "0123456789abcdefghijklmnopqrstuvwxyz"
)

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

// CheckRule says what is wrong with a rule id that no [RuleID] can be, and nil for every other.
// A policy that names a shorter id would cover rules that do not exist yet.
func CheckRule(id string) error {
	cut := strings.LastIndexByte(id, '-')
	name, digits := id[:max(cut, 0)], id[cut+1:]
	switch {
	case id == "":
		return errors.New(mustBeSet)
	case cut < 0, len(digits) != ruleDigits, strings.Trim(digits, hexDigits) != "":
		return fmt.Errorf("must be a whole rule id, which ends in a hyphen and %d hexadecimal digits, got %q", ruleDigits, id)
	case name != slug(name):
		return fmt.Errorf("must be a rule id: words of a-z and 0-9 with hyphens between them, at most %d characters, then a hyphen and %d hexadecimal digits, got %q",
			maxSlug, ruleDigits, id)
	}
	return nil
}
