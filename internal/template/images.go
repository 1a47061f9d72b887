package template

import (
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// newImage is the image that a text names, which stands at ref in a block.
func newImage(text string, ref *tree.Node, block result.Range, container string) Image {
	return Image{Ref: text, Line: ref.Range.Start, Block: block, Container: container}
}

// nameLength is the length of the name of a variable at the start of text.
func nameLength(text string) int {
	for i := range len(text) {
		if c := text[i]; c != '_' && !isLetter(c) && (i == 0 || !isDigit(c)) {
			return i
		}
	}
	return len(text)
}

// scope holds the values of parameters by the placeholders that stand for them. It is not
// changed once it is made.
type scope map[string]string

// with returns the scope inside of a map: Tekton's params and Argo's parameters with a
// value or a default, and the parameters of a template of OpenShift.
func (s scope) with(n *tree.Node, isTemplate bool) scope {
	inner := scope{}
	inner.add(n.Get("params"), "$(params.%s)", `$(params["%s"])`, "$(params['%s'])", "$(inputs.params.%s)")
	inner.add(n.Get("inputs", "params"), "$(inputs.params.%s)")
	inner.add(n.Get("arguments", "parameters"), "{{workflow.parameters.%s}}")
	inner.add(n.Get("inputs", "parameters"), "{{inputs.parameters.%s}}")
	if isTemplate {
		inner.add(n.Get("parameters"), "${%s}", "${{%s}}")
	}
	if len(inner) == 0 {
		return s
	}
	for placeholder, value := range s {
		if _, shadowed := inner[placeholder]; !shadowed {
			inner[placeholder] = value
		}
	}
	return inner
}

// add adds the parameters of a list, with the placeholders that stand for a name.
func (s scope) add(list *tree.Node, placeholders ...string) {
	if !list.Is(tree.List) {
		return
	}
	for _, p := range list.Items {
		name := p.Get("name").Str()
		value, ok := p.Get("value").Literal()
		if !ok {
			value, ok = p.Get("default").Literal()
		}
		if name == "" || !ok || len(value) > maxReference {
			continue
		}
		for _, placeholder := range placeholders {
			s[fmt.Sprintf(placeholder, name)] = value
		}
	}
}

// resolve replaces the placeholders that have a value, and those in the values.
func (s scope) resolve(text string) string {
	const nested = 3
	for range nested {
		before := text
		text = s.replace(text)
		if text == before || len(text) > maxReference {
			break
		}
	}
	return text
}

// replace replaces each placeholder once. Blanks inside of {{ }} don't count.
func (s scope) replace(text string) string {
	var b strings.Builder
	for {
		start, end := placeholderIn(text)
		if end == 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:start])
		written := text[start:end]
		if value, ok := s[strings.ReplaceAll(written, " ", "")]; ok {
			written = value
		}
		b.WriteString(written)
		text = text[end:]
	}
}

// placeholderIn finds the first placeholder; end is 0 if there is none.
func placeholderIn(text string) (start, end int) {
	for i := range len(text) {
		if text[i] == '$' {
			if n := nameLength(text[i+1:]); n > 0 {
				return i, i + 1 + n
			}
		}
		for _, pair := range [][2]string{{"$[[", "]]"}, {"${{", "}}"}, {"{{", "}}"}, {"${", "}"}, {"$(", ")"}} {
			if !strings.HasPrefix(text[i:], pair[0]) {
				continue
			}
			if length := strings.Index(text[i:], pair[1]); length > 0 {
				return i, i + length + len(pair[1])
			}
		}
	}
	return 0, 0
}
