package template

import (
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// jsonBlocks returns the objects under a key of Terraform's JSON syntax, where
// an object and a list of objects mean the same.
func jsonBlocks(doc *tree.Node, key string) []*tree.Node {
	var out []*tree.Node
	for _, e := range doc.Pairs() {
		if e.Key == key {
			out = append(out, e.Value.All()...)
		}
	}
	return out
}

// evalJSON evaluates the ${…} in the strings of a JSON tree.
func (m *module) evalJSON(n *tree.Node) *tree.Node {
	return n.Rewrite(&m.budget, func(n *tree.Node) *tree.Node {
		if n.Kind != tree.String {
			return n
		}
		return m.evalText(n)
	})
}

func (m *module) evalText(n *tree.Node) *tree.Node {
	if !strings.Contains(n.Text, "${") && !strings.Contains(n.Text, "%{") {
		return n
	}
	unknown := &tree.Node{Kind: tree.Unknown, Text: n.Text, Range: n.Range}
	expr := parseHCLTemplate(n.Text)
	if expr == nil {
		return unknown
	}
	v := (&evaluator{mod: m, src: []byte(n.Text), at: &n.Range}).eval(expr, 0)
	if v.Kind == tree.Unknown {
		return unknown
	}
	return v
}

// terraformJSONFile lists the blocks of a .tf.json file.
func terraformJSONFile(doc *tree.Node, m *module) *File {
	f := &File{Role: RoleTemplate}
	if !doc.Is(tree.Map) {
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
func (m *module) jsonGroup(f *File, block string, group *tree.Node) {
	for _, first := range group.Entries {
		switch block {
		case "resource", "data", "ephemeral":
			for _, types := range first.Value.All() {
				for _, second := range types.Entries {
					m.jsonBlock(f, block, []string{first.Key, second.Key}, second)
				}
			}
		case "locals":
			r := first.Range()
			body := &tree.Node{Kind: tree.Map, Range: r, Entries: []tree.Entry{{Key: first.Key, Line: first.Line, Value: m.evalJSON(first.Value)}}}
			f.Resources = append(f.Resources, tfResource("local", first.Key, r, body))
		default:
			m.jsonBlock(f, block, []string{first.Key}, first)
		}
	}
}

// jsonBlock adds one block; several bodies under one label are several blocks.
func (m *module) jsonBlock(f *File, block string, labels []string, e tree.Entry) {
	typ, name, ok := blockName(block, labels)
	if !ok {
		return
	}
	r := e.Range()
	for i, body := range e.Value.All() {
		if i > 0 || e.Value.Kind == tree.List && len(e.Value.Items) > 1 {
			r = body.Range
		}
		if body.Kind == tree.Map {
			f.Resources = append(f.Resources, tfResource(typ, name, r, m.evalJSON(body)))
		}
	}
}
