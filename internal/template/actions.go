package template

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

// actionKind says what an action of a template puts into the text.
type actionKind uint8

const (
	// control puts in nothing: if, end, a comment, an assignment.
	control actionKind = iota
	// opens and closes are controls around a part of the text, and between is else.
	opens
	closes
	between
	// output puts in a word, and blockOutput lines of its own.
	output
	blockOutput
)

// action is a part of a text that a template engine replaces: text[start:end].
type action struct {
	start, end int
	kind       actionKind
	// open is the mark that it begins with, and inside the text between the marks.
	open, inside string
}

// marks are how actions begin and end.
type marks struct{ open, end string }

// engineMarks are those of Go templates and Jinja, of Jinja, and of ERB.
func engineMarks() []marks {
	return []marks{{"{{", "}}"}, {"{%", "%}"}, {"{#", "#}"}, {"<%", "%>"}}
}

// findActions finds the actions of template engines in a text, but for those in comments
// that begin with #. An action without an end does not count.
func findActions(text []byte) []action {
	var all []action
	f := actionFinder{text: text, brace: -1, angle: -1, endless: map[string]bool{}}
	for {
		start, m, ok := f.next()
		if !ok {
			return all
		}
		f.pass(start)
		end := f.end(start+len(m.open), m)
		if end < 0 || f.comment {
			f.pass(start + len(m.open))
			continue
		}
		inside := string(text[start+len(m.open) : end-len(m.end)])
		all = append(all, action{start, end, kindOf(m.open, inside), m.open, inside})
		f.at = end
	}
}

// actionFinder goes through a text once.
type actionFinder struct {
	text []byte
	at   int
	// quote and comment are what the current line is in.
	quote   byte
	comment bool
	// brace and angle are the next { and <, or before the place that was reached.
	brace, angle int
	// endless holds the marks that no further action ends with.
	endless map[string]bool
}

// next finds the next mark that opens an action.
func (f *actionFinder) next() (start int, m marks, ok bool) {
	for i := f.at; ; i++ {
		if i = min(f.ahead(i, '{', &f.brace), f.ahead(i, '<', &f.angle)); i == len(f.text) {
			return 0, marks{}, false
		}
		for _, m := range engineMarks() {
			if bytes.HasPrefix(f.text[i:], []byte(m.open)) {
				return i, m, true
			}
		}
	}
}

// ahead is the index of the next byte of a kind, the length of the text if there is none. It
// is remembered in known, so that the text is searched once.
func (f *actionFinder) ahead(from int, kind byte, known *int) int {
	if *known < from {
		*known = len(f.text)
		if i := bytes.IndexByte(f.text[from:], kind); i >= 0 {
			*known = from + i
		}
	}
	return *known
}

// pass moves on to a place and notes whether a # makes it a part of a comment. Only the line
// of the place decides.
func (f *actionFinder) pass(to int) {
	if i := bytes.LastIndexByte(f.text[f.at:to], '\n'); i >= 0 {
		f.at += i
	}
	for ; f.at < to; f.at++ {
		switch c := f.text[f.at]; {
		case c == '\n':
			f.quote, f.comment = 0, false
		case f.quote != 0:
			if c == f.quote {
				f.quote = 0
			}
		case c == '"' || c == '\'':
			f.quote = c
		case c == '#' && f.afterBlank() && !bytes.HasPrefix(f.text[f.at:], []byte("#}")):
			f.comment = true
		}
	}
}

func (f *actionFinder) afterBlank() bool {
	return f.at == 0 || bytes.IndexByte([]byte(" \t\n"), f.text[f.at-1]) >= 0
}

// end is where an action ends whose inside starts at start, -1 if it does not. In a
// {{ }}, texts in quotes and comments may hold the mark.
func (f *actionFinder) end(start int, m marks) int {
	if f.endless[m.end] {
		return -1
	}
	at := start
	if rest := bytes.TrimLeft(f.text[start:], "- \t\n\r"); bytes.HasPrefix(rest, []byte("/*")) {
		at += max(0, bytes.Index(f.text[start:], []byte("*/")))
	}
	end := f.find(at, m.end)
	for m.open == "{{" && end >= 0 {
		quote := bytes.IndexAny(f.text[at:end], "\"'`")
		if quote < 0 {
			break
		}
		length := quotedLength(f.text[at+quote:])
		if length < 0 {
			break
		}
		if at += quote + length; at > end {
			end = f.find(at, m.end)
		}
	}
	if end < 0 {
		f.endless[m.end] = true
		return -1
	}
	return end + len(m.end)
}

// find is the index of a mark after a place, -1 if there is none.
func (f *actionFinder) find(at int, mark string) int {
	i := bytes.Index(f.text[at:], []byte(mark))
	if i < 0 {
		return -1
	}
	return at + i
}

// quotedLength is the length of the quoted text at the start of a line, -1 if it does not
// end on the line.
func quotedLength(text []byte) int {
	for i := 1; i < len(text) && text[i] != '\n'; i++ {
		switch {
		case text[i] == '\\' && text[0] != '`':
			i++
		case text[i] == text[0]:
			return i + 1
		}
	}
	return -1
}

// keyword is the first word of an action, without the signs that trim blanks.
func keyword(inside string) string {
	inside = strings.TrimLeft(inside, "-+~= \t\r\n")
	if i := strings.IndexFunc(inside, func(r rune) bool { return r < 'a' || r > 'z' }); i >= 0 {
		return inside[:i]
	}
	return inside
}

var assignment = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[-\s]*\$\w*\s*(,\s*\$\w+\s*)?:?=`) })

func kindOf(open, inside string) actionKind {
	word := keyword(inside)
	switch open {
	case "{#":
		return control
	case "{%":
		return jinjaKind(word)
	case "<%":
		return erbKind(inside, word)
	}
	trimmed := strings.TrimLeft(inside, "- \t\r\n")
	switch {
	case strings.HasPrefix(trimmed, "/*"), strings.HasPrefix(trimmed, "!"), strings.Contains(inside, "=") && assignment().MatchString(inside):
		return control
	case strings.HasPrefix(trimmed, "#"), strings.HasPrefix(trimmed, "^"):
		return opens
	case strings.HasPrefix(trimmed, "/"):
		return closes
	}
	switch word {
	case "if", "range", "with", "define", "block":
		return opens
	case "end":
		return closes
	case "else":
		return between
	case "break", "continue":
		return control
	}
	if strings.Contains(inside, "indent") {
		return blockOutput
	}
	return output
}

func jinjaKind(word string) actionKind {
	switch word {
	case "if", "for", "macro", "call", "filter", "block", "with", "raw", "autoescape":
		return opens
	case "else", "elif":
		return between
	}
	if strings.HasPrefix(word, "end") {
		return closes
	}
	return control
}

func erbKind(inside, word string) actionKind {
	switch {
	case strings.HasPrefix(inside, "="), strings.HasPrefix(inside, "-="):
		return output
	case word == "if", word == "unless", word == "for", word == "case", strings.HasSuffix(strings.TrimRight(inside, "- |\t\r\n"), " do"),
		strings.Contains(inside, " do |"):
		return opens
	case word == "else", word == "elsif", word == "when":
		return between
	case word == "end":
		return closes
	}
	return control
}
