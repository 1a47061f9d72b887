package bake

import (
	"crypto/md5"  //nolint:gosec // a function of bake
	"crypto/sha1" //nolint:gosec // the same
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"path"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// The bounds of an evaluation. A bake file is a program: without them a few lines could
// take all memory.
const (
	maxParts     = 2000    // parts of an expression
	maxLoop      = 100     // parts of a "for"
	maxItems     = 200     // items that a "for" goes through, and targets of a matrix
	maxValue     = 4 << 10 // bytes of texts and number of items in a value
	maxDigits    = 40
	maxCalls     = 10_000
	maxCallDepth = 20
)

// errCost is for what is beyond these bounds.
var errCost = errors.New("it is too large to be evaluated")

// checkCost refuses an expression whose evaluation may take long: one with many parts, or
// with a "for" inside another one. It returns what the "for" expressions go through.
func checkCost(x hclsyntax.Expression) (lists []hclsyntax.Expression, err error) {
	w := &cost{}
	_ = hclsyntax.Walk(x, w) // a cost finds no fault
	if w.parts > maxParts || w.inLoops > maxLoop || w.isNested || w.hasHugeNumber {
		return nil, errCost
	}
	return w.lists, nil
}

// cost counts the parts of an expression.
type cost struct {
	parts, inLoops, loops   int
	isNested, hasHugeNumber bool
	lists                   []hclsyntax.Expression
}

// Enter and Exit make a cost a hclsyntax.Walker.
func (c *cost) Enter(n hclsyntax.Node) hcl.Diagnostics {
	c.parts++
	if c.loops > 0 {
		c.inLoops++
	}
	switch n := n.(type) {
	case *hclsyntax.ForExpr:
		c.loops++
		c.isNested = c.isNested || c.loops > 1
		c.lists = append(c.lists, n.CollExpr)
	case *hclsyntax.LiteralValueExpr:
		c.hasHugeNumber = c.hasHugeNumber || n.Val.Type() == cty.Number && sizeOf(n.Val, 0) > maxValue
	}
	return nil
}

// Exit leaves what Enter has entered.
func (c *cost) Exit(n hclsyntax.Node) hcl.Diagnostics {
	if _, ok := n.(*hclsyntax.ForExpr); ok {
		c.loops--
	}
	return nil
}

// checkSize refuses a value that is too large to be a part of others.
func checkSize(v cty.Value) error {
	if sizeOf(v, 0) > maxValue {
		return errCost
	}
	return nil
}

// sizeOf is the number of bytes and items of a value, or more than maxValue.
func sizeOf(v cty.Value, sum int) int {
	sum++
	switch {
	case sum > maxValue || v.IsNull() || !v.IsKnown():
	case v.Type() == cty.String:
		sum += len(v.AsString())
	case v.Type() == cty.Number:
		if f := v.AsBigFloat(); f.IsInf() || f.MantExp(nil) > 4*maxDigits || f.MantExp(nil) < -4*maxDigits {
			return maxValue + 1
		}
	case v.CanIterateElements():
		for it := v.ElementIterator(); it.Next() && sum <= maxValue; {
			_, item := it.Element()
			sum = sizeOf(item, sum)
		}
	}
	return sum
}

// bounded returns a function that takes and returns no large values and is not called too
// often.
func (s *scope) bounded(f function.Function) function.Function {
	return guarded(f, func(args []cty.Value) error {
		s.calls++
		if s.calls > maxCalls {
			return errCost
		}
		return checkSize(cty.TupleVal(args))
	})
}

// guarded returns a function that fails if allow does, or if its value is too large.
func guarded(f function.Function, allow func(args []cty.Value) error) function.Function {
	return function.New(&function.Spec{
		Params: f.Params(), VarParam: f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if err := allow(args); err != nil {
				return cty.NilType, err
			}
			return f.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := f.Call(args)
			if err != nil {
				return cty.NilVal, err
			}
			return v, checkSize(v)
		},
	})
}

// define returns the function of a function block.
func (s *scope) define(b *block) function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Type: cty.DynamicPseudoType, AllowNull: true},
		Type:     func([]cty.Value) (cty.Type, error) { return cty.DynamicPseudoType, nil },
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			in, err := bind(b, args)
			switch {
			case err != nil:
				return cty.NilVal, err
			case b.attrs["result"] == nil:
				return cty.NilVal, errors.New("the function block has no result")
			case s.depth >= maxCallDepth:
				return cty.NilVal, errCost
			}
			s.depth++
			defer func() { s.depth-- }()
			return s.value(b.attrs["result"], in)
		},
	})
}

// bind gives the parameters of a function block their arguments.
func bind(b *block, args []cty.Value) (locals, error) {
	params, err := names(b.attrs["params"])
	if err != nil {
		return nil, err
	}
	variadic := b.attrs["variadic_params"]
	if len(args) < len(params) || len(args) > len(params) && variadic == nil {
		return nil, fmt.Errorf("the function block has %d params, got %d arguments", len(params), len(args))
	}
	in := locals{}
	for i, name := range params {
		in[name] = args[i]
	}
	if variadic != nil {
		in[word(variadic)] = cty.TupleVal(args[len(params):])
	}
	return in, nil
}

