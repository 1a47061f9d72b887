package template

import (
	"sort"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// body makes a map of a block's content in the order of the file: attributes
// by name, and for each type of nested block the list of its blocks.
func (e *evaluator) body(b *hclsyntax.Body, r result.Range, depth int) *tree.Node {
	n := &tree.Node{Kind: tree.Map, Range: r}
	if depth > tree.MaxDepth || !e.mod.budget.Spend(1) {
		return n
	}
	lists := map[string]int{}
	for _, part := range parts(b) {
		if a := part.attribute; a != nil {
			n.Entries = append(n.Entries, tree.Entry{Key: a.Name, Line: a.NameRange.Start.Line, Value: e.eval(a.Expr, depth+1)})
			continue
		}
		key, item := e.block(part.block, depth)
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

// part is an attribute or a block.
type part struct {
	at        int
	attribute *hclsyntax.Attribute
	block     *hclsyntax.Block
}

// parts puts the content of a body in the order of the file: hcl keeps the
// attributes in a map.
func parts(b *hclsyntax.Body) []part {
	out := make([]part, 0, len(b.Attributes)+len(b.Blocks))
	for _, a := range b.Attributes {
		out = append(out, part{at: a.SrcRange.Start.Byte, attribute: a})
	}
	for _, block := range b.Blocks {
		out = append(out, part{at: block.TypeRange.Start.Byte, block: block})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].at < out[j].at })
	return out
}

// block gives a nested block its key and value. A dynamic block stands for the
// blocks that it makes, labels become maps of one entry.
func (e *evaluator) block(b *hclsyntax.Block, depth int) (string, *tree.Node) {
	r := blockRange(b)
	if b.Type == "dynamic" && len(b.Labels) == 1 {
		for _, c := range b.Body.Blocks {
			if c.Type == "content" {
				return b.Labels[0], e.body(c.Body, r, depth+1)
			}
		}
	}
	item := e.body(b.Body, r, depth+1)
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
