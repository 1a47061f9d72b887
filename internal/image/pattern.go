package image

import (
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// globCharacters have a meaning in globs, unless a backslash stands before them.
const globCharacters = `*?[]{}\`

// Pattern selects images. A repository such as redis stands for all its versions, and
// redis:7.2 for this one. A text that is not a reference, such as $BASE, stands for
// itself. A glob such as registry.acme.example/** is compared with the usual spellings
// of references.
type Pattern struct {
	// text is the pattern, without the backslashes unless it is a glob.
	text string
	glob bool
	// ref is what the text names; the zero value if it is not a reference.
	ref Reference
	// anyVersion is set for a repository.
	anyVersion bool
}

// ParsePattern reads a pattern. ok is false for one that is empty or not a valid glob.
func ParsePattern(text string) (p Pattern, ok bool) {
	literal, isLiteral := unescape(text)
	if !isLiteral {
		return Pattern{text: text, glob: true}, doublestar.ValidatePattern(text)
	}
	p = Pattern{text: literal}
	if ref, err := Parse(literal); err == nil {
		p.ref, p.anyVersion = ref.canonical(), !HasVersion(literal)
	}
	return p, literal != ""
}

// ParseAllowed reads a pattern of images that are allowed. A host alone, such as
// registry.acme.example, localhost:5000 or *.acme.example, stands for all its images. ok is
// false for a text that is neither a reference nor a valid glob, and so selects none.
func ParseAllowed(text string) (p Pattern, ok bool) {
	if isHost(text) {
		text += "/**"
	}
	p, ok = ParsePattern(text)
	return p, ok && (p.glob || p.ref != Reference{})
}

// isHost reports whether a pattern is a host and no image: it has no slash, and a dot before
// the port or the tag.
func isHost(pattern string) bool {
	host, port, _ := strings.Cut(pattern, ":")
	isPort := strings.Trim(port, "0123456789") == ""
	return (host == "localhost" || strings.Contains(host, ".")) && isPort && !strings.ContainsAny(pattern, "/@")
}

// ExactPattern returns the pattern that selects an image by its name or, if that is not
// a reference, by its text.
func ExactPattern(name string) string {
	if strings.Contains(name, "$") {
		return name
	}
	var b strings.Builder
	for _, c := range []byte(name) {
		if strings.IndexByte(globCharacters, c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// unescape removes the backslashes of a pattern. ok is false for a glob. Variables are
// written with braces: no text with a dollar sign is a glob.
func unescape(pattern string) (text string, ok bool) {
	if strings.Contains(pattern, "$") {
		return pattern, true
	}
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\' && i+1 < len(pattern):
			i++
			b.WriteByte(pattern[i])
		case strings.IndexByte(`*?[{\`, c) >= 0:
			return "", false
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

// HasVersion reports whether a reference is written with a tag or a digest.
func HasVersion(ref string) bool {
	return strings.ContainsAny(ref[strings.LastIndexByte(ref, '/')+1:], ":@")
}

// IsGlob reports whether the pattern may select images of several repositories.
func (p Pattern) IsGlob() bool { return p.glob }

// Matches reports whether the pattern selects an image. written is a reference in any
// spelling, or a text that is not a reference.
func (p Pattern) Matches(written string) bool {
	if p.glob {
		return p.matchesGlob(written)
	}
	if p.text == written {
		return true
	}
	ref, err := Parse(written)
	switch {
	case err != nil || p.ref == Reference{}:
		return false
	case p.anyVersion:
		return p.ref.Name() == ref.canonical().Name()
	}
	return p.ref.Key() == ref.Key()
}

func (p Pattern) matchesGlob(written string) bool {
	fits := func(form string) bool { return doublestar.MatchUnvalidated(p.text, form) }
	if fits(written) {
		return true
	}
	ref, err := Parse(written)
	return err == nil && slices.ContainsFunc(append(ref.Forms(), ref.HostForm()), fits)
}
