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

// BaseKind says what a FROM instruction builds upon.
type BaseKind uint8

// The kinds of bases.
const (
	// Image is an image of a registry.
	Image BaseKind = iota
	// Scratch is the empty image.
	Scratch
	// StageRef is an earlier stage of the same file.
	StageRef
)

// Options are what a build would be given besides the file.
type Options struct {
	// BuildArgs are the values of --build-arg.
	BuildArgs map[string]string
	// Platform is os/architecture[/variant], "" for linux/amd64. It fills the
	// predefined arguments (TARGETARCH, BUILDPLATFORM and so on).
	Platform string
}

// File is a Dockerfile's stages, in order; there is at least one.
type File struct{ Stages []Stage }

// Stage is one FROM instruction.
type Stage struct {
	// Name after AS, in lower case as BuildKit keeps it; "" if there is none.
	Name string
	// Range of the FROM instruction with its continuation lines.
	Range result.Range
	// Raw is the base as written, Written the same with its variables put in,
	// and Base its normalised reference (for a StageRef the name or number).
	Raw, Written, Base string
	Kind               BaseKind
	// Err is nil, an [*UnresolvedError] or a [*ReferenceError]; Base is empty
	// then, and so is Written where a variable has no value.
	Err error
}

// Parse reads a Dockerfile. path is for errors alone. It fails with a
// [*SyntaxError] for what BuildKit can't read and for a file without FROM, and
// with another error for an invalid platform.
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
		lex:      shell.NewLex(parsed.EscapeToken),
		env:      predefined(platform, froms[len(froms)-1].Name, o.BuildArgs),
		given:    o.BuildArgs,
		declared: map[string]int{},
		why:      map[string]error{},
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

// plainText replaces bytes that are no UTF-8, and NUL: BuildKit's lexer would
// complain about them on standard error, past every writer of ours. An image
// name that held some is invalid before and after.
func plainText(content []byte) []byte {
	if utf8.Valid(content) && bytes.IndexByte(content, 0) < 0 {
		return content
	}
	return bytes.ReplaceAll(bytes.ToValidUTF8(content, []byte("?")), []byte{0}, []byte("?"))
}

// relevant picks the instructions that decide about images: the ARGs before the
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

// syntaxError takes the line from BuildKit's error where it has one.
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

// stage resolves one FROM against the stages before it: a name that is defined
// only later is an image.
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

// isStage reports whether base is the name or the number of a stage so far.
// BuildKit compares a name in the case as written; an upper-case one can't be
// an image, so here any case fits.
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
