package template

import "strings"

// maxInterpolation bounds nested defaults: ${A:-${B:-${C:-…}}}.
const maxInterpolation = 20

// interpolate resolves the variables of a Compose value to their defaults, as if
// none of them were set; $$ is a dollar sign (compose-spec, "Interpolation"). If a
// variable has no default, it returns the text as written and the variable.
func interpolate(text string) (value, missing string) {
	out, missing := expand(text, 0)
	if missing != "" {
		return text, missing
	}
	return out, ""
}

func expand(text string, depth int) (value, missing string) {
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
			value, missing := defaultOf(after[1:end], depth)
			if missing != "" {
				return "", missing
			}
			b.WriteString(value)
			text = after[end+1:]
		default:
			name := after[:nameLength(after)]
			if name == "" {
				name = "$" + after
			}
			return "", name
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

// defaultOf returns the value of ${inside} while the variable is not set.
func defaultOf(inside string, depth int) (value, missing string) {
	n := nameLength(inside)
	name, op := inside[:n], inside[n:]
	if name == "" {
		return "", "{" + inside + "}"
	}
	for _, o := range [...]string{":-", "-"} {
		if def, ok := strings.CutPrefix(op, o); ok {
			return expand(def, depth+1)
		}
	}
	if strings.HasPrefix(op, ":+") || strings.HasPrefix(op, "+") {
		return "", "" // the replacement of a variable that is set
	}
	return "", name
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
