package text

import (
	"html"
	"strings"
	"unicode"
)

// WithoutHTML removes tags, decodes entities once and normalises line breaks and blanks. <br> and
// block elements become line breaks. Only the tags of HTML are removed: <bucket-name> stays. Blanks
// are not folded: a file name may have two in a row.
func WithoutHTML(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return normalizeBlanks(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for next := strings.IndexAny(s, "<&"); next >= 0; next = strings.IndexAny(s, "<&") {
		b.WriteString(s[:next])
		text, n := markup(s[next:])
		if n == 0 {
			text, n = s[next:next+1], 1
		}
		b.WriteString(text)
		s = s[next+n:]
	}
	b.WriteString(s)
	return normalizeBlanks(b.String())
}

// markup reads the tag, comment or entity at the start of s, which is a "<" or "&". It returns what
// stands for it and its length, 0 if there is none.
func markup(s string) (string, int) {
	if s[0] == '&' {
		return entity(s)
	}
	name, n := htmlTag(s)
	return tagBreak(name), n
}

// normalizeBlanks makes every line break "\n", every other blank a space, and every byte that is
// no UTF-8 U+FFFD.
func normalizeBlanks(s string) string {
	if IsPlain(s) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
}

// maxEntity is the length of the longest entity.
const maxEntity = len("&CounterClockwiseContourIntegral;")

// entity decodes the entity at the start of s and returns its length. Unlike the
// HTML specification it demands the semicolon: the &reg of "&region=us" is a part
// of a URL.
func entity(s string) (string, int) {
	name, _, ok := strings.Cut(s[:min(len(s), maxEntity)], ";")
	if !ok {
		return "", 0
	}
	raw := name + ";"
	text := html.UnescapeString(raw)
	if text == raw || strings.HasSuffix(text, ";") && len(text) > 1 {
		return "", 0
	}
	return text, len(raw)
}

// maxTag bounds how far the end of a tag or comment is searched: hostile text must
// cost linear time.
const maxTag = 4096

// htmlTag reads a tag or comment at the start of s, which is a "<". It returns the
// lower-case name and the length, 0 if there is no tag.
func htmlTag(s string) (string, int) {
	s = s[:min(len(s), maxTag)]
	if strings.HasPrefix(s, "<!--") {
		if _, rest, ok := strings.Cut(s, "-->"); ok {
			return "", len(s) - len(rest)
		}
		return "", 0
	}
	start := 1
	if strings.HasPrefix(s, "</") {
		start = 2
	}
	end := start
	for end < len(s) && isAlnum(s[end]) {
		end++
	}
	name := strings.ToLower(s[start:end])
	if !isHTMLName(name) {
		return "", 0
	}
	if n := tagEnd(s[end:]); n > 0 {
		return name, end + n
	}
	return "", 0
}

// tagEnd returns the length up to and including the ">" that ends a tag, 0 if none
// does. Quoted values of attributes may hold a ">".
func tagEnd(s string) int {
	if s == "" || !strings.ContainsRune(" />\n\t\r", rune(s[0])) {
		return 0
	}
	var quote byte
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		case c == '<':
			return 0
		}
	}
	return 0
}

func isHTMLName(name string) bool {
	switch name {
	case "a", "abbr", "b", "big", "center", "cite", "code", "em", "font", "i", "img", "kbd", "mark",
		"s", "samp", "script", "small", "span", "strike", "strong", "style", "sub", "sup", "tt", "u", "var", "wbr":
		return true
	}
	return tagBreak(name) != ""
}

// tagBreak returns what replaces a tag of this name, "" for an inline element.
func tagBreak(name string) string {
	switch name {
	case "br", "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "tr", "table", "tbody", "thead", "hr", "pre",
		"blockquote", "section", "article", "body", "html", "head", "h1", "h2", "h3", "h4", "h5", "h6":
		return "\n"
	case "td", "th":
		return " "
	}
	return ""
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
