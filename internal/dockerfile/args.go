package dockerfile

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// maxText bounds the text of a value before and after its variables are put
// in. References are shorter than 600 bytes; without a bound, thirty lines of
// ARG A1=$A0$A0 would fill the memory.
const maxText = 1024

// env holds the variables that FROM may use and their values.
type env map[string]string

// Get and Keys make an env BuildKit's shell.EnvGetter.
func (e env) Get(name string) (string, bool) { value, ok := e[name]; return value, ok }
func (e env) Keys() []string                 { return slices.Collect(maps.Keys(e)) }

func (e env) withoutEmpty() env {
	filled := maps.Clone(e)
	maps.DeleteFunc(filled, func(_, value string) bool { return value == "" })
	return filled
}

// globals are the variables before the first stage.
type globals struct {
	lex   *shell.Lex
	env   env
	given map[string]string
	// declared holds the line of each ARG; why holds the error of those whose
	// value can't be used.
	declared map[string]int
	why      map[string]error
}

// predefined are the platform arguments that BuildKit sets without an ARG; a
// build argument takes the place of its value.
func predefined(p Platform, lastStage string, given map[string]string) env {
	if lastStage == "" {
		lastStage = "default"
	}
	vars := env{
		"BUILDPLATFORM": p.String(), "BUILDOS": p.OS, "BUILDOSVERSION": "", "BUILDARCH": p.Architecture, "BUILDVARIANT": p.Variant,
		"TARGETPLATFORM": p.String(), "TARGETOS": p.OS, "TARGETOSVERSION": "", "TARGETARCH": p.Architecture, "TARGETVARIANT": p.Variant,
		"TARGETSTAGE": lastStage,
	}
	for name := range vars {
		if value, ok := given[name]; ok {
			vars[name] = value
		}
	}
	return vars
}

// declare takes in one ARG instruction: a build argument, else the default with
// its variables put in, else the value that an earlier ARG gave.
func (g *globals) declare(arg *instructions.ArgCommand, line int) {
	for _, kv := range arg.Args {
		value, ok := g.given[kv.Key]
		var err error
		switch {
		case !ok && kv.Value == nil:
			if _, has := g.env[kv.Key]; !has && g.why[kv.Key] == nil {
				g.declared[kv.Key] = line
			}
			continue
		case !ok:
			value, err = g.expand(*kv.Value, line)
		}
		g.set(kv.Key, value, line, err)
	}
}

func (g *globals) set(name, value string, line int, err error) {
	switch {
	case err != nil:
	case len(value) > maxText:
		err = &ReferenceError{Ref: beginning(value), Line: line, Msg: "the value of ARG " + name + " is too long"}
	case strings.Contains(value, "$"):
		// Values are not expanded again, and no reference holds a dollar sign.
		err = &ReferenceError{Ref: value, Line: line, Msg: "the value of ARG " + name + " holds a $"}
	}
	g.declared[name] = line
	delete(g.why, name)
	delete(g.env, name)
	if err != nil {
		g.why[name] = err
		return
	}
	g.env[name] = value
}

// expand puts the variables into word, as FROM and ARG have it, and removes
// quotes. A variable without a value is an [*UnresolvedError] unless the word
// itself says what then (${X:-y}, ${X:+y}); line is that of the instruction.
func (g *globals) expand(word string, line int) (string, error) {
	if len(word) > maxText {
		return "", &ReferenceError{Ref: beginning(word), Line: line, Msg: "too long"}
	}
	if name, msg, ok := g.lacking(word); ok {
		return "", g.unresolved(name, msg, line)
	}
	g.lex.SkipUnsetEnv = false
	done, err := g.lex.ProcessWordWithMatches(word, g.env)
	if err != nil {
		return "", &ReferenceError{Ref: word, Line: line, Msg: err.Error()}
	}
	return done.Result, nil
}

// lacking finds the variable for want of which word can't be expanded. What has
// no value is left standing, so that variables that matter can be told from
// those that a ${…} form provides for.
func (g *globals) lacking(word string) (name, msg string, ok bool) {
	g.lex.SkipUnsetEnv = true
	left, err := g.lex.ProcessWordWithMatches(word, g.env)
	if err != nil {
		// ${X:?msg} fails for an empty X too: without X it is left standing.
		left, err = g.lex.ProcessWordWithMatches(word, g.env.withoutEmpty())
	}
	if err != nil {
		return "", "", false
	}
	return g.missing(left.Result)
}

// unresolved makes the error for the variable name, with the root of the matter
// where its default failed for another variable.
func (g *globals) unresolved(name, msg string, line int) error {
	if cause, ok := errors.AsType[*UnresolvedError](g.why[name]); ok {
		return &UnresolvedError{Arg: cause.Arg, Line: line, Declared: cause.Declared, Msg: cause.Msg}
	}
	if cause, ok := errors.AsType[*ReferenceError](g.why[name]); ok {
		return &ReferenceError{Ref: cause.Ref, Line: line, Msg: cause.Msg}
	}
	return &UnresolvedError{Arg: name, Line: line, Declared: g.declared[name], Msg: msg}
}

// beginning shortens a text for an error.
func beginning(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), 32)], "") + "…"
}
