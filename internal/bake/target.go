package bake

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
)

// project is what the files of a folder declare.
type project struct {
	build.Project
	dir   string
	vars  map[string]string
	names result.Names
	// sources are the lines of each file.
	sources map[string][]string
}

// use notes a variable that the user gives.
func (p *project) use(name, value string) {
	p.Use(result.Variable{Name: name, Value: value, From: p.names.Var})
}

// set is the targets of files that are merged.
type set struct {
	*project
	*scope
	// order are the names of the targets; those of a matrix are several for one block.
	order []string
	parts map[string][]part
	// matrix are the names that a block with a matrix stands for.
	matrix map[string][]string
	merged map[string]merging
	// meant are the targets that a group names or another target builds upon, and
	// inherited those that others inherit from.
	meant, inherited map[string]bool
	// lenient is set if it is unknown which targets are meant.
	lenient bool
}

// part is one declaration of a target.
type part struct {
	*block
	in locals
}

// merging is the declarations of a target and of what it inherits, the later ones over
// the earlier ones.
type merging struct {
	parts []part
	err   error
}

// read adds what files declare that are merged.
func (p *project) read(files []*parsed) {
	s := &set{
		project: p, scope: newScope(files, p.vars, p.use), parts: map[string][]part{}, matrix: map[string][]string{},
		merged: map[string]merging{}, meant: map[string]bool{}, inherited: map[string]bool{},
	}
	for _, f := range files {
		for _, b := range f.blocks {
			if b.kind == "target" {
				s.declare(b)
			}
		}
	}
	for _, f := range files {
		for _, b := range f.blocks {
			if b.kind == "group" {
				s.group(b)
			}
		}
	}
	for _, name := range s.order {
		s.merge(name)
	}
	var all []target
	for _, name := range s.order {
		all = append(all, s.resolve(name))
	}
	for _, t := range all { // once it is known which targets are meant
		s.add(t)
	}
}

// declare adds the targets that a block declares: one, or those of its matrix.
func (s *set) declare(b *block) {
	all, err := s.expand(b)
	if err != nil {
		s.leaveOut(b.at, b.label, err)
		return
	}
	for _, in := range all {
		name := b.label
		if x := b.attrs["name"]; x != nil {
			if name, err = s.text(x, in); err != nil {
				s.leaveOut(b.at, b.label, err)
				return
			}
		}
		if s.parts[name] == nil {
			s.order = append(s.order, name)
		}
		s.parts[name] = append(s.parts[name], part{b, in})
		s.matrix[b.label] = append(s.matrix[b.label], name)
	}
}

