package config

import (
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
)

// layer is the kind of place that a value comes from, weakest first.
type layer uint8

const (
	// The zero value is for values that have no origin.
	_ layer = iota
	// layerChange is the file of a change that another policy judges.
	layerChange
	layerDefault
	layerFile
	layerEnvironment
	layerFlag
)

// Origin says where a value came from.
type Origin struct {
	layer layer
	// Name is the flag (--max), the variable (SCANGATE_MAX) or the path of the file.
	Name string
	// Key, Line and Column are set for values of the file. Column is 0 where only the
	// line is known.
	Key          string
	Line, Column int
	// repoPath is the file's path relative to the root of the repository, for findings.
	repoPath string
	// source is the text of the file, for [Origin.Frame].
	source *source
}

// String names the origin as a reader looks it up: --max, SCANGATE_MAX, or
// .scangate.yaml:7:3: limits.max.
func (o Origin) String() string {
	if !o.inFile() {
		return o.Name
	}
	if o.Key == "" {
		return o.place()
	}
	return o.place() + ": " + o.Key
}

// place returns path:line[:column] of a value of the file.
func (o Origin) place() string {
	if o.Column == 0 {
		return fmt.Sprintf("%s:%d", o.Name, o.Line)
	}
	return fmt.Sprintf("%s:%d:%d", o.Name, o.Line, o.Column)
}

// inFile reports whether a config file gave the value.
func (o Origin) inFile() bool { return o.layer == layerFile || o.layer == layerChange }

// Given reports whether a flag, a variable or the file gave the value.
func (o Origin) Given() bool { return o.layer > layerDefault }

// InFile reports whether the value stands in a config file.
func (o Origin) InFile() bool { return o.layer == layerFile }

// Plain is the origin for packages that know no settings.
func (o Origin) Plain() result.Origin {
	switch {
	case o.layer == layerDefault:
		return result.Origin{Setting: result.DefaultSetting}
	case !o.inFile():
		return result.Origin{Setting: o.Name}
	case o.repoPath == "":
		return result.Origin{Setting: o.Key, Place: o.place()}
	}
	return result.Origin{Setting: o.Key, Place: o.place(), Path: o.repoPath, Line: o.Line}
}

// strength is the strength of the limits that are stated there.
func (o Origin) strength() result.Strength {
	switch o.layer {
	case layerFlag:
		return result.FromFlags
	case layerEnvironment:
		return result.FromVariables
	case layerFile:
		return result.FromFile
	case layerChange:
		return result.FromChange
	}
	return result.FromDefault
}

// isCommandLine reports whether a flag or an input of the action's step gave the value.
func (o Origin) isCommandLine() bool {
	return o.layer == layerFlag || o.layer == layerEnvironment && strings.HasPrefix(o.Name, inputPrefix)
}

// Value is one raw value of a setting.
type Value struct {
	Text   string
	Origin Origin
	// why is stated for exclusions of the file.
	why why
}

// valuesOf gives all texts the same origin.
func valuesOf(texts []string, origin Origin) []Value {
	values := make([]Value, 0, len(texts))
	for _, t := range texts {
		values = append(values, Value{Text: t, Origin: origin})
	}
	return values
}

// Error is a value that can't be used.
type Error struct {
	Origin Origin
	Text   string
}

// Error returns the origin, then the reason. A quoted value that may be a secret at a wrong place
// is not repeated.
func (e *Error) Error() string { return e.Origin.String() + ": " + secret.HideQuoted(e.Text) }
