package template

import (
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// jsonBlocks returns the objects under a key of Terraform's JSON syntax, where
// an object and a list of objects mean the same.
func (n *Node) jsonBlocks(key string) []*Node {
	if !n.is(Map) {
		return nil
	}
	var out []*Node
	for _, e := range n.Entries {
		if e.Key == key {
			out = append(out, e.Value.All()...)
		}
	}
	return out
}

// evalJSON evaluates the ${…} in the strings of a JSON tree.
func (m *module) evalJSON(n *Node, depth int) *Node {
	if depth > maxDepth || !m.spend(1) {
		return &Node{Kind: Unknown, Text: n.Text, Range: n.Range}
	}
	switch n.Kind {
	case String:
		return m.evalText(n)
	case List:
		out := &Node{Kind: List, Range: n.Range}
		for _, item := range n.Items {
			out.Items = append(out.Items, m.evalJSON(item, depth+1))
		}
		return out
	case Map:
		out := &Node{Kind: Map, Range: n.Range}
		for _, e := range n.Entries {
			out.Entries = append(out.Entries, Entry{e.Key, e.Line, m.evalJSON(e.Value, depth+1)})
		}
		return out
	}
	return n
}

func (m *module) evalText(n *Node) *Node {
	if !strings.Contains(n.Text, "${") && !strings.Contains(n.Text, "%{") {
		return n
	}
	unknown := &Node{Kind: Unknown, Text: n.Text, Range: n.Range}
	expr := parseHCLTemplate(n.Text)
	if expr == nil {
		return unknown
	}
	v := (&evaluator{mod: m, src: []byte(n.Text), at: &n.Range}).eval(expr, 0)
	if v.Kind == Unknown {
		return unknown
	}
	return v
}

// terraformJSONFile lists the blocks of a .tf.json file.
func terraformJSONFile(doc *Node, m *module) *File {
	f := &File{Role: RoleTemplate}
	if !doc.is(Map) {
		return f
	}
	for _, e := range doc.Entries {
		for _, group := range e.Value.All() {
			m.jsonGroup(f, e.Key, group)
		}
	}
	return f
}

// jsonGroup adds the blocks of one type: two levels of labels for resources and
// data sources, one for the others.
func (m *module) jsonGroup(f *File, block string, group *Node) {
	for _, first := range group.Entries {
		switch block {
		case "resource", "data", "ephemeral":
			for _, types := range first.Value.All() {
				for _, second := range types.Entries {
					m.jsonBlock(f, block, []string{first.Key, second.Key}, second)
				}
			}
		case "locals":
			r := entryRange(first)
			body := &Node{Kind: Map, Range: r, Entries: []Entry{{first.Key, first.Line, m.evalJSON(first.Value, 0)}}}
			f.Resources = append(f.Resources, tfResource("local", first.Key, r, body))
		default:
			m.jsonBlock(f, block, []string{first.Key}, first)
		}
	}
}

// jsonBlock adds one block; several bodies under one label are several blocks.
func (m *module) jsonBlock(f *File, block string, labels []string, e Entry) {
	typ, name, ok := blockName(block, labels)
	if !ok {
		return
	}
	r := entryRange(e)
	for i, body := range e.Value.All() {
		if i > 0 || e.Value.Kind == List && len(e.Value.Items) > 1 {
			r = body.Range
		}
		if body.Kind == Map {
			f.Resources = append(f.Resources, tfResource(typ, name, r, m.evalJSON(body, 0)))
		}
	}
}

// entryRange runs from the line of the key to the end of the value.
func entryRange(e Entry) result.Range {
	return result.Range{Start: e.Line, End: max(e.Line, e.Value.Range.End)}
}
