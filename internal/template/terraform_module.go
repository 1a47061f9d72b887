package template

import (
	"bytes"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/template/tree"
)

// maxEval bounds the steps of the evaluation of one folder: locals that double each
// other would take time without end. A step is an expression, a value that is
// visited, or a kilobyte of text.
const maxEval = 1_000_000

// lookupsPerStep is how many keys are compared in the time of a step.
const lookupsPerStep = 256

// maxCopies bounds the values inside of lists and maps that are copied to where a
// variable or local of one folder is used.
const maxCopies = 50_000

// entriesPerValue is how many items of a list, or entries of a map, take as much memory
// as a value, without the values themselves.
const entriesPerValue = 4

// maxText bounds one evaluated string in bytes.
const maxText = 1 << 20

// module is what Terraform calls a module: all its files of one folder.
type module struct {
	files  map[*input]*terraformFile
	vars   map[string]*tree.Node
	locals map[string]*local
	values *tree.Budget // of the folder
	steps  *tree.Budget // see maxEval
	joined *tree.Budget // see maxJoined
	copies *tree.Budget // see maxCopies
	kept   int          // bytes of text that are kept parsed
	depth  int          // of the evaluation, through all locals on the way
	asked  bool         // for a variable or a local
}

// local is a local value, evaluated when first asked for.
type local struct {
	eval  func() *tree.Node
	value *tree.Node
	busy  bool
}

func newModule(values *tree.Budget) *module {
	return &module{
		files: map[*input]*terraformFile{}, vars: map[string]*tree.Node{}, locals: map[string]*local{},
		values: values, steps: tree.NewSteps(maxEval), joined: tree.NewSteps(maxJoined), copies: tree.NewSteps(maxCopies),
	}
}

// enter begins the evaluation of an expression or block and reports whether the
// bounds allow it; if so, leave ends it.
func (m *module) enter() bool {
	if m.depth >= maxNesting || m.values.Exceeded() || !m.steps.Spend(1) {
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
		m.asked = true
		return m.vars[name]
	case "local":
		m.asked = true
		return m.localValue(name)
	}
	return nil
}

// declare takes in the defaults of variables and the locals of a native file.
func (m *module) declare(f *terraformFile) {
	for i := range f.pieces {
		p := &f.pieces[i]
		if !bytes.Contains(p.text, []byte("variable")) && !bytes.Contains(p.text, []byte("locals")) {
			continue
		}
		if body, err := p.parse(f.path); err == nil { // it could be parsed before
			m.declareBlocks(f, p, body.Blocks)
		}
	}
}

func (m *module) declareBlocks(f *terraformFile, p *piece, blocks []*hclsyntax.Block) {
	e := &evaluator{mod: m, src: f.content}
	for _, b := range blocks {
		switch {
		case b.Type == "variable" && len(b.Labels) == 1:
			if def := b.Body.Attributes["default"]; def != nil {
				m.setVar(b.Labels[0], e.eval(def.Expr))
			}
		case b.Type == "locals":
			for name, a := range b.Body.Attributes {
				m.values.Spend(1)
				m.locals[name] = &local{eval: e.evalLater(f, p, a)}
			}
		}
	}
}

// evalLater returns a function that evaluates an attribute. Unless its piece is kept, it
// parses the text of the expression again: to keep what was parsed takes 40 times the text.
func (e *evaluator) evalLater(f *terraformFile, p *piece, a *hclsyntax.Attribute) func() *tree.Node {
	if p.body != nil {
		return func() *tree.Node { return e.eval(a.Expr) }
	}
	start, end := a.EqualsRange.End, a.SrcRange.End.Byte
	return func() *tree.Node {
		text := f.content[start.Byte:end]
		if rest := bytes.TrimPrefix(f.content[end:], []byte("\r")); bytes.HasPrefix(rest, []byte("\n")) {
			// A heredoc needs its line break.
			text = f.content[start.Byte : len(f.content)-len(rest)+1]
		}
		expr, diags := hclsyntax.ParseExpression(text, f.path, start)
		if diags.HasErrors() {
			return &tree.Node{Kind: tree.Unknown, Text: string(text)}
		}
		return e.eval(expr)
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
