package template

import (
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// armMaxCalls bounds the chains of variables that refer to other variables.
const armMaxCalls = 20

// armParser evaluates an expression while it reads it: function calls, strings,
// numbers, and .property after a call. A nil node means that the value is not
// known.
type armParser struct {
	src   string
	pos   int
	scope *armScope
	calls int // variables that led to this expression
}

// evaluate returns the value of the whole text, nil if it is not known.
func (p *armParser) evaluate() *tree.Node {
	v := p.expression(0)
	if strings.TrimSpace(p.src[p.pos:]) != "" {
		return nil
	}
	return v
}

func (p *armParser) space() {
	for p.pos < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.pos]) >= 0 {
		p.pos++
	}
}

// take skips c and reports whether it was there.
func (p *armParser) take(c byte) bool {
	p.space()
	if p.pos < len(p.src) && p.src[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *armParser) expression(depth int) *tree.Node {
	if depth > 50 || !p.scope.steps.Spend(1) || !p.scope.budget.Spend(1) {
		return nil
	}
	if p.take('\'') {
		return p.quoted()
	}
	word := p.word()
	if word == "" {
		return nil
	}
	if _, err := strconv.Atoi(word); err == nil {
		return &tree.Node{Kind: tree.Number, Text: word}
	}
	if !p.take('(') {
		return nil
	}
	args, ok := p.arguments(depth)
	if !ok {
		return nil
	}
	n := p.call(strings.ToLower(word), args)
	for p.take('.') {
		if n = p.property(n); n == nil {
			return nil
		}
	}
	return n
}

func (p *armParser) property(n *tree.Node) *tree.Node {
	key := p.word()
	pairs := n.Pairs()
	if !p.scope.steps.Spend(len(pairs) / lookupsPerStep) {
		return nil
	}
	for _, e := range pairs {
		if strings.EqualFold(e.Key, key) {
			return p.resolve(e.Value)
		}
	}
	return nil
}

// word reads a name or a number.
func (p *armParser) word() string {
	p.space()
	start := p.pos
	for p.pos < len(p.src) && isARMWord(p.src[p.pos]) {
		p.pos++
	}
	return p.src[start:p.pos]
}

func isARMWord(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '_' || c == '-' || c == '+'
}

// quoted reads up to the closing quote; two quotes are an escaped quote.
func (p *armParser) quoted() *tree.Node {
	start, escaped := p.pos, false
	for {
		end := strings.IndexByte(p.src[p.pos:], '\'')
		if end < 0 {
			return nil
		}
		p.pos += end + 1
		if p.pos < len(p.src) && p.src[p.pos] == '\'' {
			escaped = true
			p.pos++
			continue
		}
		text := p.src[start : p.pos-1]
		if escaped {
			text = strings.ReplaceAll(text, "''", "'")
		}
		if !p.scope.steps.Spend(len(text) >> 6) {
			return nil
		}
		return &tree.Node{Kind: tree.String, Text: text}
	}
}

// arguments reads up to the closing parenthesis. It stops at an argument that is
// not known, because the whole call is not known then.
func (p *armParser) arguments(depth int) ([]*tree.Node, bool) {
	var args []*tree.Node
	if p.take(')') {
		return nil, true
	}
	for {
		arg := p.expression(depth + 1)
		if arg == nil {
			return nil, false
		}
		args = append(args, arg)
		if p.take(')') {
			return args, true
		}
		if !p.take(',') {
			return nil, false
		}
	}
}

func (p *armParser) call(name string, args []*tree.Node) *tree.Node {
	texts := make([]string, 0, len(args))
	size := 0
	for _, a := range args {
		text, ok := a.Literal()
		if !ok {
			return nil
		}
		texts = append(texts, text)
		size += len(text)
	}
	if len(args) == 0 || size > maxText || !p.scope.steps.Spend(size>>6) {
		return nil
	}
	switch name {
	case "parameters":
		return p.resolve(p.scope.parameter(texts[0]))
	case "variables":
		return p.resolve(p.scope.variable(texts[0]))
	case "concat":
		return &tree.Node{Kind: tree.String, Text: strings.Join(texts, "")}
	case "format":
		return armFormat(texts)
	case "tolower":
		return &tree.Node{Kind: tree.String, Text: strings.ToLower(texts[0])}
	case "toupper":
		return &tree.Node{Kind: tree.String, Text: strings.ToUpper(texts[0])}
	case "string":
		return &tree.Node{Kind: tree.String, Text: texts[0]}
	}
	return nil
}

// resolve returns the value of a parameter or variable, which may be an
// expression itself.
func (p *armParser) resolve(n *tree.Node) *tree.Node {
	if n == nil || n.Kind != tree.String {
		return n
	}
	source, ok := armExpression(n.Text)
	if !ok {
		return n
	}
	if p.calls >= armMaxCalls {
		return nil
	}
	return (&armParser{src: source, scope: p.scope, calls: p.calls + 1}).evaluate()
}

// armFormat replaces {0}, {1}, … but not placeholders with format specifiers.
func armFormat(texts []string) *tree.Node {
	var b strings.Builder
	for rest := texts[0]; ; {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			return &tree.Node{Kind: tree.String, Text: b.String()}
		}
		digits := 0
		for digits < len(after) && isDigit(after[digits]) {
			digits++
		}
		value, rest2 := "{", after
		if i, err := strconv.Atoi(after[:digits]); err == nil && i < len(texts)-1 && strings.HasPrefix(after[digits:], "}") {
			value, rest2 = texts[i+1], after[digits+1:]
		}
		if b.Len()+len(value) > maxText {
			return nil
		}
		b.WriteString(value)
		rest = rest2
	}
}
