package template

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/template/tree"
)

// maxEval bounds, for one folder, the nodes and kilobytes that evaluation may
// make: locals that double each other would grow without end.
const maxEval = 1_000_000

// maxText bounds one evaluated string in bytes.
const maxText = 1 << 20

// module is what the Terraform files of a folder share.
type module struct {
	vars   map[string]*tree.Node
	locals map[string]*local
	budget tree.Budget
}

// local is a local value, evaluated when first asked for.
type local struct {
	eval  func() *tree.Node
	value *tree.Node
	busy  bool
}

func newModule() *module {
	return &module{vars: map[string]*tree.Node{}, locals: map[string]*local{}, budget: maxEval}
}

// setVar sets a variable's value; Unknown values leave what was there.
func (m *module) setVar(name string, v *tree.Node) {
	if v != nil && v.Kind != tree.Unknown {
		m.vars[name] = v
	}
}

// localValue evaluates a local once; one that depends on itself is nil.
func (m *module) localValue(name string) *tree.Node {
	l := m.locals[name]
	if l == nil || l.busy {
		return nil
	}
	if l.value == nil {
		l.busy = true
		l.value = l.eval()
		l.busy = false
	}
	return l.value
}

// lookup finds var.x, local.x and each.… in the folder; nil where unknown.
func (m *module) lookup(root, name string) *tree.Node {
	switch root {
	case "var":
		return m.vars[name]
	case "local":
		return m.localValue(name)
	}
	return nil
}

// declare takes in the defaults of variables and the locals of a native file.
func (m *module) declare(body *hclsyntax.Body, src []byte) {
	e := &evaluator{mod: m, src: src}
	for _, b := range body.Blocks {
		switch {
		case b.Type == "variable" && len(b.Labels) == 1:
			if def := b.Body.Attributes["default"]; def != nil {
				m.setVar(b.Labels[0], e.eval(def.Expr, 0))
			}
		case b.Type == "locals":
			for name, a := range b.Body.Attributes {
				m.locals[name] = &local{eval: func() *tree.Node { return e.eval(a.Expr, 0) }}
			}
		}
	}
}

// declareJSON is declare for the JSON syntax.
func (m *module) declareJSON(doc *tree.Node) {
	for _, group := range jsonBlocks(doc, "variable") {
		for _, v := range group.Entries {
			if def := v.Value.Get("default"); def != nil {
				m.setVar(v.Key, def) // Terraform takes defaults literally
			}
		}
	}
	for _, group := range jsonBlocks(doc, "locals") {
		for _, e := range group.Entries {
			m.locals[e.Key] = &local{eval: func() *tree.Node { return m.evalJSON(e.Value) }}
		}
	}
}
