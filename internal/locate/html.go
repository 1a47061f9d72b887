package locate

import (
	"html"
	"strings"
	"unicode"

	"github.com/scangate/scangate/internal/text"
)

// PlainText returns s without HTML: tags removed, entities decoded, runs of blanks
// folded to one space. <br> and block elements become line breaks, with at most one
// blank line in a row. Only the tags of HTML are removed: <bucket-name> stays.
func PlainText(s string) string { return foldBlanks(stripHTML(s)) }

// oneLine is PlainText on a single line.
func oneLine(s string) string { return text.Fold(stripHTML(s)) }

// foldBlanks trims each line of a text from stripHTML, folds blanks inside it and drops
// repeated blank lines. Folded text is returned itself: copies of the details of a million alerts
// would be most of the memory.
func foldBlanks(s string) string {
	if isFolded(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	breaks := 0
	for i := 0; i < len(s); {
		end := wordEnd(s, i)
		if end == i {
			if s[i] == '\n' {
				breaks++
			}
			i++
			continue
		}
		if b.Len() > 0 {
			b.WriteString([...]string{" ", "\n", "\n\n"}[min(breaks, 2)])
		}
		b.WriteString(s[i:end])
		i, breaks = end, 0
	}
	return b.String()
}

// wordEnd is the index of the first blank from i on.
func wordEnd(s string, i int) int {
	for i < len(s) && s[i] != ' ' && s[i] != '\n' {
		i++
	}
	return i
}

// isFolded reports whether foldBlanks changes nothing.
func isFolded(s string) bool {
	space, breaks := false, 2 // directly before the byte
	for i := range len(s) {
		switch {
		case s[i] == ' ' && (space || breaks > 0), s[i] == '\n' && (space || breaks > 1):
			return false
		case s[i] == ' ':
			space = true
		case s[i] == '\n':
			breaks++
		default:
			space, breaks = false, 0
		}
	}
	return s == "" || !space && breaks == 0
}

// stripHTML removes tags, decodes entities once and normalises line breaks and
// blanks. Blanks are not folded: a file name may have two in a row.
func stripHTML(s string) string {
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
	if text.IsPlain(s) {
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
