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
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/scangate/scangate/internal/image"
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
)

// Options are what a build gets besides the file.
type Options struct {
	// BuildArgs are the values of --build-arg.
	BuildArgs map[string]string
	// Platform is os/architecture[/variant]; "" is linux/amd64. It sets the
	// predefined arguments, such as TARGETARCH and BUILDPLATFORM.
	Platform string
}

// File is a parsed Dockerfile.
type File struct {
	// Stages are in the order of the file; there is at least one.
	Stages []Stage
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
// [*SyntaxError] if BuildKit can't read the file or there is no FROM, and another
// error if the platform is invalid.
func Parse(path string, content []byte, o Options) (*File, error) {
	platform, err := ParsePlatform(o.Platform)
	if err != nil {
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
	g := &globals{
		lex:       shell.NewLex(parsed.EscapeToken),
		env:       predefined(platform, froms[len(froms)-1].Name, o.BuildArgs),
		buildArgs: o.BuildArgs,
		declared:  map[string]int{},
		errs:      map[string]error{},
	}
	for _, arg := range args {
		g.declare(arg, firstLine(arg.Location()))
	}
	f := &File{}
	for _, from := range froms {
		f.Stages = append(f.Stages, f.stage(from, g))
	}
	return f, nil
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

// stage resolves one FROM against the stages before it: the name of a later stage
// is an image.
func (f *File) stage(from *instructions.Stage, g *globals) Stage {
	lines := from.Location
	s := Stage{
		Name:  from.Name,
		Range: result.Range{Start: firstLine(lines), End: lines[len(lines)-1].Start.Line},
		Raw:   from.BaseName,
	}
	if s.Written, s.Err = g.expand(s.Raw, s.Range.Start); s.Err != nil {
		return s
	}
	switch {
	case f.isStage(s.Written):
		s.Kind, s.Base = StageRef, strings.ToLower(s.Written)
	case s.Written == "scratch":
		s.Kind, s.Base = Scratch, s.Written
	default:
		s.Base, s.Err = image.Normalize(s.Written)
	}
	if invalid, ok := errors.AsType[*image.ParseError](s.Err); ok {
		s.Err = &ReferenceError{Ref: invalid.Ref, Line: s.Range.Start, Msg: invalid.Msg}
	}
	return s
}

// isStage reports whether base is the name or the number of an earlier stage. Names
// match in any case here: BuildKit is stricter, but upper case can't be an image.
func (f *File) isStage(base string) bool {
	if n, err := strconv.Atoi(base); err == nil {
		return n >= 0 && n < len(f.Stages)
	}
	for _, s := range f.Stages {
		if s.Name != "" && strings.EqualFold(s.Name, base) {
			return true
		}
	}
	return false
}
