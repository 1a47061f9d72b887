package report

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/text"
)

// plain makes s the harmless text of one line, as [console.Clean] does, for the formats that people
// read or that refuse control characters, as GitLab's database and XML do.
func plain(s string) string { return clean(text.Fold(s)) }

// showPath is a path as people read it. It is quoted if a line of text would change it, by a blank
// at an end or by a character that is not shown, or if it could be read as anything but a path.
func showPath(p string) string {
	if text.Fold(p) == p && clean(p) == p && readsAsPath(p) {
		return p
	}
	s := strings.ReplaceAll(strconv.Quote(p), "  ", ` \x20`)
	if strings.HasPrefix(s, `" `) {
		s = `"\x20` + s[2:]
	}
	if strings.HasSuffix(s, ` "`) {
		s = s[:len(s)-2] + `\x20"`
	}
	return s
}

// readsAsPath reports whether p, at the start of a line, can't be taken for a message or an option.
// The folder "scangate: PASS (exit 0)" would be a verdict, and with a colon inside, it is unclear
// where the line's number begins.
func readsAsPath(p string) bool {
	first, _ := utf8.DecodeRuneInString(p)
	begins := p == "" || unicode.IsLetter(first) || unicode.IsDigit(first) || strings.ContainsRune("._/@([", first)
	return begins && !strings.Contains(p, ":")
}

// exactPath makes a path harmless for a format that machines read, and keeps its blanks and tabs.
func exactPath(p string) string {
	parts := strings.Split(p, "\t")
	for i := range parts {
		parts[i] = clean(parts[i])
	}
	return strings.Join(parts, "\t")
}

// plainLines makes the lines of s harmless.
func plainLines(s string) []string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = plain(lines[i])
	}
	return lines
}

// plainCode makes a line of code harmless and keeps its blanks. Tabs become four spaces, because
// console.Clean makes one of them.
func plainCode(s string) string { return clean(strings.ReplaceAll(s, "\t", "    ")) }

// clean also replaces the two characters that no XML document may hold (XML 1.0, 2.2) and that are
// not controls.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0xfffe || r == 0xffff {
			return '\ufffd'
		}
		return r
	}, console.Clean(s))
}

// escapeMarkdown makes s plain text in CommonMark (2.4: a backslash before any ASCII punctuation)
// and in what hosts add to it: mentions, references, bare links. Line breaks become spaces. The
// result must not start a line, where more characters have a meaning.
func escapeMarkdown(s string) string {
	s = text.Fold(s)
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '@':
			// Hosts look for mentions in the rendered text, so that only a character of no width
			// between the sign and the name stops one.
			b.WriteString("&#64;&#8203;")
			continue
		case mentionsIssue(s, i):
			// Likewise #12 and GH-12, which would show up on the page of that issue.
			b.WriteByte('\\')
			b.WriteRune(r)
			b.WriteString("&#8203;")
			continue
		case strings.ContainsRune("\\`*_{}[]<>#!|~&$", r), r == ':' && strings.HasPrefix(s[i:], "://"),
			r == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// mentionsIssue reports whether s[i] is the sign before the number in the mention of an issue: #12,
// acme/shop#12 or GH-12 (https://docs.github.com/get-started, "Autolinked references and URLs").
func mentionsIssue(s string, i int) bool {
	if i+1 >= len(s) || s[i+1] < '0' || s[i+1] > '9' {
		return false
	}
	return s[i] == '#' || s[i] == '-' && i >= 2 && strings.EqualFold(s[i-2:i], "GH")
}

// sentence folds s to one line that ends in a full stop.
func sentence(s string) string {
	s = text.Fold(s)
	if isSentence(s) {
		return s
	}
	return s + "."
}

// appendSentence appends the sentence of s, after a blank if dst is not empty.
func appendSentence(dst []byte, s string) []byte {
	s = text.Fold(s)
	if len(dst) > 0 && s != "" {
		dst = append(dst, ' ')
	}
	dst = append(dst, s...)
	if !isSentence(s) {
		dst = append(dst, '.')
	}
	return dst
}

// isSentence reports whether a line is empty or has a stop at its end.
func isSentence(s string) bool {
	last, _ := utf8.DecodeLastRuneInString(s)
	return s == "" || strings.ContainsRune(".!?…", last)
}

// capitalized gives s a capital first letter.
func capitalized(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
