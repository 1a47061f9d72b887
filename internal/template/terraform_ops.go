package template

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/template/tree"
)

func (e *evaluator) conditional(x *hclsyntax.ConditionalExpr, depth int) *tree.Node {
	cond := e.eval(x.Condition, depth+1)
	if !cond.Is(tree.Bool) {
		return nil
	}
	if cond.Text == "true" {
		return e.eval(x.TrueResult, depth+1)
	}
	return e.eval(x.FalseResult, depth+1)
}

func (e *evaluator) unary(x *hclsyntax.UnaryOpExpr, depth int) *tree.Node {
	n := e.eval(x.Val, depth+1)
	switch {
	case x.Op == hclsyntax.OpLogicalNot && n.Is(tree.Bool):
		return boolNode(n.Text != "true", e.lines(x.SrcRange))
	case x.Op == hclsyntax.OpNegate && n.Is(tree.Number) && !strings.HasPrefix(n.Text, "-"):
		return &tree.Node{Kind: tree.Number, Text: "-" + n.Text, Range: e.lines(x.SrcRange)}
	}
	return nil
}

func (e *evaluator) binary(x *hclsyntax.BinaryOpExpr, depth int) *tree.Node {
	switch x.Op {
	case hclsyntax.OpEqual, hclsyntax.OpNotEqual, hclsyntax.OpLogicalAnd, hclsyntax.OpLogicalOr:
	default:
		return nil
	}
	l, r := e.eval(x.LHS, depth+1), e.eval(x.RHS, depth+1)
	at := e.lines(x.SrcRange)
	switch x.Op {
	case hclsyntax.OpEqual, hclsyntax.OpNotEqual:
		_, lok := l.Literal()
		_, rok := r.Literal()
		if !lok || !rok || l.Kind != r.Kind || l.Kind == tree.Number && l.Text != r.Text {
			return nil // 1 and 1.0 are equal; that is not worth knowing here
		}
		return boolNode((l.Text == r.Text) == (x.Op == hclsyntax.OpEqual), at)
	}
	if !l.Is(tree.Bool) || !r.Is(tree.Bool) {
		return nil
	}
	if x.Op == hclsyntax.OpLogicalAnd {
		return boolNode(l.Text == "true" && r.Text == "true", at)
	}
	return boolNode(l.Text == "true" || r.Text == "true", at)
}

// call evaluates the functions whose result is no larger than their arguments.
// jsonencode keeps the tree of its argument: a policy is then read the same way
// however it is written.
func (e *evaluator) call(x *hclsyntax.FunctionCallExpr, depth int) *tree.Node {
	if x.ExpandFinal || len(x.Args) == 0 {
		return nil
	}
	switch x.Name {
	case "jsonencode", "jsondecode", "tolist", "toset", "tomap", "tostring", "tonumber", "tobool",
		"sensitive", "nonsensitive", "trimspace", "lower", "upper":
		if len(x.Args) != 1 {
			return nil
		}
		return apply(x.Name, e.eval(x.Args[0], depth+1))
	case "concat", "merge":
		return e.combine(x, depth)
	}
	return nil
}

// apply is a function of one argument. Text functions need a string.
func apply(name string, n *tree.Node) *tree.Node {
	change := map[string]func(string) string{
		"trimspace": strings.TrimSpace, "lower": strings.ToLower, "upper": strings.ToUpper,
	}[name]
	if n.Kind == tree.Unknown {
		return nil
	}
	if change != nil {
		if n.Kind != tree.String {
			return nil
		}
		changed := *n
		changed.Text = change(n.Text)
		return &changed
	}
	if n.Kind == tree.String && (name == "tonumber" || name == "tobool" || name == "jsondecode") {
		return nil
	}
	if _, scalar := n.Literal(); scalar && name == "tostring" {
		changed := *n
		changed.Kind = tree.String
		return &changed
	}
	return n
}

// combine is concat and merge; one unknown argument makes the result unknown.
func (e *evaluator) combine(x *hclsyntax.FunctionCallExpr, depth int) *tree.Node {
	want := tree.List
	if x.Name == "merge" {
		want = tree.Map
	}
	out := &tree.Node{Kind: want, Range: e.lines(x.Range())}
	for _, arg := range x.Args {
		n := e.eval(arg, depth+1)
		if n.Kind != want {
			return nil
		}
		out.Items = append(out.Items, n.Items...)
		out.Entries = append(out.Entries, n.Entries...)
	}
	return out
}
