package locate

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// label is a word that introduces a value.
type label uint8

const (
	noLabel     label = iota
	labelRef          // Ref:, Resource:
	labelFile         // File:
	labelBranch       // branch:
	labelLine         // line:
)

// scanner reads references out of text by hand: the values may hold brackets,
// commas and quotes, which no regular expression balances.
type scanner struct {
	text string
	// lines holds where each line starts.
	lines []int
}

func newScanner(text string) *scanner {
	s := &scanner{text: text, lines: []int{0}}
	for i := range len(text) {
		if text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// maxRest bounds how much text behind a value is kept to try other ends in.
const maxRest = 1024

// labelAt reads a label at i, for example "Ref:" or "file =", and returns where
// its value may begin.
func (s *scanner) labelAt(i int) (label, int) {
	end := i
	for end < len(s.text) && end-i < 9 && isLetter(s.text[end]) {
		end++
	}
	l := labelOf(s.text[i:end])
	if l == noLabel || !s.boundary(i) {
		return noLabel, 0
	}
	if end < len(s.text) && i > 0 && s.text[end] == s.text[i-1] && isQuote(s.text[end]) {
		end++
	}
	end = s.skipBlanks(end)
	if end >= len(s.text) || s.text[end] != ':' && s.text[end] != '=' {
		return noLabel, 0
	}
	rest := s.text[end+1:]
	switch {
	case strings.HasPrefix(rest, ":"), strings.HasPrefix(rest, "="), strings.HasPrefix(rest, "//"):
		return noLabel, 0 // a::b, a == b and file:///a are no labels
	case strings.HasPrefix(rest, ">"):
		return l, end + 2
	}
	return l, end + 1
}

func labelOf(word string) label {
	if len(word) < 3 {
		return noLabel
	}
	switch strings.ToLower(word) {
	case "ref", "resource":
		return labelRef
	case "file":
		return labelFile
	case "branch":
		return labelBranch
	case "line":
		return labelLine
	}
	return noLabel
}

// boundary says that a word may begin at i: not inside a name, nor in the query
// of a URL, nor after the dashes of an option.
func (s *scanner) boundary(i int) bool {
	if i == 0 {
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(s.text[:i])
	if r < utf8.RuneSelf {
		return strings.ContainsRune(" \n([{<>,;|\"'`*", r)
	}
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// reference reads all parts of a reference whose first label stands at i.
func (s *scanner) reference(i int, l label, after int) reference {
	var r reference
	var closer byte
	r.start, closer = s.opening(i)
	r.bracket = closer != 0
	r.kind, r.start = s.kindWord(r.start)
	for {
		v, e := s.value(after, closer, &r, l)
		r.set(l, v)
		r.end = e.at
		if e.next == noLabel {
			break
		}
		l, after = e.next, e.after
	}
	s.branchBehind(&r)
	return r
}

// opening looks for the bracket before the label at i and returns where the form
// starts and the bracket that closes it, 0 if there is none.
func (s *scanner) opening(i int) (int, byte) {
	start := i
	if start > 0 && isQuote(s.text[start-1]) {
		start--
	}
	k := start
	for k > 0 && s.text[k-1] == ' ' {
		k--
	}
	if k > 0 {
		if c := closerOf(s.text[k-1]); c != 0 {
			return k - 1, c
		}
	}
	return start, 0
}

// kindWord reads an upper-case token with an underscore right before start.
func (s *scanner) kindWord(start int) (string, int) {
	end := start
	for end > 0 && (s.text[end-1] == ' ' || s.text[end-1] == ':') {
		end--
	}
	k := end
	for k > 0 && isKindByte(s.text[k-1]) {
		k--
	}
	word := s.text[k:end]
	if !strings.Contains(strings.Trim(word, "_"), "_") || isDigit(word[0]) || !s.boundary(k) {
		return "", start
	}
	return word, k
}

func isKindByte(c byte) bool { return c >= 'A' && c <= 'Z' || isDigit(c) || c == '_' }

// branchBehind reads " branch: Z" behind a closed bracket.
func (s *scanner) branchBehind(r *reference) {
	if r.branch != "" {
		return
	}
	k := s.skipBlanks(r.end)
	if k < len(s.text) && s.text[k] == ',' {
		k = s.skipBlanks(k + 1)
	}
	l, after := s.labelAt(k)
	if l != labelBranch {
		return
	}
	from := s.skipBlanks(after)
	to := from
	for to < len(s.text) && !strings.ContainsRune(" \n,;", rune(s.text[to])) {
		to++
	}
	r.branch, r.end = strings.TrimRight(s.text[from:to], "."), to
}

func (s *scanner) skipBlanks(i int) int {
	for i < len(s.text) && s.text[i] == ' ' {
		i++
	}
	return i
}

// skipSpace skips blanks and up to two line breaks, as <p> makes them.
func (s *scanner) skipSpace(i int) int {
	for range 2 {
		i = s.skipBlanks(i)
		if i < len(s.text) && s.text[i] == '\n' {
			i++
		}
	}
	return s.skipBlanks(i)
}

// lineStart is where the line of position i starts.
func (s *scanner) lineStart(i int) int {
	n, found := slices.BinarySearch(s.lines, i)
	if !found {
		n--
	}
	return s.lines[n]
}

// lineEnd is where the line of position i ends, its line break not included.
func (s *scanner) lineEnd(i int) int {
	n, _ := slices.BinarySearch(s.lines, i+1)
	if n < len(s.lines) {
		return s.lines[n] - 1
	}
	return len(s.text)
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

func closerOf(c byte) byte {
	switch c {
	case '(':
		return ')'
	case '[':
		return ']'
	case '{':
		return '}'
	case '<':
		return '>'
	}
	return 0
}
