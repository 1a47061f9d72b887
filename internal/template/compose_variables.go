package template

import (
	"cmp"
	"strings"
)

// maxInterpolation bounds nested defaults: ${A:-${B:-${C:-…}}}.
const maxInterpolation = 20

// variables are the values of the variables that are set. Compose gives the others their
// defaults.
type variables map[string]string

// interpolate resolves the variables of a Compose value; $$ is a dollar sign
// (compose-spec, "Interpolation"). If a variable has neither a value nor a default, it
// returns the text as written and the variable.
func (vars variables) interpolate(text string) (value, missing string) {
	out, missing := vars.expand(text, 0)
	if missing != "" {
		return text, missing
	}
	return out, ""
}

func (vars variables) expand(text string, depth int) (value, missing string) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "$")
		b.WriteString(before)
		switch {
		case !found:
			return b.String(), ""
		case strings.HasPrefix(after, "$"):
			b.WriteByte('$')
			text = after[1:]
		case strings.HasPrefix(after, "{"):
			end := closing(after)
			if end < 0 || depth >= maxInterpolation {
				return "", after
			}
			value, missing := vars.braced(after[1:end], depth)
			if missing != "" {
				return "", missing
			}
			b.WriteString(value)
			text = after[end+1:]
		default:
			name := after[:nameLength(after)]
			value, set := vars[name]
			if !set {
				return "", cmp.Or(name, "$"+after)
			}
			b.WriteString(value)
			text = after[len(name):]
		}
	}
}

// closing is the index of the brace that closes the first one, -1 if none does.
func closing(text string) int {
	level := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			level++
		case '}':
			if level--; level == 0 {
				return i
			}
		}
	}
	return -1
}

// braced returns the value of ${inside}.
func (vars variables) braced(inside string, depth int) (value, missing string) {
	n := nameLength(inside)
	name, op := inside[:n], inside[n:]
	if name == "" {
		return "", "{" + inside + "}"
	}
	value, set := vars[name]
	if rest, ok := strings.CutPrefix(op, ":"); ok { // then an empty one is not set
		op, set = rest, value != ""
	}
	switch {
	case strings.HasPrefix(op, "-") && !set:
		return vars.expand(op[1:], depth+1)
	case strings.HasPrefix(op, "+") && set:
		return vars.expand(op[1:], depth+1)
	case strings.HasPrefix(op, "+"):
		return "", ""
	case !set:
		return "", name
	}
	return value, ""
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
