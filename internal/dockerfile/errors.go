package dockerfile

import (
	"fmt"

	"github.com/scangate/scangate/internal/image"
)

// SyntaxError says that a file is no Dockerfile that BuildKit could read.
type SyntaxError struct {
	Path string
	// Line is 1-based; 0 where the whole file is meant.
	Line int
	Msg  string
}

// Error is path:line: message.
func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Path, e.Msg)
	}
	return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Msg)
}

// UnresolvedError says that a FROM instruction uses a variable without a value.
// BuildKit would put in an empty text and go on with some other image.
type UnresolvedError struct {
	// Arg is the variable to give a value to. It may stand in the default of
	// another one that the FROM instruction names.
	Arg string
	// Line of the FROM instruction, 1-based.
	Line int
	// Declared is the line of the ARG instruction, 0 if there is none before
	// the first FROM: a build argument would have no effect then.
	Declared int
	// Msg is the message of ${Arg:?message}, if that form is used.
	Msg string
}

// Error names the variable and what is wrong with it.
func (e *UnresolvedError) Error() string {
	text := fmt.Sprintf("line %d: ARG %s (line %d) has no value", e.Line, e.Arg, e.Declared)
	if e.Declared == 0 {
		text = fmt.Sprintf("line %d: variable %s is not declared by an ARG before the first FROM", e.Line, e.Arg)
	}
	if e.Msg != "" {
		text += ": " + e.Msg
	}
	return text
}

// ReferenceError says why a FROM instruction names no valid image reference.
type ReferenceError struct {
	Ref string
	// Line of the FROM instruction, 1-based.
	Line int
	Msg  string
}

// Error names the line, the reference and what is wrong with it.
func (e *ReferenceError) Error() string {
	return fmt.Sprintf("line %d: %v", e.Line, &image.ParseError{Ref: e.Ref, Msg: e.Msg})
}
