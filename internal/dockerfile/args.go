package dockerfile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/scangate/scangate/internal/text"
)

// maxText bounds a value before and after its variables are replaced, in bytes.
// References are shorter than 600 bytes. Without a bound, thirty lines like
// ARG A1=$A0$A0 would exhaust the memory.
const maxText = 1024

// maxQuoted bounds a text in an error, in characters.
const maxQuoted = 32

// env holds the values of the variables that FROM may use.
type env map[string]string

// Get and Keys make an env BuildKit's shell.EnvGetter.
func (e env) Get(name string) (string, bool) { value, ok := e[name]; return value, ok }
func (e env) Keys() []string                 { return slices.Collect(maps.Keys(e)) }

func (e env) withoutEmpty() env {
	filled := maps.Clone(e)
	maps.DeleteFunc(filled, func(_, value string) bool { return value == "" })
	return filled
}

// globals are the variables that are declared before the first stage.
type globals struct {
	lex       *shell.Lex
	env       env
	buildArgs map[string]string
	unknown   map[string]string
	// declared holds the line of each ARG, and errs why the value of a variable
	// can't be used.
	declared map[string]int
	errs     map[string]error
}

func newGlobals(f *File, o Options) *globals {
	stage := o.Target
	if stage == "" {
		stage = f.froms[len(f.froms)-1].name
	}
	g := &globals{
		lex:       shell.NewLex(f.escape),
		env:       predefined(o.Platform, stage, o.BuildArgs),
		buildArgs: o.BuildArgs,
		unknown:   o.Unknown,
		declared:  map[string]int{},
		errs:      map[string]error{},
	}
	for name, reason := range o.Unknown {
		if _, ok := g.env[name]; ok {
			g.set(name, "", 0, &UnresolvedError{Arg: name, Msg: reason})
		}
	}
	return g
}

// predefined returns the platform arguments that BuildKit sets without an ARG. A
// build argument overrides the value.
func predefined(p Platform, stage string, buildArgs map[string]string) env {
	if p == (Platform{}) {
		p = defaultPlatform()
	}
	if stage == "" {
		stage = "default"
	}
	vars := env{
		"BUILDPLATFORM": p.String(), "BUILDOS": p.OS, "BUILDOSVERSION": "", "BUILDARCH": p.Architecture, "BUILDVARIANT": p.Variant,
		"TARGETPLATFORM": p.String(), "TARGETOS": p.OS, "TARGETOSVERSION": "", "TARGETARCH": p.Architecture, "TARGETVARIANT": p.Variant,
		"TARGETSTAGE": stage,
	}
	for name := range vars {
		if value, ok := buildArgs[name]; ok {
			vars[name] = value
		}
	}
	return vars
}

// IsPredefined reports whether builds have an argument without an ARG instruction: the
// platforms, and the proxies of RUN.
func IsPredefined(arg string) bool {
	_, ok := predefined(Platform{}, "", nil)[arg]
	proxies := []string{"http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"}
	return ok || slices.Contains(proxies, strings.ToLower(arg))
}

// declared returns the names that ARG instructions declare, as they are written.
func declared(all []instruction, escape rune) []string {
	var names []string
	for _, i := range all {
		if !i.is(instructionArg) {
			continue
		}
		for _, word := range words(i.args, escape) {
			name, _, _ := strings.Cut(word, "=")
			names = append(names, name)
		}
	}
	return names
}

// declare evaluates one ARG instruction. The value is the build argument, else the
// default with its variables replaced, else the value of an earlier ARG.
func (g *globals) declare(a arg) {
	for _, v := range a.vars {
		value, ok := g.buildArgs[v.name]
		reason, unknown := g.unknown[v.name]
		var err error
		switch {
		case unknown:
			err = &UnresolvedError{Arg: v.name, Declared: a.line, Msg: reason}
		case !ok && v.value == nil:
			if _, has := g.env[v.name]; !has && g.errs[v.name] == nil {
				g.declared[v.name] = a.line
			}
			continue
		case !ok:
			value, err = g.expand(*v.value, a.line)
		}
		g.set(v.name, value, a.line, err)
	}
}

func (g *globals) set(name, value string, line int, err error) {
	switch {
	case err != nil:
	case len(value) > maxText:
		err = &ReferenceError{Ref: text.Truncate(value, maxQuoted), Line: line, Msg: fmt.Sprintf("the value of ARG %s is longer than %d bytes", name, maxText)}
	case strings.Contains(value, "$"):
		// Values are not expanded again, and no reference contains a dollar sign.
		err = &ReferenceError{Ref: value, Line: line, Msg: "the value of ARG " + name + " contains a $"}
	}
	g.declared[name] = line
	delete(g.errs, name)
	delete(g.env, name)
	if err != nil {
		g.errs[name] = err
		return
	}
	g.env[name] = value
}

// expand replaces the variables in a word of FROM or ARG and removes quotes. line is
// the line of the instruction. The error is a [*ReferenceError], or an
// [*UnresolvedError] for a variable without a value, unless the word has a form for
// that case (${X:-y}, ${X:+y}).
func (g *globals) expand(word string, line int) (string, error) {
	if len(word) > maxText {
		return "", &ReferenceError{Ref: text.Truncate(word, maxQuoted), Line: line, Msg: fmt.Sprintf("it is longer than %d bytes", maxText)}
	}
	if isPlain(word) {
		return word, nil
	}
	if name, msg, ok := g.missingInWord(word); ok {
		return "", g.unresolved(name, msg, line)
	}
	g.lex.SkipUnsetEnv = false
	done, err := g.lex.ProcessWordWithMatches(word, g.env)
	if err != nil {
		return "", &ReferenceError{Ref: word, Line: line, Msg: err.Error()}
	}
	return done.Result, nil
}

// isPlain reports whether a word has only the letters and signs of references: then there is
// nothing to replace.
func isPlain(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool {
		isLetter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !isLetter && !strings.ContainsRune("./:@-_", r)
	})
}

// missingInWord finds the first variable that word needs and that has no value. Lex
// leaves variables without a value as they are. Then missing ignores those for which
// a ${…} form has a substitute.
func (g *globals) missingInWord(word string) (name, msg string, ok bool) {
	g.lex.SkipUnsetEnv = true
	left, err := g.lex.ProcessWordWithMatches(word, g.env)
	if err != nil {
		// ${X:?msg} fails for an empty X as well. Without X it is left as it is.
		left, err = g.lex.ProcessWordWithMatches(word, g.env.withoutEmpty())
	}
	if err != nil {
		return "", "", false
	}
	return g.missing(left.Result)
}

// unresolved returns the error for a variable without a value. If its default
// failed because of another variable, the error is about that one.
func (g *globals) unresolved(name, msg string, line int) error {
	if cause, ok := errors.AsType[*UnresolvedError](g.errs[name]); ok {
		return &UnresolvedError{Arg: cause.Arg, Line: line, Declared: cause.Declared, Msg: cause.Msg}
	}
	if cause, ok := errors.AsType[*ReferenceError](g.errs[name]); ok {
		return &ReferenceError{Ref: cause.Ref, Line: line, Msg: cause.Msg}
	}
	return &UnresolvedError{Arg: name, Line: line, Declared: g.declared[name], Msg: msg}
}
