package where

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// The bounds of a condition.
const (
	maxLength = 2000 // characters
	maxDepth  = 50   // parentheses and negations around a comparison
)

// SyntaxError is a mistake in a condition.
type SyntaxError struct {
	// Column is the place in the text, from 1, in characters.
	Column int
	Text   string
}

// Error returns the place and the text.
func (e *SyntaxError) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.Text) }

// Parse reads a condition. The error is a [*SyntaxError].
func Parse(text string) (*Condition, error) {
	if utf8.RuneCountInString(text) > maxLength {
		return nil, &SyntaxError{1, fmt.Sprintf("the condition must have at most %d characters", maxLength)}
	}
	p := &parser{text: text}
	p.next()
	root, err := p.anyOf(0)
	if err == nil && p.token.kind != end {
		err = p.fail("expected and, or, or the end of the condition" + p.got())
	}
	if err != nil {
		return nil, err
	}
	return &Condition{root: root, fields: p.fields}, nil
}

// token is a part of the text: a word, a quoted text, a number or a sign.
type token struct {
	kind  tokenKind
	text  string
	start int // in bytes
}

type tokenKind uint8

const (
	end tokenKind = iota
	word
	quoted
	numeric
	sign
)

// parser reads a condition by recursive descent, one token ahead.
type parser struct {
	text   string
	at     int // in bytes, after the token
	token  token
	fields []Field
}

// lexemes are the forms of tokens. A quoted text has no escapes: it ends at the next quote of its
// kind.
var lexemes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:([A-Za-z_][A-Za-z0-9_.]*)|("[^"]*"|'[^']*')|([+-]?[0-9][A-Za-z0-9_.]*)|(==|!=|<=|>=|&&|\|\||.))`)
})

// next reads the token ahead.
func (p *parser) next() {
	p.at += len(p.text[p.at:]) - len(strings.TrimLeft(p.text[p.at:], " \t\r\n"))
	p.token = token{start: p.at}
	m := lexemes().FindStringSubmatch(p.text[p.at:])
	if m == nil {
		return
	}
	p.at += len(m[0])
	for i, kind := range []tokenKind{word, quoted, numeric, sign} {
		if m[i+1] != "" {
			p.token.kind, p.token.text = kind, m[i+1]
		}
	}
}

func (p *parser) column(at int) int { return utf8.RuneCountInString(p.text[:at]) + 1 }

func (p *parser) fail(text string) error {
	return &SyntaxError{p.column(p.token.start), text}
}

// got says what stands at the token.
func (p *parser) got() string {
	if p.token.kind == end {
		return ", got nothing"
	}
	return fmt.Sprintf(", got %q", p.token.text) + replacement(p.token.text)
}

// replacement says how a sign of other languages is written here.
func replacement(text string) string {
	for other, ours := range map[string]string{"=": "==", "&&": "and", "||": "or", "!": "not"} {
		if text == other {
			return "; fix: use " + ours
		}
	}
	return ""
}

// accept skips the token ahead if it is a word or a sign.
func (p *parser) accept(text string) bool {
	if (p.token.kind != word && p.token.kind != sign) || p.token.text != text {
		return false
	}
	p.next()
	return true
}

func (p *parser) anyOf(depth int) (node, error) {
	left, err := p.allOf(depth)
	for err == nil && p.accept("or") {
		var right node
		right, err = p.allOf(depth)
		left = anyOf{left, right}
	}
	return left, err
}

func (p *parser) allOf(depth int) (node, error) {
	left, err := p.single(depth)
	for err == nil && p.accept("and") {
		var right node
		right, err = p.single(depth)
		left = allOf{left, right}
	}
	return left, err
}

// single reads a negation, parentheses or a comparison.
func (p *parser) single(depth int) (node, error) {
	switch {
	case depth > maxDepth:
		return nil, p.fail(fmt.Sprintf("more than %d parentheses and negations around a comparison", maxDepth))
	case p.accept("not"):
		of, err := p.single(depth + 1)
		return negation{of}, err
	case p.accept("("):
		inner, err := p.anyOf(depth + 1)
		if err == nil && !p.accept(")") {
			err = p.fail("expected )" + p.got())
		}
		return inner, err
	}
	return p.comparison()
}

// keywords can't be names of fields.
func keywords() []string { return []string{"and", "or", "not", "contains", "true", "false"} }

func (p *parser) comparison() (node, error) {
	field := p.token
	if field.kind != word || slices.Contains(keywords(), field.text) {
		return nil, p.fail("expected the name of a field" + p.got())
	}
	p.next()
	op := p.token
	if !slices.Contains([]string{"==", "!=", "<", "<=", ">", ">=", "contains"}, op.text) || op.kind == quoted {
		return nil, p.fail(fmt.Sprintf("expected ==, !=, <, <=, >, >= or contains after %s", field.text) + p.got())
	}
	p.next()
	value, err := p.literal(op.text)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(p.fields, func(f Field) bool { return f.Name == field.text }) {
		p.fields = append(p.fields, Field{field.text, p.column(field.start)})
	}
	return comparison{field.text, op.text, value}, nil
}

// literal reads what a field is compared with by an operator.
func (p *parser) literal(op string) (literal, error) {
	t := p.token
	var l literal
	switch {
	case t.kind == quoted:
		l = literal{aText, t.text[1 : len(t.text)-1]}
	case t.kind == word && (t.text == "true" || t.text == "false"):
		l = literal{aBoolean, t.text}
	case t.kind == word:
		return l, p.fail(fmt.Sprintf("expected a text in quotes, a number, true or false, got %q; fix: write '%s'", t.text, t.text))
	case t.kind == numeric:
		l = literal{aNumber, t.text}
	default:
		return l, p.fail("expected a text in quotes, a number, true or false" + p.got())
	}
	_, isNumber := number(l.text)
	switch {
	case l.kind == aNumber && !isNumber:
		return l, p.fail(fmt.Sprintf("%q is not a decimal number", t.text))
	case op == "contains" && l.kind != aText:
		return l, p.fail("contains needs a text in quotes" + p.got())
	case strings.ContainsAny(op, "<>") && l.kind != aNumber:
		return l, p.fail(op + " needs a number" + p.got())
	}
	p.next()
	return l, nil
}
