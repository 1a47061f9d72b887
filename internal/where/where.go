// Package where reads the conditions of posture checks, such as
//
//	isActive == true and not (isMfaActive == true or accessKeyAge <= 90)
//
// A condition compares fields of a row with a text in quotes, a number, true or false. It is yes
// or no for a row, or maybe where a field that decides is missing or of another kind.
package where

import "slices"

// Condition is a condition that was parsed.
type Condition struct {
	root   node
	fields []Field
}

// Field is a field that a condition names.
type Field struct {
	Name string
	// Column is the place in the text, from 1, in characters.
	Column int
}

// Fields returns the fields in the order of the text, each once.
func (c *Condition) Fields() []Field { return c.fields }

// Outcome is what a condition is for a row.
type Outcome struct {
	// Hit reports whether the row counts: where the condition is yes, or maybe.
	Hit bool
	// Doubts say why the condition is maybe; there are none otherwise.
	Doubts []string
}

// Eval evaluates the condition on a row. value returns a field as text, and false if it is
// missing.
func (c *Condition) Eval(value func(field string) (string, bool)) Outcome {
	e := evaluation{value: value}
	switch c.root.eval(&e) {
	case no:
		return Outcome{}
	case maybe:
		slices.Sort(e.doubts)
		return Outcome{Hit: true, Doubts: slices.Compact(e.doubts)}
	}
	return Outcome{Hit: true}
}

// truth is the value of a condition. The order makes and the smaller value, and or the larger.
type truth int

const (
	no truth = iota
	maybe
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// evaluation is the evaluation of a condition on one row.
type evaluation struct {
	value  func(field string) (string, bool)
	doubts []string
}

// node is a part of a condition.
type node interface{ eval(e *evaluation) truth }

type allOf struct{ left, right node }

func (n allOf) eval(e *evaluation) truth { return min(n.left.eval(e), n.right.eval(e)) }

type anyOf struct{ left, right node }

func (n anyOf) eval(e *evaluation) truth { return max(n.left.eval(e), n.right.eval(e)) }

type negation struct{ of node }

func (n negation) eval(e *evaluation) truth { return yes - n.of.eval(e) }