// names reads a list of names.
func names(x hclsyntax.Expression) ([]string, error) {
	list, ok := x.(*hclsyntax.TupleConsExpr)
	if !ok {
		return nil, errors.New("the params of a function block must be a list of names")
	}
	var all []string
	for _, item := range list.Exprs {
		all = append(all, word(item))
	}
	return all, nil
}

// word is a name as HCL and JSON write it.
func word(x hclsyntax.Expression) string {
	if name := hcl.ExprAsKeyword(x); name != "" {
		return name
	}
	if v, diags := x.Value(nil); !diags.HasErrors() && v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
		return v.AsString()
	}
	return ""
}

// builtins are bake's functions whose results are small and always the same. timestamp,
// uuidv4 and the like are not among them.
func builtins() map[string]function.Function {
	return map[string]function.Function{
		"absolute": stdlib.AbsoluteFunc, "add": stdlib.AddFunc, "and": stdlib.AndFunc, "ceil": stdlib.CeilFunc, "chomp": stdlib.ChompFunc,
		"coalesce": stdlib.CoalesceFunc, "coalescelist": stdlib.CoalesceListFunc, "compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc,
		"contains": stdlib.ContainsFunc, "distinct": stdlib.DistinctFunc, "divide": stdlib.DivideFunc, "element": stdlib.ElementFunc,
		"equal": stdlib.EqualFunc, "flatten": stdlib.FlattenFunc, "floor": stdlib.FloorFunc, "greaterthan": stdlib.GreaterThanFunc,
		"greaterthanorequalto": stdlib.GreaterThanOrEqualToFunc, "hasindex": stdlib.HasIndexFunc, "index": stdlib.IndexFunc, "int": stdlib.IntFunc,
		"join": stdlib.JoinFunc, "jsondecode": stdlib.JSONDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc, "keys": stdlib.KeysFunc,
		"length": stdlib.LengthFunc, "lessthan": stdlib.LessThanFunc, "lessthanorequalto": stdlib.LessThanOrEqualToFunc, "lookup": stdlib.LookupFunc,
		"lower": stdlib.LowerFunc, "max": stdlib.MaxFunc, "merge": stdlib.MergeFunc, "min": stdlib.MinFunc, "modulo": stdlib.ModuloFunc,
		"negate": stdlib.NegateFunc, "not": stdlib.NotFunc, "notequal": stdlib.NotEqualFunc, "or": stdlib.OrFunc, "regex": stdlib.RegexFunc,
		"regexall": stdlib.RegexAllFunc, "regex_replace": stdlib.RegexReplaceFunc, "replace": stdlib.ReplaceFunc, "reverse": stdlib.ReverseFunc,
		"reverselist": stdlib.ReverseListFunc, "slice": stdlib.SliceFunc, "sort": stdlib.SortFunc, "split": stdlib.SplitFunc,
		"strlen": stdlib.StrlenFunc, "substr": stdlib.SubstrFunc, "subtract": stdlib.SubtractFunc, "title": stdlib.TitleFunc, "trim": stdlib.TrimFunc,
		"trimprefix": stdlib.TrimPrefixFunc, "trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc, "upper": stdlib.UpperFunc,
		"values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,
		"basename": ofText(path.Base), "dirname": ofText(path.Dir), "sanitize": ofText(sanitize),
		"md5": ofText(hexOf(md5.New)), "sha1": ofText(hexOf(sha1.New)), "sha256": ofText(hexOf(sha256.New)), "sha512": ofText(hexOf(sha512.New)),
		"format": unpadded(stdlib.FormatFunc), "formatlist": unpadded(stdlib.FormatListFunc),
	}
}

// ofText returns a function of one text.
func ofText(f func(string) string) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.StringVal(f(args[0].AsString())), nil
		},
	})
}

// hexOf returns a function that hashes a text.
func hexOf(newHash func() hash.Hash) func(string) string {
	return func(text string) string {
		h := newHash()
		h.Write([]byte(text))
		return hex.EncodeToString(h.Sum(nil))
	}
}

// sanitize makes a text a name of a target.
func sanitize(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, text)
}

// unpadded refuses formats with numbers, which may ask for any width.
func unpadded(f function.Function) function.Function {
	return guarded(f, func(args []cty.Value) error {
		if v := args[0]; v.IsNull() || !v.IsKnown() || hasWidth(v) {
			return errCost
		}
		return nil
	})
}

func hasWidth(format cty.Value) bool {
	for _, verb := range strings.Split(format.AsString(), "%")[1:] {
		end := strings.IndexFunc(verb, unicode.IsLetter)
		if end > 0 && strings.ContainsAny(verb[:end], "0123456789*") {
			return true
		}
	}
	return false
}
