package template

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/template/tree"
)

// maxNesting is the number of levels of brackets in HCL, whose parser needs much more of
// the stack for each than those of other formats.
const maxNesting = 500

const tooDeepHCL = "nested too deeply: more than 500 levels"

// maxChain bounds what the HCL parser recurses on besides brackets and unary
// operators: conditionals, splats and template directives in a row.
const maxChain = 5000

// maxJoined bounds what the HCL parser copies to join the lines of the texts of a
// folder, in KB. It joins them one by one: a text of 9,000 lines takes 2 GB.
const maxJoined = 2 << 20

// nesting follows the tokens of HCL text and finds what would exhaust the stack of the
// parser, which no recover can catch, or its time.
type nesting struct {
	root   bracket
	open   []bracket
	unary  int          // unary operators in a row
	joined *tree.Budget // the rest of maxJoined
}

// bracket is an open bracket, quoted text or heredoc.
type bracket struct {
	kind     hclsyntax.TokenType
	chain    int // conditionals, splats and directives in a row
	literals int // parts of a text between its sequences, and their bytes
	bytes    int
}

// top is the innermost bracket.
func (n *nesting) top() *bracket {
	if len(n.open) == 0 {
		return &n.root
	}
	return &n.open[len(n.open)-1]
}

// step takes in a token and returns what is wrong with the text so far, "" if nothing is.
func (n *nesting) step(t hclsyntax.Token) string {
	switch t.Type {
	case hclsyntax.TokenBang, hclsyntax.TokenMinus:
		n.unary++
		return tooDeep(n.unary <= maxNesting)
	case hclsyntax.TokenNewline, hclsyntax.TokenComment:
		n.endLine()
		return ""
	}
	n.unary = 0
	top := n.top()
	switch t.Type {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
		hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		return tooDeep(n.push(t.Type))
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
		hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
		return n.pop()
	case hclsyntax.TokenStringLit, hclsyntax.TokenQuotedLit:
		top.literals++
		top.bytes += len(t.Bytes)
	case hclsyntax.TokenQuestion:
		top.chain++
	case hclsyntax.TokenStar:
		n.splat()
	case hclsyntax.TokenComma:
		top.chain = 0
	}
	return tooDeep(n.top().chain <= maxChain)
}

// tooDeep is the problem of a text beyond a bound of nesting.
func tooDeep(within bool) string {
	if within {
		return ""
	}
	return tooDeepHCL
}

// push opens a bracket and reports whether the text is still within the bounds.
func (n *nesting) push(kind hclsyntax.TokenType) bool {
	outer := n.top()
	if kind == hclsyntax.TokenTemplateControl {
		outer.chain++
	}
	ok := outer.chain <= maxChain
	n.open = append(n.open, bracket{kind: kind})
	return ok && len(n.open) <= maxNesting
}

// pop closes the innermost bracket.
func (n *nesting) pop() string {
	if !n.join() {
		return "too large to read: too many lines in the texts up to here"
	}
	if len(n.open) > 0 {
		n.open = n.open[:len(n.open)-1]
	}
	return tooDeep(n.top().chain <= maxChain)
}

// join spends what the parser copies to join the parts of the innermost text.
func (n *nesting) join() bool {
	const pointer = 16 // bytes, to each part that follows
	b := n.top()
	return n.joined.Spend(b.literals * (b.literals*pointer + b.bytes) / 2 >> 10)
}

// splat counts a[*] for the expression around the brackets.
func (n *nesting) splat() {
	last := len(n.open) - 1
	switch {
	case last > 0 && n.open[last].kind == hclsyntax.TokenOBrack:
		n.open[last-1].chain++
	case last == 0 && n.open[0].kind == hclsyntax.TokenOBrack:
		n.root.chain++
	default:
		n.top().chain++
	}
}

// endLine ends an expression, unless brackets continue it.
func (n *nesting) endLine() {
	if b := n.top(); len(n.open) == 0 || b.kind == hclsyntax.TokenOBrace {
		b.chain, n.unary = 0, 0
	}
}

// maxTemplateText is the length in bytes beyond which the text of a JSON string is
// not evaluated: the parser takes hundreds of bytes for each of its tokens.
const maxTemplateText = 64 << 10

// ParseHCL reads a file in HCL's native syntax at once. It takes hundreds of bytes for each
// of its tokens: the caller bounds the size.
func ParseHCL(path string, src []byte) (*hclsyntax.Body, *tree.SyntaxError) {
	m := newModule(tree.NewBudget(len(src)))
	whole, err := m.nextPiece(path, src, hcl.InitialPos, max(1, len(src)))
	if err != nil {
		return nil, err
	}
	return whole.parse(path)
}

// ParseHCLTemplate reads the text of a JSON string, which stands on a line, as tools with
// HCL do; nil if it can't be parsed, or is beyond a bound.
func ParseHCLTemplate(text string, line int) hclsyntax.Expression {
	return newModule(tree.NewBudget(len(text))).parseTemplateText(text, hcl.Pos{Line: line, Column: 1})
}

// parseTemplateText is [ParseHCLTemplate] within the bounds of a module.
func (m *module) parseTemplateText(text string, start hcl.Pos) hclsyntax.Expression {
	if len(text) > maxTemplateText {
		return nil
	}
	tokens, _ := hclsyntax.LexTemplate([]byte(text), "", start)
	n := nesting{joined: m.joined}
	for _, t := range tokens {
		if n.step(t) != "" {
			return nil
		}
	}
	if !n.join() {
		return nil
	}
	expr, diags := hclsyntax.ParseTemplate([]byte(text), "", start)
	if diags.HasErrors() {
		return nil
	}
	return expr
}

// hclError converts the first error of the diagnostics.
func hclError(diags hcl.Diagnostics) *tree.SyntaxError {
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		e := &tree.SyntaxError{Line: 1, Msg: d.Summary}
		if d.Detail != "" {
			e.Msg += ": " + d.Detail
		}
		e.Msg = oneLine(e.Msg)
		if d.Subject != nil {
			e.Line, e.Col = d.Subject.Start.Line, d.Subject.Start.Column
		}
		return e
	}
	return &tree.SyntaxError{Line: 1, Msg: oneLine(diags.Error())}
}

// oneLine folds a message to one line that begins with a small letter, because it
// follows a position.
func oneLine(msg string) string {
	msg = strings.Join(strings.Fields(msg), " ")
	if msg == "" {
		return msg
	}
	return strings.ToLower(msg[:1]) + msg[1:]
}
