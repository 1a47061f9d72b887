package dockerfile

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/command"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

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
	// Unknown are build arguments that are given with a value that nobody knows here,
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
	args     []*instructions.ArgCommand
	froms    []*instructions.Stage
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
	parsed, err := parser.Parse(bytes.NewReader(plainText(content)))
	if err != nil {
		return nil, syntaxError(path, 0, err)
	}
	args, froms, err := relevant(path, parsed.AST.Children)
	if err != nil {
		return nil, err
	}
	nodes := parsed.AST.Children
	return &File{escape: parsed.EscapeToken, args: args, froms: froms, readings: readings(nodes), declared: declared(nodes)}, nil
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
		g.declare(arg, firstLine(arg.Location()))
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
// first FROM, and every FROM.
func relevant(path string, nodes []*parser.Node) (args []*instructions.ArgCommand, froms []*instructions.Stage, err error) {
	for _, node := range nodes {
		name := strings.ToLower(node.Value)
		_, known := command.Commands[name]
		switch {
		case !known:
			return nil, nil, &SyntaxError{Path: path, Line: node.StartLine, Msg: "unknown instruction " + strconv.Quote(node.Value)}
		case name != command.From && name != command.Arg && len(froms) == 0:
			return nil, nil, &SyntaxError{Path: path, Line: node.StartLine, Msg: node.Value + " before the first FROM"}
		case name != command.From && (name != command.Arg || len(froms) > 0):
			continue
		}
		parsed, err := instructions.ParseInstruction(node)
		if err != nil {
			return nil, nil, syntaxError(path, node.StartLine, err)
		}
		switch instruction := parsed.(type) {
		case *instructions.ArgCommand:
			args = append(args, instruction)
		case *instructions.Stage:
			froms = append(froms, instruction)
		}
	}
	if len(froms) == 0 {
		return nil, nil, &SyntaxError{Path: path, Msg: "no FROM instruction"}
	}
	return args, froms, nil
}

// syntaxError uses the line in BuildKit's error, or else the given line.
func syntaxError(path string, line int, err error) *SyntaxError {
	msg := err.Error()
	var located *parser.LocationError
	if errors.As(err, &located) && len(located.Locations) > 0 {
		line = firstLine(located.Locations[0])
	}
	return &SyntaxError{Path: path, Line: line, Msg: msg}
}

func firstLine(ranges []parser.Range) int {
	if len(ranges) == 0 {
		return 0
	}
	return ranges[0].Start.Line
}
