package template

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/template/tree"
)

// maxChain bounds what the HCL parser recurses on besides brackets and unary
// operators: conditionals, splats and template directives in a row.
const maxChain = 5000

// nesting follows the tokens of HCL text and finds nesting that would exhaust the
// stack of the parser. No recover can catch that.
type nesting struct {
	open   []hclsyntax.TokenType // brackets
	chain  int                   // conditionals, splats and directives in a row
	chains []int                 // chain of each enclosing bracket
	unary  int                   // unary operators in a row
}

// checkNesting returns an error where the tokens nest too deeply to parse.
func checkNesting(tokens hclsyntax.Tokens) *tree.SyntaxError {
	var n nesting
	for _, t := range tokens {
		if !n.step(t.Type) {
			return &tree.SyntaxError{Line: t.Range.Start.Line, Col: t.Range.Start.Column, Msg: tree.TooDeep}
		}
	}
	return nil
}

// step takes in a token and reports whether the text is still within the bounds.
func (n *nesting) step(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenBang, hclsyntax.TokenMinus:
		n.unary++
		return n.unary <= tree.MaxDepth
	case hclsyntax.TokenNewline, hclsyntax.TokenComment:
		n.endLine()
		return true
	}
	n.unary = 0
	switch t {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
		hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		return n.push(t)
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
		hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
		n.pop()
	case hclsyntax.TokenQuestion:
		n.chain++
	case hclsyntax.TokenStar:
		n.splat()
	case hclsyntax.TokenComma:
		n.chain = 0
	}
	return n.chain <= maxChain
}

func (n *nesting) push(t hclsyntax.TokenType) bool {
	if t == hclsyntax.TokenTemplateControl {
		n.chain++
	}
	n.open = append(n.open, t)
	n.chains = append(n.chains, n.chain)
	n.chain = 0
	return len(n.open) <= tree.MaxDepth && n.chains[len(n.chains)-1] <= maxChain
}

func (n *nesting) pop() {
	if last := len(n.open) - 1; last >= 0 {
		n.chain = n.chains[last]
		n.open, n.chains = n.open[:last], n.chains[:last]
	}
}

// splat counts a[*] for the expression around the brackets.
func (n *nesting) splat() {
	if last := len(n.open) - 1; last >= 0 && n.open[last] == hclsyntax.TokenOBrack {
		n.chains[last]++
		return
	}
	n.chain++
}

// endLine ends an expression, unless brackets continue it.
func (n *nesting) endLine() {
	if last := len(n.open) - 1; last < 0 || n.open[last] == hclsyntax.TokenOBrace {
		n.chain, n.unary = 0, 0
	}
}

// parseHCL reads Terraform's native syntax.
func parseHCL(path string, src []byte) (*hclsyntax.Body, *tree.SyntaxError) {
	start := hcl.Pos{Line: 1, Column: 1}
	tokens, _ := hclsyntax.LexConfig(src, path, start) // ParseConfig reports the same errors
	if err := checkNesting(tokens); err != nil {
		return nil, err
	}
	f, diags := hclsyntax.ParseConfig(src, path, start)
	if diags.HasErrors() {
		return nil, hclError(diags)
	}
	body, ok := f.Body.(*hclsyntax.Body)
	if !ok {
		return nil, &tree.SyntaxError{Line: 1, Msg: "not an HCL body"}
	}
	return body, nil
}

// parseHCLTemplate reads the text of a JSON string as Terraform does; nil if it
// can't be parsed.
func parseHCLTemplate(text string) hclsyntax.Expression {
	start := hcl.Pos{Line: 1, Column: 1}
	tokens, _ := hclsyntax.LexTemplate([]byte(text), "", start)
	if checkNesting(tokens) != nil {
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
