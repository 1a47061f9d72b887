package dockerfile

import (
	"strings"
	"unicode"
)

// missing finds the first variable whose absence changes text, which is a word
// after BuildKit's shell.Lex left standing all that has no value. Those that
// stand in ${X:-…} or ${X:+…} are provided for, unless what they stand in for
// lacks a value too. msg is the message of ${X:?msg}.
//
// Quotes are gone from text already. A dollar sign that was quoted is taken for
// a variable, which does no harm: no image reference holds one.
func (g *globals) missing(text string) (name, msg string, ok bool) {
	for {
		_, rest, found := strings.Cut(text, "$")
		if !found {
			return "", "", false
		}
		inner, tail, braces := braced(rest)
		if !braces {
			name, text = variable(rest)
			if name != "" {
				return name, "", true
			}
			continue
		}
		if name, msg, ok = g.missingIn(inner); ok {
			return name, msg, true
		}
		text = tail
	}
}

// missingIn looks into the inner text of ${…}.
func (g *globals) missingIn(inner string) (name, msg string, ok bool) {
	name, rest := variable(inner)
	if g.why[name] != nil {
		return name, "", true
	}
	operator := strings.TrimPrefix(rest, ":")
	switch {
	case strings.HasPrefix(operator, "-"):
		return g.missing(operator[1:])
	case strings.HasPrefix(operator, "+"):
		return "", "", false
	case strings.HasPrefix(operator, "?"):
		return name, operator[1:], true
	}
	return name, "", true
}

// braced splits "{inner}tail"; braces nest. An unclosed brace ends with the text.
func braced(s string) (inner, tail string, ok bool) {
	if !strings.HasPrefix(s, "{") {
		return "", "", false
	}
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth == 0 {
			return s[1:i], s[i+1:], true
		}
	}
	return s[1:], "", true
}

// variable splits a leading variable name off: a word, digits, or one of the
// shell's special parameters.
func variable(s string) (name, rest string) {
	isWord := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	end := strings.IndexFunc(s, func(r rune) bool { return !isWord(r) })
	if end < 0 {
		end = len(s)
	}
	if end == 0 && s != "" && strings.ContainsRune("@*#?-$!", rune(s[0])) {
		end = 1
	}
	return s[:end], s[end:]
}
