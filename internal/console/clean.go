// Package console writes to terminals and CI logs. Everything that people read there passes through
// its [Writer], which makes text from files, image names and services harmless.
//
// This happens in one writer because escaping at each place that prints does not work: it took
// google/osv-scanner months of patches (#2669 to #2947).
package console

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/text"
)

// Clean does to s what [Writer] does, and replaces each line break with the two characters \n.
func Clean(s string) string {
	if isClean(s) { // nearly all are
		return s
	}
	n := newNeutralizer()
	n.oneLine = true
	return string(n.append(make([]byte, 0, len(s)+8), []byte(s)))
}

// isClean reports whether a text has nothing that [Clean] changes. It is quick, and may say no.
func isClean(s string) bool {
	return text.IsPlain(s) && !strings.Contains(s, "\n") && !strings.Contains(s, "##") && !strings.HasPrefix(strings.TrimLeft(s, " "), "::")
}

// neutralizer rewrites text so that neither a terminal nor the log reader of a CI host acts on it.
// Its changes stay visible, so that readers notice the attempt. They do not depend on the host,
// because a log may be read on another host than the one that wrote it.
//
//   - Control characters, invalid UTF-8, and the invisible characters that
//     reorder or hide text become escapes such as \x1b or \u202e. That ends ANSI
//     sequences, which all start with one.
//   - "::" at the start of a line, after any blanks, becomes ": :". GitHub's
//     runner trims blanks, then takes ::name:: for a workflow command.
//   - "##[" and "##name[", anywhere, become "## [" and "##name [": the runner's
//     older commands, and those of Azure (##vso[) and TeamCity, need not start a
//     line (osv-scanner #2947).
//   - One of the openings at the start of a line loses its last character to an escape:
//     "--- x" becomes "---\x20x". [Clean] keeps them, since a field starts no line.
//
// It only looks back, so that text may come in pieces.
type neutralizer struct {
	oneLine bool
	// begun is what the line begins with, while it may become an opening; then plainLine is set.
	begun     string
	plainLine bool
	// start is set while the line holds only blanks, colon after ":" at its start.
	start, colon bool
	// hashes counts consecutive "#"; name is set while letters follow "##".
	hashes int
	name   bool
}

// openings are what a host or a reader takes for more than text at the start of a line. A blank
// stands for any blank, and case does not matter.
//
//   - scangate: begins our own messages, and the verdict is one of them. See [Own].
//   - The marks begin a group in Buildkite's log, and open the one before
//     (https://buildkite.com/docs/pipelines/configure/managing-log-output).
//   - GitLab's sections (https://docs.gitlab.com/ci/jobs/job_logs/).
var openings = [...]string{own, "--- ", "+++ ", "~~~ ", "^^^ ", "section_start:", "section_end:"}

func newNeutralizer() *neutralizer { return &neutralizer{start: true} }

// atStart reports whether the line holds only blanks.
func (n *neutralizer) atStart() bool { return n.start }

// append appends the harmless form of p to dst. A character must not be split between two calls.
func (n *neutralizer) append(dst, p []byte) []byte {
	for len(p) > 0 {
		if plain := n.plain(p); plain > 0 {
			dst, p = append(dst, p[:plain]...), p[plain:]
			continue
		}
		r, size := utf8.DecodeRune(p)
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, fmt.Sprintf(`\x%02x`, p[0])...)
			n.noteOther()
		} else {
			dst = n.rune(dst, r)
		}
		p = p[size:]
	}
	return dst
}

// plain returns how many bytes at the start of p stay as they are and leave n as it is: most of a
// line, once it can't become an opening.
func (n *neutralizer) plain(p []byte) int {
	if n.start || n.colon || n.name || n.hashes > 0 || !n.plainLine && !n.oneLine {
		return 0
	}
	end := slices.IndexFunc(p, func(c byte) bool { return c < ' ' || c > '~' || c == '#' })
	if end < 0 {
		return len(p)
	}
	return end
}

func (n *neutralizer) rune(dst []byte, r rune) []byte {
	switch {
	case r == '\n' && !n.oneLine:
		*n = neutralizer{start: true}
		return append(dst, '\n')
	case n.opens(r):
		n.noteOther()
		return append(dst, escape(r)...)
	case r == '\t':
		r = ' '
	case Hidden(r):
		n.noteOther()
		return append(dst, escape(r)...)
	}
	if n.completes(r) {
		dst = append(dst, ' ')
	}
	n.note(r)
	return utf8.AppendRune(dst, r)
}

// completes reports whether r would complete the start of a command.
func (n *neutralizer) completes(r rune) bool {
	return r == ':' && n.colon || r == '[' && (n.hashes >= 2 || n.name)
}

// opens reports whether r would complete an opening of a line.
func (n *neutralizer) opens(r rune) bool {
	return !n.plainLine && !n.oneLine && slices.Contains(openings[:], n.begun+opening(r))
}

// begin records r if it can be part of an opening.
func (n *neutralizer) begin(r rune) {
	if n.plainLine || n.oneLine {
		return
	}
	n.begun += opening(r)
	n.plainLine = !slices.ContainsFunc(openings[:], func(o string) bool { return strings.HasPrefix(o, n.begun) })
}

// opening is r as openings have it.
func opening(r rune) string {
	if unicode.IsSpace(r) {
		return " "
	}
	return string(unicode.ToLower(r))
}

// note records r if it can be part of a command.
func (n *neutralizer) note(r rune) {
	n.begin(r)
	n.colon = r == ':' && n.start
	n.start = n.start && unicode.IsSpace(r)
	n.name = letter(r) && (n.hashes >= 2 || n.name)
	if r == '#' {
		n.hashes++
	} else {
		n.hashes = 0
	}
}

// noteOther records a character that can't be part of a command.
func (n *neutralizer) noteOther() {
	n.start, n.colon, n.name, n.hashes, n.plainLine = false, false, false, 0, true
}

func letter(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '-' || r == '_' || r == '.'
}

// Hidden reports whether r is invisible or changes how other text is shown. Such characters are
// controls (C0, DEL, C1), line and paragraph separators, bidirectional controls ("Trojan Source"),
// and characters of no width.
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
