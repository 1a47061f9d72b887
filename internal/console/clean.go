// Package console is the way to people: every byte that a person reads in a terminal or a CI log
// passes through its [Writer], which neutralises what file names, image names and the service's
// texts may hold.
//
// Why once and here: scanners that escaped at each place where they print took months of patches to
// do it everywhere (google/osv-scanner #2669 to #2947).
package console

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Clean returns s as the harmless text of one line: what [Writer] does to text, and line breaks
// become the two characters \n.
func Clean(s string) string {
	n := newNeutralizer()
	n.oneLine = true
	return string(n.append(make([]byte, 0, len(s)+8), []byte(s)))
}

// neutralizer rewrites text so that neither a terminal nor the log reader of a CI host acts on it.
// What it changes stays visible, because a reader should see that somebody tried; and it changes
// the same everywhere, because a log may be read by another host than the one that wrote it.
//
//   - Control characters, invalid UTF-8, and the invisible characters that
//     reorder or hide text become escapes such as \x1b or \u202e. That ends ANSI
//     sequences, which all start with one.
//   - "::" at the start of a line, after any blanks, becomes ": :". GitHub's
//     runner trims blanks, then takes ::name:: for a workflow command.
//   - "##[" and "##name[", anywhere, become "## [" and "##name [": the runner's
//     older commands, and those of Azure (##vso[) and TeamCity, need not start a
//     line (osv-scanner #2947).
//
// It looks back only, so that it can work on text that comes in pieces.
type neutralizer struct {
	oneLine bool
	// start is set while the line holds blanks only; colon after ":" there.
	start, colon bool
	// hashes counts "#" in a row; name is set while letters follow "##".
	hashes int
	name   bool
}

func newNeutralizer() *neutralizer { return &neutralizer{start: true} }

// fresh reports whether the line has nothing but blanks in it.
func (n *neutralizer) fresh() bool { return n.start }

// append adds the harmless form of p to dst. Characters must not be split between two calls.
func (n *neutralizer) append(dst, p []byte) []byte {
	for len(p) > 0 {
		r, size := utf8.DecodeRune(p)
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, fmt.Sprintf(`\x%02x`, p[0])...)
			n.other()
		} else {
			dst = n.rune(dst, r)
		}
		p = p[size:]
	}
	return dst
}

func (n *neutralizer) rune(dst []byte, r rune) []byte {
	switch {
	case r == '\n' && !n.oneLine:
		*n = neutralizer{start: true}
		return append(dst, '\n')
	case r == '\t':
		r = ' '
	case Hidden(r):
		n.other()
		return append(dst, escape(r)...)
	}
	if n.breaks(r) {
		dst = append(dst, ' ')
	}
	n.follow(r)
	return utf8.AppendRune(dst, r)
}

// breaks reports whether r would complete a command.
func (n *neutralizer) breaks(r rune) bool {
	return r == ':' && n.colon || r == '[' && (n.hashes >= 2 || n.name)
}

// follow remembers r, as far as it can be part of a command.
func (n *neutralizer) follow(r rune) {
	n.colon = r == ':' && n.start
	n.start = n.start && unicode.IsSpace(r)
	n.name = letter(r) && (n.hashes >= 2 || n.name)
	if r == '#' {
		n.hashes++
	} else {
		n.hashes = 0
	}
}

// other notes a character that no command holds.
func (n *neutralizer) other() {
	n.start, n.colon, n.name, n.hashes = false, false, false, 0
}

func letter(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '-' || r == '_' || r == '.'
}

// Hidden reports whether r acts on what is around it instead of being seen: controls (C0, DEL, C1),
// line and paragraph separators, the bidirectional controls ("Trojan Source"), and characters of no
// width that hide text.
func Hidden(r rune) bool {
	switch {
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
		return true
	case r == '\u2028' || r == '\u2029' || r == '\u200b' || r == '\u2060' || r == '\ufeff':
		return true
	}
	return 0xE0000 <= r && r <= 0xE007F // tags: invisible ASCII
}

func escape(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}
