package jsonx

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/scangate/scangate/internal/text"
)

const (
	// maxErrors bounds the errors of one answer.
	maxErrors = 10
	// shownErrors is the number of errors in a message.
	shownErrors = 3
	// maxPath is the length of a path in a message, in characters: its keys may be long.
	maxPath = 200
	// quotedRunes is the length of a quoted value.
	quotedRunes = 60
)

// ErrTooLarge is a value in a streamed answer that is larger than memory allows.
var ErrTooLarge = fmt.Errorf("a single value is larger than %d MB", maxValue>>20)

// FieldError is a field that is missing or not of the right kind.
type FieldError struct {
	// Path leads to the field, such as scanResult[3].vulnerabilities.high. It is
	// empty for the whole answer.
	Path string
	// Text says what is wrong with the field, such as "must be a string, got null".
	Text string
}

// Error returns the path and the text.
func (f *FieldError) Error() string {
	if f.Path == "" {
		return f.Text
	}
	return f.Path + ": " + f.Text
}

// Error is an answer that can't be read.
type Error struct {
	// Fields has one to ten errors, in the order in which they were found.
	Fields []FieldError
	// Undecodable reports that the answer is not JSON object: it is empty, cut off, a web
	// page, or not JSON. Such an answer may come from something else than the service.
	Undecodable bool
	// HTML reports that the answer is a web page.
	HTML bool
	// Offset is where [Document] found the error, in bytes from the start of the text.
	Offset int64

	cause error
}

// Error returns the first three errors, each with its path.
func (e *Error) Error() string {
	var texts []string
	for _, f := range e.Fields[:min(len(e.Fields), shownErrors)] {
		texts = append(texts, f.Error())
	}
	if more := len(e.Fields) - shownErrors; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns the error of the JSON syntax or of the reader, if there is one.
func (e *Error) Unwrap() error { return e.cause }

// sink collects the errors of an answer, or of a part of it.
type sink struct {
	found Error
	mask  func(string) string
	// closed: the JSON syntax is broken. Every other error would be a consequence
	// of that.
	closed bool
}

// add keeps the first error of each path.
func (s *sink) add(path, words string) {
	path, words = text.Truncate(s.mask(path), maxPath), s.mask(words)
	same := func(f FieldError) bool { return f.Path == path }
	if !s.closed && len(s.found.Fields) < maxErrors && !slices.ContainsFunc(s.found.Fields, same) {
		s.found.Fields = append(s.found.Fields, FieldError{path, words})
	}
}

// close adds an error of the JSON syntax, and ignores all later errors.
func (s *sink) close(path, text string, cause error) {
	s.add(path, text)
	s.closed, s.found.cause = true, cause
	s.found.Undecodable = !errors.Is(cause, jsontext.ErrDuplicateName)
}

func (s *sink) err() error {
	if len(s.found.Fields) == 0 {
		return nil
	}
	return &s.found
}

// describe returns the message for an error of the JSON syntax or of the reader.
func describe(err error) string {
	text := describeKind(err)
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok && strings.HasPrefix(text, invalidJSON) {
		return fmt.Sprintf("%s: %v", text, syntax.Err)
	}
	return text
}

const invalidJSON = "invalid JSON"

// describeKind is describe without any part of the answer.
func describeKind(err error) string {
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the text ends too early"
	case errors.Is(err, jsontext.ErrDuplicateName):
		return duplicateKey
	case ok:
		return fmt.Sprintf("%s after %d bytes", invalidJSON, syntax.ByteOffset)
	}
	return err.Error()
}

// pathOf returns the path of an error of the JSON syntax.
func pathOf(err error) string {
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return pathTo(syntax.JSONPointer)
	}
	return ""
}

// pathTo writes a pointer as a path.
func pathTo(p jsontext.Pointer) string {
	var path strings.Builder
	for token := range p.Tokens() {
		if _, err := strconv.ParseUint(token, 10, 32); err == nil {
			token = "[" + token + "]"
		} else if path.Len() > 0 {
			token = "." + token
		}
		path.WriteString(token)
	}
	return path.String()
}

// kindOf names the kind of a value.
func kindOf(v jsontext.Value) string {
	switch v.Kind() {
	case jsontext.KindNull:
		return "null"
	case jsontext.KindTrue, jsontext.KindFalse:
		return "a boolean"
	case jsontext.KindString:
		return "a string"
	case jsontext.KindNumber:
		return "a number"
	case jsontext.KindBeginObject:
		return "an object"
	case jsontext.KindBeginArray:
		return "an array"
	}
	if len(v) > 0 {
		return invalidJSON
	}
	return "nothing"
}

// quote shortens a value for a message.
func quote(v string) string {
	return text.Truncate(strings.ToValidUTF8(v[:min(len(v), 4*quotedRunes)], "�"), quotedRunes)
}
