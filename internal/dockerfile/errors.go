package dockerfile

import (
	"fmt"

	"github.com/scangate/scangate/internal/image"
)

// SyntaxError says why BuildKit can't read a Dockerfile.
type SyntaxError struct {
	Path string
	// Line is 1-based; 0 if the error is about the whole file.
	Line int
	Msg  string
}

// Error returns path:line: message.
func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Path, e.Msg)
	}
	return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Msg)
}

// UnresolvedError says that a FROM instruction uses a variable without a value.
// BuildKit would use the empty string, and so another image.
type UnresolvedError struct {
	// Arg is the variable without a value. The FROM instruction uses it directly or
	// through the default of another variable.
	Arg string
	// Line of the FROM instruction, 1-based.
	Line int
	// Declared is the line of the ARG instruction. It is 0 if there is none before
	// the first FROM, and a build argument would have no effect.
	Declared int
	// Msg is the message of ${Arg:?message}, if that form is used, or why a build
	// argument has no value.
	Msg string
}

// Error names the line, the variable and why it has no value.
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
