package template

import (
	"github.com/scangate/scangate/internal/template/tree"
)

// maxEval bounds the nodes and kilobytes that evaluation may make for one folder:
// locals that double each other would grow without end.
const maxEval = 1_000_000

// maxText bounds one evaluated string in bytes.
const maxText = 1 << 20

// module is what Terraform calls a module: all its files of one folder.
type module struct {
	files  map[*input]*terraformFile
	vars   map[string]*tree.Node
	locals map[string]*local
	budget tree.Budget
	depth  int // of the evaluation, through all locals on the way
}

// local is a local value, evaluated when first asked for.
type local struct {
	eval  func() *tree.Node
	value *tree.Node
	busy  bool
}

func newModule() *module {
	return &module{files: map[*input]*terraformFile{}, vars: map[string]*tree.Node{}, locals: map[string]*local{}, budget: maxEval}
}

// enter begins the evaluation of an expression or block and reports whether the
// bounds allow it; if so, leave ends it.
func (m *module) enter() bool {
	if m.depth >= tree.MaxDepth || !m.budget.Spend(1) {
		return false
	}
	m.depth++
	return true
}

func (m *module) leave() { m.depth-- }

// setVar sets a variable, unless the value is Unknown.
func (m *module) setVar(name string, v *tree.Node) {
	if v != nil && v.Kind != tree.Unknown {
		m.vars[name] = v
	}
}

// localValue evaluates a local once. It returns nil for a local that is not
// declared or depends on itself.
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

// lookup finds var.x and local.x in the module; nil for all else.
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
func (m *module) declare(f *terraformFile) {
	e := &evaluator{mod: m, src: f.content}
	for _, b := range f.body.Blocks {
		switch {
		case b.Type == "variable" && len(b.Labels) == 1:
			if def := b.Body.Attributes["default"]; def != nil {
				m.setVar(b.Labels[0], e.eval(def.Expr))
			}
		case b.Type == "locals":
			for name, a := range b.Body.Attributes {
				m.locals[name] = &local{eval: func() *tree.Node { return e.eval(a.Expr) }}
			}
		}
	}
}

// declareJSON is declare for the JSON syntax.
func (m *module) declareJSON(doc *tree.Node) {
	for _, group := range jsonObjects(doc, "variable") {
		for _, v := range group.Entries {
			if def := v.Value.Get("default"); def != nil {
				m.setVar(v.Key, def) // Terraform takes defaults literally
			}
		}
	}
	for _, group := range jsonObjects(doc, "locals") {
		for _, e := range group.Entries {
			m.locals[e.Key] = &local{eval: func() *tree.Node { return m.evalJSON(e.Value) }}
		}
	}
}
