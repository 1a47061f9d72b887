package where

import (
	"math/big"
	"regexp"
	"strings"
	"sync"
)

// comparison compares a field with a literal.
type comparison struct {
	field, op string
	literal   literal
}

// literal is what a field is compared with.
type literal struct {
	kind kind
	text string
}

type kind uint8

const (
	aText kind = iota
	aNumber
	aBoolean
)

func (n comparison) eval(e *evaluation) truth {
	value, ok := e.value(n.field)
	if !ok {
		e.doubts = append(e.doubts, n.field+" is missing")
		return maybe
	}
	holds, doubt := n.literal.compare(n.op, value)
	if doubt != "" {
		e.doubts = append(e.doubts, n.field+" is "+doubt)
		return maybe
	}
	return truthOf(holds)
}

// compare applies an operator. doubt says what the value is not, if it is of another kind than the
// literal.
func (l literal) compare(op, value string) (holds bool, doubt string) {
	switch l.kind {
	case aNumber:
		got, ok := number(value)
		want, _ := number(l.text)
		if !ok {
			return false, "not a number"
		}
		return ordered(op, got.Cmp(want)), ""
	case aBoolean:
		value = strings.ToLower(strings.TrimSpace(value))
		if value != "true" && value != "false" {
			return false, "neither true nor false"
		}
		return (value == l.text) == (op == "=="), ""
	}
	if op == "contains" {
		return strings.Contains(strings.ToLower(value), strings.ToLower(l.text)), ""
	}
	return strings.EqualFold(value, l.text) == (op == "=="), ""
}

// ordered applies an operator to the order of two numbers.
func ordered(op string, order int) bool {
	switch op {
	case "==":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

var numeral = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?$`) })

// number reads a decimal number exactly: ids may be too large for a float64.
func number(text string) (*big.Rat, bool) {
	text = strings.TrimSpace(text)
	if !numeral().MatchString(text) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}