// expand returns the variables of each target of a matrix.
func (s *set) expand(b *block) ([]locals, error) {
	x := b.attrs["matrix"]
	if x == nil {
		return []locals{nil}, nil
	}
	v, err := s.value(x, nil)
	if err != nil {
		return nil, err
	}
	if v.IsNull() || !v.Type().IsMapType() && !v.Type().IsObjectType() {
		return nil, errors.New("matrix must be a map of lists")
	}
	all := []locals{{}}
	for it := v.ElementIterator(); it.Next(); {
		if all, err = multiply(all, it); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// multiply gives each of the targets each value of an axis of the matrix.
func multiply(all []locals, axis cty.ElementIterator) ([]locals, error) {
	key, list := axis.Element()
	switch {
	case list.IsNull() || !list.CanIterateElements():
		return nil, fmt.Errorf("matrix: %s must be a list", key.AsString())
	case len(all)*list.LengthInt() > maxItems:
		return nil, errCost
	}
	var next []locals
	for _, in := range all {
		for _, item := range list.AsValueSlice() {
			next = append(next, with(in, key.AsString(), item))
		}
	}
	return next, nil
}

// with returns a copy of in with another variable.
func with(in locals, name string, v cty.Value) locals {
	out := locals{name: v}
	for k, old := range in {
		out[k] = old
	}
	return out
}

// group notes which targets a group names.
func (s *set) group(b *block) {
	x := b.attrs["targets"]
	if x == nil {
		return
	}
	list, err := s.texts(x, nil)
	s.lenient = s.lenient || err != nil
	for _, name := range list {
		s.meant[name] = true
		for _, one := range s.matrix[name] {
			s.meant[one] = true
		}
	}
}

// maxDeclarations bounds the declarations of a target and of what it inherits.
const maxDeclarations = 200

// merge returns the declarations of a target and of what it inherits.
func (s *set) merge(name string) merging {
	if m, ok := s.merged[name]; ok {
		return m
	}
	s.merged[name] = merging{} // what inherits itself is empty for bake
	var m merging
	for _, own := range s.parts[name] {
		for _, base := range s.bases(own, &m) {
			from := s.merge(base)
			m.fail(from.err)
			m.parts = append(m.parts, from.parts...)
		}
	}
	if m.parts = lastOfEach(append(m.parts, s.parts[name]...)); len(m.parts) > maxDeclarations {
		m = merging{err: errCost}
	}
	s.merged[name] = m
	return m
}

// bases returns the targets that a declaration inherits.
func (s *set) bases(own part, m *merging) []string {
	x := own.attrs["inherits"]
	if x == nil {
		return nil
	}
	bases, err := s.texts(x, own.in)
	if err != nil {
		m.fail(fmt.Errorf("inherits: %w", err))
	}
	for _, base := range bases {
		s.inherited[base] = true
		if s.parts[base] == nil {
			m.fail(fmt.Errorf("it inherits %q, which no file declares", base))
		}
	}
	return bases
}

// fail keeps the first error.
func (m *merging) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

// lastOfEach returns the parts without those that are there again later.
func lastOfEach(parts []part) []part {
	seen := make(map[*block]bool, len(parts))
	var kept []part
	for _, p := range slices.Backward(parts) {
		if p.in != nil || !seen[p.block] {
			kept = append(kept, p)
		}
		seen[p.block] = true
	}
	slices.Reverse(kept)
	return kept
}

// declaration is a declaration of an attribute, and its value.
type declaration struct {
	expr  hclsyntax.Expression
	in    part
	value cty.Value
	err   error
}

// find returns the last declaration of an attribute that is not null, false if there is none.
func (s *set) find(m merging, name string) (declaration, bool) {
	for _, p := range slices.Backward(m.parts) {
		x := p.attrs[name]
		if x == nil {
			continue
		}
		if v, err := s.value(x, p.in); err != nil || !v.IsNull() {
			return declaration{x, p, v, err}, true
		}
	}
	return declaration{}, false
}

// texts returns the value as a list of texts.
func (d declaration) texts() ([]string, error) {
	if d.err != nil {
		return nil, d.err
	}
	return asTexts(d.value)
}

// pair is an entry of a map, which later declarations of the target may replace.
type pair struct {
	key  string
	expr hclsyntax.Expression
	in   part
}

// pairs returns the entries of a map in all declarations.
func (s *set) pairs(m merging, name string) ([]pair, error) {
	var all []pair
	at := map[string]int{}
	for _, p := range m.parts {
		x := p.attrs[name]
		if x == nil {
			continue
		}
		entries, err := s.entries(x, p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, e := range entries {
			if i, ok := at[e.key]; ok {
				all[i] = e
				continue
			}
			at[e.key] = len(all)
			all = append(all, e)
		}
	}
	return all, nil
}

// entries splits a map, so that a value that can't be known concerns its own key alone.
func (s *set) entries(x hclsyntax.Expression, in part) ([]pair, error) {
	var all []pair
	if object, ok := x.(*hclsyntax.ObjectConsExpr); ok {
		for _, item := range object.Items {
			key, err := s.text(item.KeyExpr, in.in)
			if err != nil {
				return nil, err
			}
			all = append(all, pair{key, item.ValueExpr, in})
		}
		return all, nil
	}
	v, err := s.value(x, in.in)
	if err != nil {
		return nil, err
	}
	if v.IsNull() {
		return nil, nil // as if it was not declared
	}
	if !v.Type().IsMapType() && !v.Type().IsObjectType() {
		return nil, errors.New("must be a map")
	}
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		all = append(all, pair{key.AsString(), &hclsyntax.LiteralValueExpr{Val: value, SrcRange: x.Range()}, in})
	}
	return all, nil
}
