package template

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// body returns a block's content as a map in the order of the file: attributes by
// their names, and for each type of nested block the list of its blocks.
func (e *evaluator) body(b *hclsyntax.Body, r result.Range) *tree.Node {
	n := &tree.Node{Kind: tree.Map, Range: r}
	if !e.mod.enter() {
		return n
	}
	defer e.mod.leave()
	e.mod.values.Spend(1)
	n.Entries = make([]tree.Entry, 0, len(b.Attributes))
	lists := map[string]int{}
	for _, part := range parts(b) {
		if a := part.attribute; a != nil {
			n.Entries = append(n.Entries, tree.Entry{Key: a.Name, Line: a.NameRange.Start.Line, Value: e.eval(a.Expr)})
			continue
		}
		key, item := e.block(part.block)
		at, ok := lists[key]
		if !ok {
			at = len(n.Entries)
			lists[key] = at
			n.Entries = append(n.Entries, tree.Entry{Key: key, Line: item.Range.Start, Value: &tree.Node{Kind: tree.List, Range: item.Range}})
		}
		list := n.Entries[at].Value
		list.Items = append(list.Items, item)
		list.Range.End = item.Range.End
	}
	return n
}

// part is an attribute or a block of a body.
type part struct {
	at        int // byte offset
	attribute *hclsyntax.Attribute
	block     *hclsyntax.Block
}

// parts returns the content of a body in the order of the file: package hcl keeps
// attributes in a map.
func parts(b *hclsyntax.Body) []part {
	out := make([]part, 0, len(b.Attributes)+len(b.Blocks))
	for _, a := range b.Attributes {
		out = append(out, part{at: a.SrcRange.Start.Byte, attribute: a})
	}
	for _, block := range b.Blocks {
		out = append(out, part{at: block.TypeRange.Start.Byte, block: block})
	}
	slices.SortFunc(out, func(a, b part) int { return cmp.Compare(a.at, b.at) })
	return out
}

// DynamicTag is the tag of the content of a dynamic block, which stands for the
// blocks that it creates. How many these are, if any, is not known.
const DynamicTag = "dynamic"

// block returns the key and value of a nested block. Labels become maps of one
// entry.
func (e *evaluator) block(b *hclsyntax.Block) (string, *tree.Node) {
	r := blockRange(b)
	if b.Type == "dynamic" && len(b.Labels) == 1 {
		for _, c := range b.Body.Blocks {
			if c.Type == "content" {
				content := e.body(c.Body, r)
				content.Tag = DynamicTag
				return b.Labels[0], content
			}
		}
	}
	item := e.body(b.Body, r)
	for i := len(b.Labels) - 1; i >= 0; i-- {
		item = &tree.Node{Kind: tree.Map, Range: r, Entries: []tree.Entry{{Key: b.Labels[i], Line: r.Start, Value: item}}}
	}
	return b.Type, item
}

// blockRange runs from the block's type to its closing brace.
func blockRange(b *hclsyntax.Block) result.Range {
	start := b.TypeRange.Start.Line
	return result.Range{Start: start, End: max(start, b.CloseBraceRange.Start.Line)}
}
