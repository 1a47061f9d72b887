package git

import (
	"slices"
	"strings"
)

// wildcards are the characters with a meaning in a pattern.
const wildcards = `*?[\`

// matchWild reports whether a pattern of .gitattributes matches a text, as git's wildmatch.c does:
// only ** beside slashes matches a slash. It takes a time that grows with the product of both
// lengths: a pattern may be hostile.
func matchWild(pattern, text string) bool {
	if !strings.ContainsAny(pattern, wildcards) {
		return pattern == text
	}
	tokens, ok := parseWild(pattern)
	if !ok {
		return false
	}
	// reached[i]: the tokens so far match the first i bytes.
	reached := make([]bool, len(text)+1)
	reached[0] = true
	for _, token := range tokens {
		reached = token.advance(reached, text)
	}
	return reached[len(text)]
}

// wildToken is a part of a pattern.
type wildToken struct {
	kind wildKind
	// set holds the bytes that match, for oneOfSet.
	set *[256]bool
}

type wildKind uint8

const (
	oneOfSet wildKind = iota
	// anyInFolder matches any number of bytes without a slash: *.
	anyInFolder
	// anyAtAll matches any number of bytes: ** beside slashes.
	anyAtAll
	// anyFolders matches nothing, or any number of bytes before a slash: **/.
	anyFolders
)

// advance returns what is reached after the token.
func (w wildToken) advance(reached []bool, text string) []bool {
	next := make([]bool, len(reached))
	if w.kind != oneOfSet {
		copy(next, reached)
	}
	open := false
	for i := range len(text) {
		open = open || reached[i]
		switch w.kind {
		case oneOfSet:
			next[i+1] = reached[i] && w.set[text[i]]
		case anyInFolder:
			open = open && text[i] != '/'
			next[i+1] = next[i+1] || open
		case anyAtAll:
			next[i+1] = next[i+1] || open
		case anyFolders:
			next[i+1] = next[i+1] || open && text[i] == '/'
		}
	}
	return next
}

// parseWild splits a pattern. ok is false for one that matches nothing.
func parseWild(pattern string) (tokens []wildToken, ok bool) {
	for p := 0; p < len(pattern); {
		var token wildToken
		switch c := pattern[p]; c {
		case '*':
			token.kind, p = parseStars(pattern, p)
		case '?':
			token.set, p = setOf(func(c byte) bool { return c != '/' }), p+1
		case '[':
			if token.set, p = parseSet(pattern, p+1); token.set == nil {
				return nil, false
			}
		default:
			if c == '\\' {
				p++
			}
			if p == len(pattern) {
				return nil, false
			}
			want := pattern[p]
			token.set, p = setOf(func(c byte) bool { return c == want }), p+1
		}
		tokens = append(tokens, token)
	}
	return tokens, true
}

// parseStars reads asterisks, and returns the position after the token.
func parseStars(pattern string, start int) (wildKind, int) {
	end := start
	for end < len(pattern) && pattern[end] == '*' {
		end++
	}
	rest := pattern[end:]
	switch {
	case end-start == 1, start > 0 && pattern[start-1] != '/':
		return anyInFolder, end
	case strings.HasPrefix(rest, "/"):
		return anyFolders, end + 1
	case rest == "", strings.HasPrefix(rest, `\/`):
		return anyAtAll, end
	}
	return anyInFolder, end
}

func setOf(has func(byte) bool) *[256]bool {
	var set [256]bool
	for i := range set {
		set[i] = has(byte(i))
	}
	return &set
}

// parseSet reads what stands after [, and returns the position after its ]. set is nil for one
// that matches nothing.
func parseSet(pattern string, p int) (set *[256]bool, end int) {
	s := setParser{rest: pattern[p:]}
	negated := s.take("!") || s.take("^")
	for first := true; first || !s.take("]"); first = false {
		if !s.element() {
			return nil, 0
		}
	}
	for i := range s.set {
		s.set[i] = s.set[i] != negated
	}
	s.set['/'] = false
	return &s.set, len(pattern) - len(s.rest)
}

// setParser reads the elements of a set.
type setParser struct {
	rest string
	set  [256]bool
	// last is the character at which a range may begin, 0 for none.
	last byte
}

func (s *setParser) take(prefix string) bool {
	rest, found := strings.CutPrefix(s.rest, prefix)
	s.rest = rest
	return found
}

// char reads a character, which a backslash may stand before.
func (s *setParser) char() (c byte, ok bool) {
	s.take(`\`)
	if s.rest == "" {
		return 0, false
	}
	c, s.rest = s.rest[0], s.rest[1:]
	return c, true
}

// element reads a character, a range or a class. It returns false where the set has no end, or
// names a class that there is not.
func (s *setParser) element() bool {
	if s.last != 0 && len(s.rest) > 1 && s.rest[0] == '-' && s.rest[1] != ']' {
		s.rest = s.rest[1:]
		to, ok := s.char()
		for c := int(s.last); c <= int(to); c++ {
			s.set[c] = true
		}
		s.last = 0
		return ok
	}
	if strings.HasPrefix(s.rest, "[:") {
		inside, rest, closed := strings.Cut(s.rest[2:], "]")
		if name, isClass := strings.CutSuffix(inside, ":"); closed && isClass {
			s.rest, s.last = rest, 0
			return s.class(name)
		}
		if !closed {
			return false
		}
	}
	c, ok := s.char()
	s.set[c], s.last = true, c
	return ok
}

// class adds a class of POSIX, in the locale C.
func (s *setParser) class(name string) bool {
	ranges := map[string]string{
		"alnum": "09AZaz", "alpha": "AZaz", "blank": "  \t\t", "cntrl": "\x00\x1f\x7f\x7f", "digit": "09", "graph": "!~", "lower": "az", "print": " ~",
		"punct": "!/:@[`{~", "space": "  \t\r", "upper": "AZ", "xdigit": "09AFaf",
	}
	bounds, known := ranges[name]
	for pair := range slices.Chunk([]byte(bounds), 2) {
		for c := int(pair[0]); c <= int(pair[1]); c++ {
			s.set[c] = true
		}
	}
	return known
}
