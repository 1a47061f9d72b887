package dockerfile

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/result"
)

// BaseKind is the kind of a FROM instruction's base.
type BaseKind uint8

// The kinds of bases.
const (
	// Image is an image in a registry.
	Image BaseKind = iota
	// Scratch is the empty image.
	Scratch
	// StageRef is an earlier stage of the same file.
	StageRef
	// Context is a named context of the build. It replaces the stage.
	Context
)

// Options are what a build gets besides the file. The zero value is a build without
// arguments for linux/amd64.
type Options struct {
	// BuildArgs are the values of --build-arg.
	BuildArgs map[string]string
	// Unknown are build arguments that are given with a value that is unknown here,
	// each with the reason. They are not in BuildArgs.
	Unknown map[string]string
	// Platform sets the predefined arguments, such as TARGETARCH and BUILDPLATFORM.
	Platform Platform
	// Target is the stage to build; "" is the last one. It sets TARGETSTAGE and leaves
	// no stage out: BuildKit needs a valid base for every stage.
	Target string
	// Contexts are the names of additional contexts. Each replaces a stage or an image
	// of that name.
	Contexts []string
}

// File is a parsed Dockerfile. It may be used concurrently.
type File struct {
	escape rune
	// args are the ARGs before the first FROM; there is at least one FROM.
	args     []arg
	froms    []from
	readings []reading
	// declared are the names that ARG instructions declare anywhere in the file.
	declared []string
}

// Stage is one FROM instruction.
type Stage struct {
	// Name is the name after AS, in lower case as in BuildKit; "" if there is none.
	Name string
	// Range is the lines of the FROM instruction, including continuation lines.
	Range result.Range
	// Raw is the base in the file. Written is Raw with its variables replaced. Base
	// is the normalised reference; for a StageRef, the name or number of the stage.
	Raw, Written, Base string
	Kind               BaseKind
	// Err is nil, an [*UnresolvedError] or a [*ReferenceError]. With an error, Base
	// is empty, and so is Written if a variable has no value.
	Err error
}

// Parse reads a Dockerfile. path is only used in errors. The error is a
// [*SyntaxError]: BuildKit can't read the file, it is beyond a bound of this package, or
// there is no FROM.
func Parse(path string, content []byte) (*File, error) {
	if err := checkBounds(path, content); err != nil {
		return nil, err
	}
	all, escape, err := split(plainText(content))
	if err != nil {
		return nil, inFile(path, err)
	}
	args, froms, err := relevant(all, escape)
	if err != nil {
		return nil, inFile(path, err)
	}
	return &File{escape: escape, args: args, froms: froms, readings: readings(all), declared: declared(all, escape)}, nil
}

// Args returns the names that ARG instructions declare anywhere in the file, in its order.
func (f *File) Args() []string { return f.declared }

// Stages resolves the FROM instructions for one build. The stages are in the order of
// the file; there is at least one.
func (f *File) Stages(o Options) []Stage { return f.resolve(o).stages }

// resolve resolves the FROM instructions.
func (f *File) resolve(o Options) *resolver {
	g := newGlobals(f, o)
	for _, arg := range f.args {
		g.declare(arg)
	}
	r := &resolver{globals: g, contexts: contextNames(o.Contexts), names: map[string]bool{}}
	for _, from := range f.froms {
		s := r.stage(from)
		r.stages = append(r.stages, s)
		if s.Name != "" {
			r.names[s.Name] = true
		}
	}
	return r
}

// plainText replaces NUL and bytes that are not UTF-8: BuildKit's lexer would print
// warnings about them to standard error directly. An image name with such bytes is
// invalid before and after.
func plainText(content []byte) []byte {
	if utf8.Valid(content) && bytes.IndexByte(content, 0) < 0 {
		return content
	}
	return bytes.ReplaceAll(bytes.ToValidUTF8(content, []byte("?")), []byte{0}, []byte("?"))
}

// relevant returns the instructions that decide about images: the ARGs before the
// first FROM, and every FROM. The error is a [*SyntaxError] without a path.
func relevant(all []instruction, escape rune) (args []arg, froms []from, err error) {
	for _, i := range all {
		invalid := func(msg string) error { return &SyntaxError{Line: i.lines.Start, Msg: msg} }
		switch {
		case !i.isKnown():
			return nil, nil, invalid("unknown instruction " + strconv.Quote(i.name))
		case i.is(instructionFrom):
			one, msg := parseFrom(i)
			if msg != "" {
				return nil, nil, invalid(msg)
			}
			froms = append(froms, one)
		case len(froms) > 0:
		case i.is(instructionArg):
			one, msg := parseArg(i, escape)
			if msg != "" {
				return nil, nil, invalid(msg)
			}
			args = append(args, one)
		default:
			return nil, nil, invalid(i.name + " before the first FROM")
		}
	}
	if len(froms) == 0 {
		return nil, nil, &SyntaxError{Msg: "no FROM instruction"}
	}
	return args, froms, nil
}

// inFile adds the path to a [*SyntaxError].
func inFile(path string, err error) error {
	if wrong, ok := errors.AsType[*SyntaxError](err); ok {
		return &SyntaxError{Path: path, Line: wrong.Line, Msg: wrong.Msg}
	}
	return err
}
