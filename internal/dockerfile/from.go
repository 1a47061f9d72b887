package dockerfile

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/result"
)

// from is a FROM instruction.
type from struct {
	// base is the word of the image, and name that after AS in lower case, "" without one.
	base, name string
	lines      result.Range
}

// stageName is what a stage may be called.
var stageName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^[a-z][a-z0-9-_.]*$") })

// parseFrom reads a FROM instruction by the rules of BuildKit. msg says why it is invalid.
func parseFrom(i instruction) (f from, msg string) {
	all := strings.FieldsFunc(i.args, func(r rune) bool { return strings.ContainsRune(blanks, r) })
	switch {
	case len(all) == 3 && strings.EqualFold(all[1], "as"):
		f.name = strings.ToLower(all[2])
		if !stageName().MatchString(f.name) {
			return from{}, fmt.Sprintf("invalid name for build stage: %q, name can't start with a number or contain symbols", all[2])
		}
	case len(all) != 1:
		return from{}, "FROM requires either one or three arguments"
	}
	f.base, f.lines = all[0], i.lines
	return f, checkPlatform(i.flags)
}

// checkPlatform checks the flags of a FROM, which has only --platform=VALUE. It returns what is
// wrong, "" for nothing.
func checkPlatform(flags []string) string {
	for n, flag := range flags {
		name, _, hasValue := strings.Cut(flag, "=")
		switch {
		case name != "--platform":
			return "unknown flag: " + name + "; FROM takes --platform alone"
		case n > 0:
			return "duplicate flag specified: " + name
		case !hasValue:
			return "missing a value on flag: " + name
		}
	}
	return ""
}

// arg is an ARG instruction.
type arg struct {
	vars []declaration
	line int
}

// declaration is one variable of an ARG instruction. value is nil without a default.
type declaration struct {
	name  string
	value *string
}

// parseArg reads an ARG instruction by the rules of BuildKit, which ignores its flags. msg says why
// it is invalid.
func parseArg(i instruction, escape rune) (a arg, msg string) {
	a.line = i.lines.Start
	for _, word := range words(i.args, escape) {
		name, value, hasValue := strings.Cut(word, "=")
		v := declaration{name: name}
		if hasValue {
			v.value = &value
		}
		if name == "" {
			return arg{}, "ARG names can not be blank"
		}
		a.vars = append(a.vars, v)
	}
	if len(a.vars) == 0 {
		return arg{}, "ARG requires at least one argument"
	}
	return a, ""
}
