package template

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// evaluator turns the expressions of a file into nodes. It knows literals,
// collections, templates, variables and locals with known values, and a few
// functions; all else is Unknown. The evaluation of package hcl is not used: it
// drops line numbers, and a whole map for one unknown value in it.
type evaluator struct {
	mod *module
	src []byte
	at  *result.Range // the lines of the JSON string that is evaluated, if it is one
}

// lines are the lines of an expression.
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
	n := &tree.Node{Kind: tree.Unknown, Text: e.source(x.Range()), Range: e.lines(x.Range())}
	e.mod.values.Spend(len(n.Text) / tree.BytesPerValue)
	return n
}

// source is the text of an expression.
func (e *evaluator) source(r hcl.Range) string {
	if !r.CanSliceBytes(e.src) {
		return ""
	}
	return string(r.SliceBytes(e.src))
}

// eval returns the value of an expression. It never returns nil.
func (e *evaluator) eval(x hclsyntax.Expression) *tree.Node {
	if !e.mod.enter() {
		return e.unknown(x)
	}
	defer e.mod.leave()
	e.mod.values.Spend(1)
	var n *tree.Node
	switch x := x.(type) {
	case *hclsyntax.LiteralValueExpr:
		n = e.literal(x)
	case *hclsyntax.TemplateExpr:
		n = e.template(x)
	case *hclsyntax.TemplateWrapExpr:
		n = e.eval(x.Wrapped)
	case *hclsyntax.ParenthesesExpr:
		n = e.eval(x.Expression)
	case *hclsyntax.ObjectConsExpr:
		n = e.object(x)
	case *hclsyntax.TupleConsExpr:
		n = e.tuple(x)
	case *hclsyntax.ScopeTraversalExpr:
		n = e.traversal(x)
	case *hclsyntax.ConditionalExpr:
		n = e.conditional(x)
	case *hclsyntax.FunctionCallExpr:
		n = e.call(x)
	case *hclsyntax.UnaryOpExpr:
		n = e.unary(x)
	case *hclsyntax.BinaryOpExpr:
		n = e.binary(x)
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
		// The number is not formatted: 1e999999999 has a billion digits.
		n.Kind, n.Text = tree.Number, e.source(x.SrcRange)
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

// template joins the parts of a string. Where a part is unknown, the text may
// still be a JSON document with some unknown strings: a policy in a heredoc.
func (e *evaluator) template(x *hclsyntax.TemplateExpr) *tree.Node {
	r := e.lines(x.SrcRange)
	if len(x.Parts) == 0 {
		return &tree.Node{Kind: tree.String, Range: r}
	}
	text, known := e.join(x.Parts)
	if start := firstByte([]byte(text)); strings.Contains(text, "\n") && (start == '{' || start == '[') {
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

// join concatenates the parts, unknown ones as ${source}, and reports whether all
// are known.
func (e *evaluator) join(parts []hclsyntax.Expression) (string, bool) {
	before := *e.mod.values
	var b strings.Builder
	known := true
	for _, p := range parts {
		n := e.eval(p)
		text, ok := n.Literal()
		if !ok {
			known = false
			text = "${" + strings.NewReplacer(`"`, "'", "\n", " ", `\`, "/").Replace(e.source(p.Range())) + "}"
		}
		if b.Len()+len(text) > maxText || !e.mod.steps.Spend(len(text)>>10) {
			return "", false
		}
		b.WriteString(text)
	}
	*e.mod.values = before // the parts are not kept
	e.mod.values.Spend(b.Len() / tree.BytesPerValue)
	return b.String(), known
}

// document reads a string as a JSON document; nil if it is not one. The string
// has the lines r, and its text begins on line first.
func (e *evaluator) document(text string, first int, r result.Range, known bool) *tree.Node {
	before := *e.mod.values
	doc, err := tree.ReadJSON(text, first, e.mod.values)
	if err != nil {
		if !err.TooLarge {
			*e.mod.values = before
		}
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
// variables give a text more lines than its source has. With holes set, strings
// that contain ${…} become Unknown.
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

func (e *evaluator) object(x *hclsyntax.ObjectConsExpr) *tree.Node {
	n := &tree.Node{Kind: tree.Map, Range: e.lines(x.SrcRange), Entries: make([]tree.Entry, 0, len(x.Items))}
	for _, item := range x.Items {
		n.Entries = append(n.Entries, tree.Entry{
			Key:   e.key(item.KeyExpr),
			Line:  e.lines(item.KeyExpr.Range()).Start,
			Value: e.eval(item.ValueExpr),
		})
	}
	return n
}

// key returns the key of an object's item: a bare word, the value of an
// expression, or else its source.
func (e *evaluator) key(x hclsyntax.Expression) string {
	if word := hcl.ExprAsKeyword(x); word != "" {
		return word
	}
	if k, ok := x.(*hclsyntax.ObjectConsKeyExpr); ok {
		if s, ok := e.eval(k.Wrapped).Literal(); ok {
			return s
		}
	}
	return e.source(x.Range())
}

func (e *evaluator) tuple(x *hclsyntax.TupleConsExpr) *tree.Node {
	n := &tree.Node{Kind: tree.List, Range: e.lines(x.SrcRange), Items: make([]*tree.Node, 0, len(x.Exprs))}
	for _, item := range x.Exprs {
		n.Items = append(n.Items, e.eval(item))
	}
	return n
}

// traversal resolves var.x.y and local.x["y"]; nil for all else.
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
		if n != nil {
			e.mod.steps.Spend(len(n.Entries) / lookupsPerStep)
		}
		n = stepInto(n, step)
	}
	copies := e.mod.copies
	if n == nil || n.Kind == tree.Unknown || !copies.Spend(n.Size(copies.Left()+2)-1) {
		return nil
	}
	return n.At(e.lines(x.SrcRange))
}

// stepInto returns the value at .key, ["key"] or [0]; nil if there is none.
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
		if s.Key.Type() != cty.String {
			return nil
		}
		key = s.Key.AsString()
	}
	if !n.Is(tree.Map) {
		return nil
	}
	return n.Get(key)
}
