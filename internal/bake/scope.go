package bake

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// locals are the variables of a matrix or of a function's parameters.
type locals = map[string]cty.Value

// scope evaluates the expressions of files that are merged.
type scope struct {
	// vars are the user's values, and use is called for each that is used.
	vars map[string]string
	use  func(name, value string)
	// globals are the attributes outside of blocks, and defaults those of variables: nil
	// for a variable without one.
	globals, defaults map[string]hclsyntax.Expression
	targets           map[string][]*block
	functions         map[string]function.Function
	// values are the variables that are known, or why they are not. active are those that
	// are being evaluated.
	values map[string]outcome
	active map[string]bool
	// shapes are those of the expressions that were evaluated: functions are called often.
	shapes map[hclsyntax.Expression]shape
	// calls counts the calls of functions, and depth those inside each other.
	calls, depth int
}

type outcome struct {
	value cty.Value
	err   error
}

// shape is what an expression is made of.
type shape struct {
	lists     []hclsyntax.Expression // see checkCost
	variables []hcl.Traversal
	err       error
}

// unsetError says which variable has no value.
type unsetError struct{ name string }

func (e *unsetError) Error() string { return e.name + " has no value" }

func newScope(files []*parsed, vars map[string]string, use func(name, value string)) *scope {
	s := &scope{
		vars: vars, use: use, globals: map[string]hclsyntax.Expression{}, defaults: map[string]hclsyntax.Expression{}, targets: map[string][]*block{},
		functions: builtins(), values: map[string]outcome{}, active: map[string]bool{}, shapes: map[hclsyntax.Expression]shape{},
	}
	for _, f := range files {
		for name, x := range f.globals {
			s.globals[name] = x
		}
		for _, b := range f.blocks {
			switch b.kind {
			case "variable":
				s.defaults[b.label] = b.attrs["default"]
			case "target":
				s.targets[b.label] = append(s.targets[b.label], b)
			case "function":
				s.functions[b.label] = s.define(b)
			}
		}
	}
	for name, f := range s.functions {
		s.functions[name] = s.bounded(f)
	}
	return s
}

// value evaluates an expression.
func (s *scope) value(x hclsyntax.Expression, in locals) (cty.Value, error) {
	known := s.shape(x)
	if known.err != nil {
		return cty.NilVal, known.err
	}
	for _, list := range known.lists {
		if v, err := s.value(list, in); err != nil || v.CanIterateElements() && v.LengthInt() > maxItems {
			return cty.NilVal, cmp.Or(err, errCost)
		}
	}
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{}, Functions: s.functions}
	if err := s.load(ctx, known.variables, in); err != nil {
		return cty.NilVal, err
	}
	v, diags := x.Value(ctx)
	if diags.HasErrors() {
		return cty.NilVal, reason(diags)
	}
	if !v.IsWhollyKnown() {
		return cty.NilVal, errors.New("its value can't be known, as where a function gets null")
	}
	return v, checkSize(v)
}

// shape returns what is to be known of an expression before it is evaluated.
func (s *scope) shape(x hclsyntax.Expression) shape {
	known, ok := s.shapes[x]
	if !ok {
		if known.lists, known.err = checkCost(x); known.err == nil {
			known.variables = x.Variables()
		}
		s.shapes[x] = known
	}
	return known
}

// load gives ctx the variables that an expression uses.
func (s *scope) load(ctx *hcl.EvalContext, variables []hcl.Traversal, in locals) error {
	others := map[string]map[string]cty.Value{}
	for _, t := range variables {
		name := t.RootName()
		if v, ok := in[name]; ok {
			ctx.Variables[name] = v
			continue
		}
		if name == "target" {
			if err := s.loadAttribute(others, t); err != nil {
				return err
			}
			continue
		}
		v, err := s.variable(name)
		if err != nil {
			return err
		}
		ctx.Variables[name] = v
	}
	if len(others) > 0 {
		targets := map[string]cty.Value{}
		for name, attrs := range others {
			targets[name] = cty.ObjectVal(attrs)
		}
		ctx.Variables["target"] = cty.ObjectVal(targets)
	}
	return nil
}

