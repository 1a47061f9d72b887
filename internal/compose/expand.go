package compose

import (
	"fmt"
	"strings"
)

const (
	// maxDepth bounds nested defaults: ${A:-${B:-${C:-…}}}.
	maxDepth = 20
	// maxText bounds a text with variables in bytes, before and after these are replaced: each
	// one searches the rest of it, and values of values may double at each step.
	maxText = 16 << 10
)

// lookup returns the value of a variable. why is set if the variable has none, for a
// reason worth a message.
type lookup func(name string) (value string, ok bool, why string)

// unsetError says which variable of a text has no value.
type unsetError struct{ name, why string }

func (e *unsetError) Error() string {
	if e.why == "" {
		return e.name + " has no value"
	}
	return e.name + " has no value: " + e.why
}

// invalidError is for a text that Compose refuses.
type invalidError struct{ text string }

func (e *invalidError) Error() string { return fmt.Sprintf("invalid use of variables in %q", e.text) }

var errTooLong = fmt.Errorf("a text with variables is longer than %d KiB", maxText>>10)

// expand replaces the variables of a text by Compose's rules. Where Compose would use
// the empty string for a variable without a value, it returns an *unsetError.
func expand(text string, find lookup) (string, error) {
	if strings.IndexByte(text, '$') < 0 {
		return text, nil
	}
	if len(text) > maxText {
		return "", errTooLong
	}
	return expandNested(text, find, 0)
}

func expandNested(text string, find lookup, depth int) (string, error) {
	if depth > maxDepth {
		return "", &invalidError{text: text}
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "$")
		b.WriteString(before)
		n := nameLength(after)
		switch {
		case b.Len() > maxText:
			return "", errTooLong
		case !found:
			return b.String(), nil
		case strings.HasPrefix(after, "$"):
			b.WriteByte('$')
			text = after[1:]
		case strings.HasPrefix(after, "{"):
			inner, rest, ok := braced(after)
			if !ok {
				return "", &invalidError{text: "$" + after}
			}
			value, err := expandBraced(inner, find, depth)
			if err != nil {
				return "", err
			}
			b.WriteString(value)
			text = rest
		case n > 0:
			value, err := plain(after[:n], find)
			if err != nil {
				return "", err
			}
			b.WriteString(value)
			text = after[n:]
		default:
			b.WriteByte('$')
			text = after
		}
	}
}

// expandBraced returns the value of ${inner}.
func expandBraced(inner string, find lookup, depth int) (string, error) {
	n := nameLength(inner)
	name, operator := inner[:n], inner[n:]
	if operator == "" {
		return plain(name, find)
	}
	value, ok, why := find(name)
	if operator[0] == ':' {
		ok = ok && value != ""
		operator = operator[1:]
	}
	word := operator[1:]
	switch {
	case operator[0] == '-' && !ok && why != "":
		// The default would hide that a value exists which is not used.
		return "", &unsetError{name: name, why: why}
	case operator[0] == '-' && !ok, operator[0] == '+' && ok:
		return expandNested(word, find, depth+1)
	case operator[0] == '+' && why != "":
		return "", &unsetError{name: name, why: why}
	case operator[0] == '+':
		return "", nil
	case ok:
		return value, nil
	case operator[0] == '?' && why == "":
		why = word
	}
	return "", &unsetError{name: name, why: why}
}

func plain(name string, find lookup) (string, error) {
	value, ok, why := find(name)
	if !ok {
		return "", &unsetError{name: name, why: why}
	}
	return value, nil
}

// braced splits "{inner}rest". inner is a name, or a name with an operator and a word.
// A word ends at the brace that closes the first one, or else at the last one of the
// line.
func braced(s string) (inner, rest string, ok bool) {
	n := nameLength(s[1:])
	tail := s[1+n:]
	if n == 0 {
		return "", "", false
	}
	if strings.HasPrefix(tail, "}") {
		return s[1 : 1+n], tail[1:], true
	}
	line, _, _ := strings.Cut(s, "\n")
	last := strings.LastIndexByte(line, '}')
	operator := strings.TrimPrefix(tail, ":")
	if operator == "" || strings.IndexByte("-+?", operator[0]) < 0 || last < len(s)-len(operator)+1 {
		return "", "", false
	}
	end := closing(line[:last+1])
	return s[1:end], s[end+1:], true
}

// closing is the index of the brace that closes the first one, or else of the last
// byte. Like Compose, it skips the byte after each opening brace.
func closing(s string) int {
	level := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '}':
			if level--; level == 0 {
				return i
			}
		case '{':
			level++
			i++
		}
	}
	return len(s) - 1
}

// nameLength is the length of the name of a variable at the start of text.
func nameLength(text string) int {
	for i := range len(text) {
		c := text[i]
		if !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9') {
			return i
		}
	}
	return len(text)
}
