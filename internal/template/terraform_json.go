package template

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/scangate/scangate/internal/template/tree"
)

// isOthers reports whether a document is deployed by another tool, whatever its name is.
func isOthers(doc *tree.Node) bool {
	return isObject(doc) || isCloudFormation(doc) || hasSchema("deploymenttemplate.json")(doc)
}

// jsonObjects returns the objects under a key of Terraform's JSON syntax, where an
// object and a list of objects mean the same.
func jsonObjects(doc *tree.Node, key string) []*tree.Node {
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
	return n.Rewrite(m.values, func(n *tree.Node) *tree.Node {
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
	expr := m.parseTemplateText(n.Text, hcl.InitialPos)
	if expr == nil {
		return unknown
	}
	v := (&evaluator{mod: m, src: []byte(n.Text), at: &n.Range}).eval(expr)
	if v.Kind == tree.Unknown {
		return unknown
	}
	return v
}

// listJSON lists the blocks of a .tf.json file.
func (m *module) listJSON(l *listing, doc *tree.Node) {
	for _, e := range doc.Pairs() {
		for _, group := range e.Value.All() {
			m.listGroup(l, e.Key, group)
		}
	}
}

// listGroup lists the blocks of one type. Resources and data sources have two
// levels of labels, the others one.
func (m *module) listGroup(l *listing, block string, group *tree.Node) {
	for _, first := range group.Entries {
		switch block {
		case "resource", "data", "ephemeral":
			for _, types := range first.Value.All() {
				for _, second := range types.Entries {
					m.listBlocks(l, block, second, first.Key, second.Key)
				}
			}
		case "locals":
			if !l.room(first.Line, first.Key) {
				return
			}
			r := first.Range()
			body := &tree.Node{Kind: tree.Map, Range: r, Entries: []tree.Entry{{Key: first.Key, Line: first.Line, Value: m.evalJSON(first.Value)}}}
			l.add(tfResource("local", first.Key, r, body))
		default:
			m.listBlocks(l, block, first, first.Key)
		}
	}
}

// listBlocks lists the blocks below the last label: several bodies are several
// blocks.
func (m *module) listBlocks(l *listing, block string, e tree.Entry, labels ...string) {
	typ, name, ok := blockName(block, labels)
	if !ok {
		return
	}
	bodies := e.Value.All()
	for _, body := range bodies {
		r := e.Range()
		if len(bodies) > 1 {
			r = body.Range
		}
		if body.Kind == tree.Map && l.room(r.Start, typ, name) {
			l.add(tfResource(typ, name, r, m.evalJSON(body)))
		}
	}
}