// loadAttribute evaluates target.NAME.ATTRIBUTE.
func (s *scope) loadAttribute(into map[string]map[string]cty.Value, t hcl.Traversal) error {
	var name, attr hcl.TraverseAttr
	ok := len(t) > 2
	if ok {
		name, ok = t[1].(hcl.TraverseAttr)
	}
	if ok {
		attr, ok = t[2].(hcl.TraverseAttr)
	}
	if !ok {
		return errors.New("a target can't be used as a value; name its attribute: target.NAME.ATTRIBUTE")
	}
	var x hclsyntax.Expression
	for _, b := range s.targets[name.Name] {
		if own := b.attrs[attr.Name]; own != nil {
			x = own
		}
	}
	if x == nil {
		return fmt.Errorf("target %q has no %s", name.Name, attr.Name)
	}
	v, err := s.once("target."+name.Name+"."+attr.Name, func() (cty.Value, error) { return s.value(x, nil) })
	if into[name.Name] == nil {
		into[name.Name] = map[string]cty.Value{}
	}
	into[name.Name][attr.Name] = v
	return err
}

// variable returns the value of a variable or of a global attribute.
func (s *scope) variable(name string) (cty.Value, error) {
	return s.once(name, func() (cty.Value, error) {
		if x, ok := s.globals[name]; ok {
			return s.value(x, nil)
		}
		x, declared := s.defaults[name]
		given, isGiven := s.vars[name]
		if declared && isGiven {
			s.use(name, given)
		}
		switch {
		case declared && x == nil && isGiven:
			return cty.StringVal(given), nil
		case declared && x == nil:
			return cty.NilVal, &unsetError{name}
		case !declared:
			return builtin(name)
		}
		v, err := s.value(x, nil)
		if err == nil && isGiven {
			v, err = override(v, given)
		}
		return v, err
	})
}

// override converts the user's value of a variable to the type of its default.
func override(v cty.Value, given string) (cty.Value, error) {
	if v.IsNull() {
		return cty.StringVal(given), nil
	}
	if !v.Type().IsPrimitiveType() {
		return cty.NilVal, errors.New("only texts, numbers and booleans can be given")
	}
	return convert.Convert(cty.StringVal(given), v.Type())
}

// builtin returns the value of a variable that no file declares.
func builtin(name string) (cty.Value, error) {
	switch name {
	case "BAKE_CMD_CONTEXT":
		return cty.StringVal(""), nil
	case "BAKE_LOCAL_PLATFORM":
		return cty.StringVal("linux/amd64"), nil
	}
	return cty.NilVal, fmt.Errorf("there is no variable %s", name)
}

// once evaluates a name once, and fails if its value depends on itself.
func (s *scope) once(name string, eval func() (cty.Value, error)) (cty.Value, error) {
	if known, ok := s.values[name]; ok {
		return known.value, known.err
	}
	if s.active[name] {
		return cty.NilVal, fmt.Errorf("%s depends on itself", name)
	}
	s.active[name] = true
	v, err := eval()
	delete(s.active, name)
	s.values[name] = outcome{v, err}
	return v, err
}

// text evaluates an expression to a text.
func (s *scope) text(x hclsyntax.Expression, in locals) (string, error) {
	v, err := s.value(x, in)
	if err != nil {
		return "", err
	}
	return asText(v)
}

func asText(v cty.Value) (string, error) {
	if v, err := convert.Convert(v, cty.String); err == nil && !v.IsNull() {
		return v.AsString(), nil
	}
	return "", errors.New("must be a text")
}

// texts evaluates an expression to a list of texts.
func (s *scope) texts(x hclsyntax.Expression, in locals) ([]string, error) {
	v, err := s.value(x, in)
	if err != nil {
		return nil, err
	}
	return asTexts(v)
}

// asTexts returns the elements of a list, none for null.
func asTexts(v cty.Value) ([]string, error) {
	if v.IsNull() {
		return nil, nil
	}
	if !v.CanIterateElements() || v.Type().IsMapType() || v.Type().IsObjectType() {
		return nil, errors.New("must be a list of texts")
	}
	var all []string
	for _, item := range v.AsValueSlice() {
		text, err := asText(item)
		if err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, nil
}

// reason is the first error of diagnostics, on one line.
func reason(diags hcl.Diagnostics) error {
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		if extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok && extra.FunctionCallError() != nil {
			return fmt.Errorf("%s: %w", extra.CalledFunctionName(), extra.FunctionCallError())
		}
		text := strings.Join(strings.Fields(d.Summary+": "+d.Detail), " ")
		return errors.New(strings.ToLower(text[:1]) + text[1:])
	}
	return diags
}
