package config

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
)

// source is the text of a file with its nodes, for frames.
type source struct {
	lines []string
	root  *yaml.Node
	keys  map[string]shape
}

// maxFrame is the length of the longest line that a frame shows, in characters.
const maxFrame = 100

// hidden stands for text that a frame leaves out.
const hidden = "…"

// Frame shows the place: the line of the file, and below it a caret under the column. Of the line
// it shows the names of keys, and the values of keys that hold none but numbers, words, patterns
// and paths; everything else may be a secret at a wrong place, also comments. Frame is "" for what
// is not in a file, or where nothing may be shown.
func (o Origin) Frame() string {
	if o.source == nil || o.Column == 0 || o.Line > len(o.source.lines) {
		return ""
	}
	spans := o.source.spans(o.Line)
	at := slices.IndexFunc(spans, func(s span) bool { return s.start == o.Column })
	text, column := render([]rune(strings.TrimRight(o.source.lines[o.Line-1], "\r\n")), spans, o.Column)
	width := 1
	if at >= 0 {
		width = spans[at].end - spans[at].start
	}
	if strings.TrimSpace(text) == hidden || utf8.RuneCountInString(text) > maxFrame {
		return ""
	}
	number := fmt.Sprint(o.Line)
	return fmt.Sprintf("%s | %s\n%*s | %s%s", number, text, len(number), "", strings.Repeat(" ", column-1), strings.Repeat("^", width))
}

// span is a part of a line that may be shown, in columns from 1; end is after it.
type span struct{ start, end int }

// spans returns the parts of a line that may be shown, in their order.
func (s *source) spans(line int) []span {
	v := spanFinder{source: s, line: line}
	v.section("", s.root)
	slices.SortFunc(v.found, func(a, b span) int { return a.start - b.start })
	return v.found
}

type spanFinder struct {
	*source
	line  int
	found []span
}

// section visits the pairs of a mapping. What stands below an unknown key is not visited.
func (v *spanFinder) section(key string, n *yaml.Node) {
	for name, value := range pairs(n) {
		full := join(key, name.Value)
		if isName(name.Value) {
			v.add(name)
		}
		if s, known := v.keys[full]; known {
			v.value(full, s, value)
		}
	}
}

// value visits the value of a key. Pairs of any names and the fields of an entry may hold what was
// meant for another program, and texts are for people: of these only the names of fields are shown.
func (v *spanFinder) value(key string, s shape, n *yaml.Node) {
	switch n.Kind {
	case yaml.SequenceNode:
		for _, item := range n.Content {
			v.value(key, s, item)
		}
	case yaml.MappingNode:
		v.mapping(key, s, n)
	case yaml.ScalarNode:
		if isShown(key, s) {
			v.add(n)
		}
	}
}

func (v *spanFinder) mapping(key string, s shape, n *yaml.Node) {
	if s != shapeEntries && s != shapePairs && s != shapeRules {
		v.section(key, n)
		return
	}
	numbers := slices.Contains([]string{"limits.max", "baseline-max-age", pathsKey + ".max"}, key)
	for name, value := range pairs(n) {
		switch {
		case s == shapeRules && result.CheckRule(name.Value) == nil:
			v.add(name)
			v.section(key, value)
		case s == shapeEntries && isName(name.Value), numbers:
			v.add(name)
		}
		if numbers {
			v.add(value)
		}
	}
}

// isShown reports whether the scalars of a key may be shown: those of keys that have a class, so
// that the file says what is scanned and allowed with them, and those of limits and waivers, but
// for texts, and for the keys whose names or values the file's author chooses freely.
func isShown(key string, s shape) bool {
	_, classed := classes()[key]
	switch lastPart(key) {
	case "reason", "owner":
		return false
	case "path", "severity", "max", "expires", "fingerprint", "rule", "block", "resource", "files":
		return true
	}
	return classed && (s == shapeScalar || s == shapeList || s == shapeExclusions) && !strings.HasPrefix(key, "iac.")
}

// add adds a scalar that begins on the line, if the text is exactly its value: what is escaped,
// folded or longer than a line is not shown, nor what may name a user in an address, nor what has
// the shape of a secret.
func (v *spanFinder) add(n *yaml.Node) {
	if secret.HasShape(n.Value) || n.Line != v.line || n.Kind != yaml.ScalarNode || strings.ContainsAny(n.Value, "@\n\r\t") || strings.Contains(n.Value, "://") {
		return
	}
	text := n.Value
	switch n.Style &^ yaml.TaggedStyle {
	case yaml.DoubleQuotedStyle:
		text = `"` + text + `"`
	case yaml.SingleQuotedStyle:
		text = "'" + text + "'"
	}
	line := []rune(v.lines[v.line-1])
	start := n.Column - 1
	if text == "" || start > len(line) || !strings.HasPrefix(string(line[start:]), text) {
		return
	}
	v.found = append(v.found, span{n.Column, n.Column + utf8.RuneCountInString(text)})
}

// render returns a line with only its spans and the signs between them, and the column in it of a
// column of the line.
func render(line []rune, spans []span, column int) (text string, at int) {
	var b strings.Builder
	length, done := 0, 1
	write := func(s string) {
		b.WriteString(s)
		length += utf8.RuneCountInString(s)
	}
	for _, s := range append(spans, span{len(line) + 1, len(line) + 1}) {
		if s.start < done {
			continue // overlapping nodes: the first is shown
		}
		before := length
		write(signs(line[done-1:s.start-1], s.start > len(line)))
		if at == 0 && column <= s.start {
			at = min(before+column-done, length) + 1
		}
		write(string(line[s.start-1 : s.end-1]))
		done = s.end
	}
	return strings.TrimRight(b.String(), " "), at
}

// signs returns the text between two spans up to what is not YAML's punctuation.
func signs(text []rune, last bool) string {
	for i, r := range text {
		if strings.ContainsRune(" :,[]{}", r) || r == '-' && i+1 < len(text) && text[i+1] == ' ' {
			continue
		}
		if last {
			return string(text[:i]) + hidden
		}
		return string(text[:i]) + hidden + " "
	}
	return string(text)
}
