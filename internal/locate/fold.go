package locate

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/text"
)

// folder removes from a text what differs between two scans of the same thing: case,
// blanks, ids, times, counts and lines. What stands in the block of the resource stays,
// and so do IP addresses and ports, which the block may take from a variable.
type folder struct {
	out strings.Builder
	// blank is the length of out up to its last blank.
	blank int
	// stays reports whether a lower-case word, or a date, stands in the block.
	stays func(word string) bool
	about topic
}

// topic is what the numbers after a word are about.
type topic uint8

const (
	aboutAnything topic = iota
	aboutPorts
	aboutLines
)

// foldText folds a text. A word for which stays is true keeps its digits.
func foldText(s string, stays func(word string) bool) string {
	f := folder{stays: stays}
	s = strings.ToLower(s)
	f.out.Grow(len(s))
	for t := range tokens(s) {
		f.add(t)
	}
	return text.Fold(f.out.String())
}

func (f *folder) add(t token) {
	switch {
	case t.kind == tokenOther && (t.text == " " || t.text == "\n"):
		f.addBlank(t.text[0])
	case t.kind == tokenOther:
		f.out.WriteString(t.text)
		if strings.IndexByte(".;", t.text[0]) >= 0 {
			f.about = aboutAnything
		}
	case t.kind == tokenAddress:
		f.out.WriteString(t.text)
	case t.kind == tokenTime:
		f.out.WriteString(f.keepOr(t.text, "#"))
	case !strings.ContainsAny(t.text, digits):
		f.out.WriteString(t.text)
		f.setTopic(t.text)
	default:
		f.addNumbered(t.text)
	}
}

// addBlank adds a space, unless the text ends in one.
func (f *folder) addBlank(blank byte) {
	if f.out.Len() > f.blank {
		f.out.WriteByte(' ')
		f.blank = f.out.Len()
	}
	if blank == '\n' {
		f.about = aboutAnything
	}
}

const digits = "0123456789"

// setTopic takes note of a word without a digit.
func (f *folder) setTopic(word string) {
	switch word {
	case "port", "ports":
		f.about = aboutPorts
	case "line", "lines":
		f.about = aboutLines
	case "and", "or", "to", "from", "through", "range", "number", "numbers", "tcp", "udp":
	default:
		f.about = aboutAnything
	}
}

// addNumbered adds a word with digits.
func (f *folder) addNumbered(word string) {
	switch {
	case f.about == aboutPorts, f.about != aboutLines && (f.stays(word) || isTerm(word)):
		f.out.WriteString(word)
	case isID(word):
		f.out.WriteByte('#')
	case isRange(word):
		for i, part := range strings.Split(word, "-") {
			if i > 0 {
				f.out.WriteByte('-')
			}
			f.out.WriteString(f.keepOr(part, "#"))
		}
	default:
		writeWithoutDigits(&f.out, word)
	}
}

// keepOr returns a word that stays, or else what replaces it.
func (f *folder) keepOr(word, other string) string {
	if f.about != aboutLines && f.stays(word) {
		return word
	}
	return other
}

// isTerm reports whether a word is a term of the field that has digits. It is neither an id nor a
// count, and stays whatever stands in the block: else a fingerprint would change with a comment or
// a tag that mentions it.
func isTerm(word string) bool {
	switch word {
	case "s3", "ec2", "route53", "db2", "k8s", "l4", "l7", "imdsv1", "imdsv2", "ipv4", "ipv6", "rfc1918",
		"md5", "sha1", "sha256", "sha384", "sha512", "aes128", "aes256", "rc4", "x509", "oauth2", "http2", "smb1", "base64", "log4j":
		return true
	}
	return false
}

// isRange reports whether a word is numbers with hyphens between them, such as 22-25.
func isRange(word string) bool {
	return strings.Contains(word, "-") && strings.Trim(word, digits+"-") == ""
}

func writeWithoutDigits(b *strings.Builder, word string) {
	for i := range len(word) {
		switch {
		case !isDigit(word[i]):
			b.WriteByte(word[i])
		case i == 0 || !isDigit(word[i-1]):
			b.WriteByte('#')
		}
	}
}

// isID reports whether a word is a UUID, a longer id of the same form, or a hash.
func isID(word string) bool {
	if !strings.ContainsAny(word, digits) {
		return false
	}
	if groups := strings.Split(word, "-"); len(groups) == 5 && len(word) >= 32 {
		return !slices.ContainsFunc(groups, func(g string) bool { return len(g) < 4 })
	}
	return len(word) >= 16 && strings.Trim(word, "0123456789abcdef") == ""
}

// foldIDs folds a name that no block explains: its numbers tell it from others.
func foldIDs(name string) string {
	return foldText(name, func(word string) bool { return !isID(word) })
}
