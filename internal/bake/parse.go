package bake

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// block is a block of a bake file: target "web" { … }.
type block struct {
	kind, label string
	at          result.Location
	attrs       map[string]hclsyntax.Expression
}

// parsed is what stands in a bake file.
type parsed struct {
	path string
	// globals are the attributes outside of blocks.
	globals map[string]hclsyntax.Expression
	blocks  []*block
}

// parse reads a file: one whose name ends in .json as JSON, every other one as HCL.
func parse(f File) (*parsed, *tree.SyntaxError) {
	p := &parsed{path: f.Path, globals: map[string]hclsyntax.Expression{}}
	var err *tree.SyntaxError
	if isJSON(f.Path) {
		err = p.json(f.Content)
	} else {
		err = p.hcl(f.Content)
	}
	if err != nil {
		err.Path = f.Path
		return nil, err
	}
	return p, nil
}

func (p *parsed) hcl(content []byte) *tree.SyntaxError {
	body, err := template.ParseHCL(p.path, content)
	if err != nil {
		return err
	}
	for name, attr := range body.Attributes {
		p.globals[name] = attr.Expr
	}
	for _, b := range body.Blocks {
		if len(b.Labels) != 1 {
			continue
		}
		attrs := map[string]hclsyntax.Expression{}
		for name, attr := range b.Body.Attributes {
			attrs[name] = attr.Expr
		}
		p.add(b.Type, b.Labels[0], result.Range{Start: b.TypeRange.Start.Line, End: b.CloseBraceRange.End.Line}, attrs)
	}
	return nil
}

func (p *parsed) add(kind, label string, lines result.Range, attrs map[string]hclsyntax.Expression) {
	at := result.Location{Path: p.path, Line: lines.Start, Block: &lines}
	p.blocks = append(p.blocks, &block{kind: kind, label: label, at: at, attrs: attrs})
}

// json reads the JSON form of HCL: {"target": {"web": {…}}}.
func (p *parsed) json(content []byte) *tree.SyntaxError {
	doc, err := tree.ReadJSON(string(content), 1, tree.NewBudget(len(content)))
	if err != nil {
		return err
	}
	for _, e := range doc.Pairs() {
		if !isBlock(e.Key) {
			p.globals[e.Key] = expression(e.Value)
			continue
		}
		for _, one := range e.Value.Pairs() {
			for _, body := range one.Value.All() {
				attrs := map[string]hclsyntax.Expression{}
				for _, attr := range body.Pairs() {
					attrs[attr.Key] = expression(attr.Value)
				}
				p.add(e.Key, one.Key, result.Range{Start: one.Line, End: body.Range.End}, attrs)
			}
		}
	}
	return nil
}

func isBlock(key string) bool {
	return key == "target" || key == "group" || key == "variable" || key == "function"
}

// expression returns the expression that a JSON value stands for. Strings are templates.
func expression(n *tree.Node) hclsyntax.Expression {
	at := hcl.Range{Start: hcl.Pos{Line: n.Range.Start, Column: 1}, End: hcl.Pos{Line: n.Range.End, Column: 2}}
	literal := func(v cty.Value) hclsyntax.Expression { return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: at} }
	switch n.Kind {
	case tree.Bool:
		return literal(cty.BoolVal(n.Text == "true"))
	case tree.Number:
		v, err := cty.ParseNumberVal(n.Text)
		if err != nil || len(n.Text) > maxDigits {
			return literal(cty.DynamicVal)
		}
		return literal(v)
	case tree.String:
		if x := template.ParseHCLTemplate(n.Text, n.Range.Start); x != nil {
			return x
		}
		return literal(cty.DynamicVal)
	case tree.List:
		tuple := &hclsyntax.TupleConsExpr{SrcRange: at}
		for _, item := range n.Items {
			tuple.Exprs = append(tuple.Exprs, expression(item))
		}
		return tuple
	case tree.Map:
		object := &hclsyntax.ObjectConsExpr{SrcRange: at}
		for _, e := range n.Entries {
			key := &hclsyntax.LiteralValueExpr{Val: cty.StringVal(e.Key), SrcRange: at}
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: expression(e.Value)})
		}
		return object
	}
	return literal(cty.NullVal(cty.DynamicPseudoType))
}
