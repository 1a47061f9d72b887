package dockerfile

import (
	"strings"
	"unicode"
)

// missing finds the first variable that must have a value and has none. The text is
// a word in which BuildKit's shell.Lex has replaced all variables with values. The
// forms ${X:-…} and ${X:+…} allow X to have no value, but their own text may need
// another variable. msg is the message of ${X:?msg}.
//
// A quoted dollar sign is taken for a variable, because the quotes are gone. That is
// harmless: no image reference contains a dollar sign.
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

// missingIn is missing for the inner text of ${…}.
func (g *globals) missingIn(inner string) (name, msg string, ok bool) {
	name, rest := variable(inner)
	if g.errs[name] != nil {
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

// braced splits "{inner}tail". Braces nest; an unclosed one ends with the text.
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

// variable splits off a leading variable name: a word, digits, or a special
// parameter of the shell.
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
