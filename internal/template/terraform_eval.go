package template

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// evaluator turns expressions into nodes. It knows literals, collections,
// templates, variables and locals with known values, and a few functions that
// change no size; all else is Unknown. hcl's own evaluation is not used because
// it gives up on a whole map for one unknown value in it, and loses the lines.
type evaluator struct {
	mod *module
	src []byte
	at  *result.Range // stands in for the lines of a JSON string's expression
}

func (e *evaluator) lines(r hcl.Range) result.Range {
	if e.at != nil {
		return *e.at
	}
	end := r.End.Line
	if r.End.Column == 1 { // a heredoc ends at the start of the next line
		end--
	}
	return result.Range{Start: r.Start.Line, End: max(r.Start.Line, end)}
}

func (e *evaluator) unknown(x hclsyntax.Expression) *tree.Node {
	return &tree.Node{Kind: tree.Unknown, Text: e.source(x.Range()), Range: e.lines(x.Range())}
}

func (e *evaluator) source(r hcl.Range) string {
	if !r.CanSliceBytes(e.src) {
		return ""
	}
	return string(r.SliceBytes(e.src))
}

// eval never returns nil.
func (e *evaluator) eval(x hclsyntax.Expression, depth int) *tree.Node {
	if depth > tree.MaxDepth || !e.mod.budget.Spend(1) {
		return e.unknown(x)
	}
	var n *tree.Node
	switch x := x.(type) {
	case *hclsyntax.LiteralValueExpr:
		n = e.literal(x)
	case *hclsyntax.TemplateExpr:
		n = e.template(x, depth)
	case *hclsyntax.TemplateWrapExpr:
		n = e.eval(x.Wrapped, depth+1)
	case *hclsyntax.ParenthesesExpr:
		n = e.eval(x.Expression, depth+1)
	case *hclsyntax.ObjectConsExpr:
		n = e.object(x, depth)
	case *hclsyntax.TupleConsExpr:
		n = e.tuple(x, depth)
	case *hclsyntax.ScopeTraversalExpr:
		n = e.traversal(x)
	case *hclsyntax.ConditionalExpr:
		n = e.conditional(x, depth)
	case *hclsyntax.FunctionCallExpr:
		n = e.call(x, depth)
	case *hclsyntax.UnaryOpExpr:
		n = e.unary(x, depth)
	case *hclsyntax.BinaryOpExpr:
		n = e.binary(x, depth)
	}
	if n == nil {
		return e.unknown(x)
	}
	return n
}

func (e *evaluator) literal(x *hclsyntax.LiteralValueExpr) *tree.Node {
	n := &tree.Node{Range: e.lines(x.SrcRange)}
	switch v := x.Val; {
	case v.IsNull():
	case v.Type() == cty.Bool:
		return boolNode(v.True(), n.Range)
	case v.Type() == cty.Number:
		n.Kind, n.Text = tree.Number, e.source(x.SrcRange) // as written: 1e999999999 must not be spelled out
	case v.Type() == cty.String:
		n.Kind, n.Text = tree.String, v.AsString()
	default:
		return nil
	}
	return n
}

func boolNode(v bool, r result.Range) *tree.Node {
	n := &tree.Node{Kind: tree.Bool, Text: "false", Range: r}
	if v {
		n.Text = "true"
	}
	return n
}

// template joins the parts. Where one is unknown, the text may still be a JSON
// document with some unknown strings in it: a policy in a heredoc.
func (e *evaluator) template(x *hclsyntax.TemplateExpr, depth int) *tree.Node {
	r := e.lines(x.SrcRange)
	if len(x.Parts) == 0 {
		return &tree.Node{Kind: tree.String, Range: r}
	}
	text, known := e.join(x.Parts, depth)
	if strings.Contains(text, "\n") && firstByte([]byte(text)) == '{' {
		first := x.Parts[0].Range().Start.Line
		if doc := e.document(text, first, r, known); doc != nil {
			return doc
		}
	}
	if !known {
		return nil
	}
	return &tree.Node{Kind: tree.String, Text: text, Range: r}
}

