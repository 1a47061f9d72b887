package template

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/template/tree"
)

func (e *evaluator) conditional(x *hclsyntax.ConditionalExpr) *tree.Node {
	cond := e.eval(x.Condition)
	if !cond.Is(tree.Bool) {
		return nil
	}
	if cond.Text == "true" {
		return e.eval(x.TrueResult)
	}
	return e.eval(x.FalseResult)
}

func (e *evaluator) unary(x *hclsyntax.UnaryOpExpr) *tree.Node {
	n := e.eval(x.Val)
	switch {
	case x.Op == hclsyntax.OpLogicalNot && n.Is(tree.Bool):
		return boolNode(n.Text != "true", e.lines(x.SrcRange))
	case x.Op == hclsyntax.OpNegate && n.Is(tree.Number) && !strings.HasPrefix(n.Text, "-"):
		return &tree.Node{Kind: tree.Number, Text: "-" + n.Text, Range: e.lines(x.SrcRange)}
	}
	return nil
}

func (e *evaluator) binary(x *hclsyntax.BinaryOpExpr) *tree.Node {
	switch x.Op {
	case hclsyntax.OpEqual:
		return e.equality(x, true)
	case hclsyntax.OpNotEqual:
		return e.equality(x, false)
	case hclsyntax.OpLogicalAnd, hclsyntax.OpLogicalOr:
		return e.logical(x)
	}
	return nil
}

// equality returns whether the operands are equal, compared with want.
func (e *evaluator) equality(x *hclsyntax.BinaryOpExpr, want bool) *tree.Node {
	l, r := e.eval(x.LHS), e.eval(x.RHS)
	left, lok := l.Literal()
	right, rok := r.Literal()
	if !lok || !rok || l.Kind != r.Kind {
		return nil
	}
	if l.Kind == tree.Number && left != right {
		return nil // 1 and 1.0 differ in their text alone
	}
	return boolNode((left == right) == want, e.lines(x.SrcRange))
}

func (e *evaluator) logical(x *hclsyntax.BinaryOpExpr) *tree.Node {
	l, r := e.eval(x.LHS), e.eval(x.RHS)
	if !l.Is(tree.Bool) || !r.Is(tree.Bool) {
		return nil
	}
	left, right := l.Text == "true", r.Text == "true"
	if x.Op == hclsyntax.OpLogicalAnd {
		return boolNode(left && right, e.lines(x.SrcRange))
	}
	return boolNode(left || right, e.lines(x.SrcRange))
}

// call evaluates the functions whose result is no larger than their arguments.
func (e *evaluator) call(x *hclsyntax.FunctionCallExpr) *tree.Node {
	switch {
	case x.ExpandFinal || len(x.Args) == 0:
		return nil
	case x.Name == "concat":
		return e.combine(x, tree.List)
	case x.Name == "merge":
		return e.combine(x, tree.Map)
	case len(x.Args) == 1:
		n := apply(x.Name, e.eval(x.Args[0]))
		if n != nil {
			e.mod.values.Spend(len(n.Text) / tree.BytesPerValue)
		}
		return n
	}
	return nil
}

// apply is a function of one argument; nil for those that are not evaluated.
// jsonencode keeps the tree of its argument, so that a policy reads the same
// however it is written.
func apply(name string, arg *tree.Node) *tree.Node {
	out := *arg
	_, scalar := arg.Literal()
	switch name {
	case "jsonencode", "tolist", "toset", "tomap", "sensitive", "nonsensitive":
	case "tostring":
		if scalar {
			out.Kind = tree.String
		}
	case "jsondecode", "tonumber", "tobool":
		if arg.Kind == tree.String {
			return nil
		}
	case "trimspace", "lower", "upper":
		if arg.Kind != tree.String {
			return nil
		}
		change := map[string]func(string) string{"trimspace": strings.TrimSpace, "lower": strings.ToLower, "upper": strings.ToUpper}
		out.Text = change[name](arg.Text)
	default:
		return nil
	}
	if out.Kind == tree.Unknown {
		return nil
	}
	return &out
}

// combine joins lists or maps; one argument of another kind makes the result
// unknown.
func (e *evaluator) combine(x *hclsyntax.FunctionCallExpr, want tree.Kind) *tree.Node {
	out := &tree.Node{Kind: want, Range: e.lines(x.Range())}
	for _, arg := range x.Args {
		n := e.eval(arg)
		if n.Kind != want {
			return nil
		}
		out.Items = append(out.Items, n.Items...)
		out.Entries = append(out.Entries, n.Entries...)
	}
	e.mod.values.Spend((len(out.Items) + len(out.Entries)) / entriesPerValue)
	return out
}