// join writes unknown parts as ${source}.
func (e *evaluator) join(parts []hclsyntax.Expression, depth int) (string, bool) {
	var b strings.Builder
	known := true
	for _, p := range parts {
		n := e.eval(p, depth+1)
		text, ok := n.Literal()
		if !ok {
			known = false
			text = "${" + strings.NewReplacer(`"`, "'", "\n", " ", `\`, "/").Replace(e.source(p.Range())) + "}"
		}
		if b.Len()+len(text) > maxText || !e.mod.budget.Spend(len(text)>>10) {
			return "", false
		}
		b.WriteString(text)
	}
	return b.String(), known
}

// document reads JSON out of a string that begins at a line of the block r; nil
// if it is none. Text keeps the string.
func (e *evaluator) document(text string, line int, r result.Range, known bool) *tree.Node {
	doc, err := tree.ReadJSON([]byte(text), line)
	if err != nil || !e.mod.budget.Spend(doc.Size(maxEval)) {
		return nil
	}
	if e.at != nil {
		r = *e.at
	}
	confine(doc, r, !known)
	doc.Text = text
	return doc
}

// confine keeps the lines of a tree within r: escaped line breaks and values of
// variables make a text longer than its source. Where holes is set, strings with
// ${…} in them are Unknown.
func confine(n *tree.Node, r result.Range, holes bool) {
	n.Range = result.Range{Start: clampTo(n.Range.Start, r), End: clampTo(n.Range.End, r)}
	if holes && n.Kind == tree.String && strings.Contains(n.Text, "${") {
		n.Kind = tree.Unknown
	}
	for _, item := range n.Items {
		confine(item, r, holes)
	}
	for i := range n.Entries {
		n.Entries[i].Line = clampTo(n.Entries[i].Line, r)
		confine(n.Entries[i].Value, r, holes)
	}
}

func clampTo(line int, r result.Range) int { return max(r.Start, min(line, r.End)) }

func (e *evaluator) object(x *hclsyntax.ObjectConsExpr, depth int) *tree.Node {
	n := &tree.Node{Kind: tree.Map, Range: e.lines(x.SrcRange)}
	for _, item := range x.Items {
		n.Entries = append(n.Entries, tree.Entry{
			Key:   e.key(item.KeyExpr, depth),
			Line:  e.lines(item.KeyExpr.Range()).Start,
			Value: e.eval(item.ValueExpr, depth+1),
		})
	}
	return n
}

// key is a bare word, or the value of an expression, or else its source.
func (e *evaluator) key(x hclsyntax.Expression, depth int) string {
	if word := hcl.ExprAsKeyword(x); word != "" {
		return word
	}
	if k, ok := x.(*hclsyntax.ObjectConsKeyExpr); ok {
		if s, ok := e.eval(k.Wrapped, depth+1).Literal(); ok {
			return s
		}
	}
	return e.source(x.Range())
}

func (e *evaluator) tuple(x *hclsyntax.TupleConsExpr, depth int) *tree.Node {
	n := &tree.Node{Kind: tree.List, Range: e.lines(x.SrcRange)}
	for _, item := range x.Exprs {
		n.Items = append(n.Items, e.eval(item, depth+1))
	}
	return n
}

// traversal resolves var.x.y and local.x["y"]; nil for everything else.
func (e *evaluator) traversal(x *hclsyntax.ScopeTraversalExpr) *tree.Node {
	t := x.Traversal
	if len(t) < 2 {
		return nil
	}
	attr, ok := t[1].(hcl.TraverseAttr)
	if !ok {
		return nil
	}
	n := e.mod.lookup(t.RootName(), attr.Name)
	for _, step := range t[2:] {
		n = stepInto(n, step)
	}
	if n == nil || n.Kind == tree.Unknown || !e.mod.budget.Spend(n.Size(maxEval)) || !e.mod.budget.Spend(len(n.Text)>>10) {
		return nil
	}
	return n.At(e.lines(x.SrcRange))
}

func stepInto(n *tree.Node, step hcl.Traverser) *tree.Node {
	var key string
	switch s := step.(type) {
	case hcl.TraverseAttr:
		key = s.Name
	case hcl.TraverseIndex:
		if s.Key.Type() == cty.Number {
			i, _ := s.Key.AsBigFloat().Int64()
			if n.Is(tree.List) && i >= 0 && i < int64(len(n.Items)) {
				return n.Items[i]
			}
			return nil
		}
		key = s.Key.AsString()
	}
	if !n.Is(tree.Map) {
		return nil
	}
	return n.Get(key)
}
