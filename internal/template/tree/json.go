package tree

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/result"
)

// jsonReader keeps the lines and the order of keys, which encoding/json drops. It
// takes what Azure Resource Manager takes beyond the standard: comments, trailing
// commas and strings over several lines.
type jsonReader struct {
	src       string
	pos       int
	line      int
	lineStart int
	budget    *Budget
	err       *SyntaxError
	// items and entries hold the content of the lists and maps that are being read,
	// outer ones first. Each gets a slice of the right size at its end.
	items   []*Node
	entries []Entry
	// onComment gets each comment, with the line and the column of its first byte; nil for none.
	onComment func(line, col int, text string)
}

// ReadJSON reads one document. The texts of its nodes share the memory of src.
// firstLine is the number of its first line: the document may be a string inside
// another file.
func ReadJSON(src string, firstLine int, budget *Budget) (*Node, *SyntaxError) {
	r := &jsonReader{src: src, line: firstLine, budget: budget}
	n := r.value(0)
	r.space()
	if r.pos < len(r.src) {
		r.fail("text after the end of the JSON document")
	}
	if r.err != nil {
		return nil, r.err
	}
	return n, nil
}

// ReadJSONStream reads all documents of a file. They follow each other without a mark,
// as kubectl takes them. With an error it returns the documents before it.
func ReadJSONStream(src string, budget *Budget) (*Stream, *SyntaxError) {
	r := &jsonReader{src: src, line: 1, budget: budget}
	s := &Stream{}
	for first := true; first || r.pos < len(r.src); first = false {
		doc := r.value(0)
		if r.err != nil {
			return s, r.err
		}
		s.Docs = append(s.Docs, doc)
		r.space()
	}
	return s, r.err
}

// fail keeps the first error and moves to the end of the text, where all reading
// stops.
func (r *jsonReader) fail(msg string) {
	r.failWith(&SyntaxError{Line: r.line, Col: r.col(), Msg: msg})
}

func (r *jsonReader) failWith(err *SyntaxError) {
	if r.err == nil {
		r.err = err
	}
	r.pos = len(r.src)
}

func (r *jsonReader) col() int { return r.pos - r.lineStart + 1 }

// peek returns the next byte, 0 at the end.
func (r *jsonReader) peek() byte {
	if r.pos < len(r.src) {
		return r.src[r.pos]
	}
	return 0
}

// next moves over one byte and counts lines.
func (r *jsonReader) next() {
	r.pos++
	if r.src[r.pos-1] == '\n' {
		r.line++
		r.lineStart = r.pos
	}
}

// space skips white space and comments.
func (r *jsonReader) space() {
	for r.pos < len(r.src) {
		switch r.src[r.pos] {
		case ' ', '\t', '\r', '\f', '\v', '\n':
			r.next()
		case '/':
			r.comment()
		default:
			return
		}
	}
}

func (r *jsonReader) comment() {
	rest := r.src[r.pos:]
	end := -1
	switch {
	case strings.HasPrefix(rest, "//"):
		if end = strings.IndexByte(rest, '\n'); end < 0 {
			end = len(rest)
		}
	case strings.HasPrefix(rest, "/*"):
		if at := strings.Index(rest[2:], "*/"); at >= 0 {
			end = at + 4
		}
	}
	if end < 0 {
		r.fail("unexpected '/' in JSON")
		return
	}
	if r.onComment != nil {
		r.onComment(r.line, r.col(), rest[:end])
	}
	for stop := r.pos + end; r.pos < stop; {
		r.next()
	}
}

func (r *jsonReader) value(depth int) *Node {
	r.space()
	n := &Node{Range: result.Range{Start: r.line}}
	switch c := r.peek(); {
	case depth > MaxDepth:
		r.fail(TooDeep)
	case !r.budget.Spend(1):
		r.failWith(r.budget.Err(r.line, r.col()))
	case c == '{':
		n.Kind = Map
		first := len(r.entries)
		r.list('}', func() {
			e := r.entry(depth)
			r.entries = append(r.entries, e)
		})
		n.Entries, r.entries = clone(r.entries[first:]), r.entries[:first]
	case c == '[':
		n.Kind = List
		first := len(r.items)
		r.list(']', func() {
			item := r.value(depth + 1)
			r.items = append(r.items, item)
		})
		n.Items, r.items = clone(r.items[first:]), r.items[:first]
	case c == '"':
		n.Kind, n.Text = String, r.text()
	default:
		n.Kind, n.Text = r.word()
	}
	n.Range.End = r.line
	return n
}

// clone copies a part of a stack. It returns nil for an empty one, which would keep
// the memory of the whole stack.
func clone[T any](part []T) []T {
	if len(part) == 0 {
		return nil
	}
	return slices.Clone(part)
}

// list reads items between commas up to the closing character.
func (r *jsonReader) list(end byte, item func()) {
	r.pos++
	for first := true; r.err == nil; first = false {
		r.space()
		if !first && r.peek() == ',' {
			r.pos++
			r.space()
		} else if !first && r.peek() != end {
			r.fail("expected ',' or '" + string(end) + "' in JSON")
		}
		if r.peek() == end {
			r.pos++
			return
		}
		item()
	}
}

func (r *jsonReader) entry(depth int) Entry {
	if r.peek() != '"' {
		r.fail("expected a quoted key in JSON")
		return Entry{}
	}
	e := Entry{Line: r.line}
	e.Key = r.text()
	r.space()
	if r.peek() != ':' {
		r.fail("expected ':' after a key in JSON")
		return e
	}
	r.pos++
	e.Value = r.value(depth + 1)
	return e
}

// word reads true, false, null or a number, which keeps its text.
func (r *jsonReader) word() (Kind, string) {
	start := r.pos
	for r.pos < len(r.src) && isWordByte(r.src[r.pos]) {
		r.pos++
	}
	text := r.src[start:r.pos]
	switch {
	case text == "true" || text == "false":
		return Bool, text
	case text == "null":
		return Null, ""
	case isNumber(text):
		return Number, text
	}
	r.pos = start
	r.fail("expected a value in JSON")
	return Null, ""
}

func isWordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '+' || c == '.'
}

// isNumber accepts numbers of any size, and not the words that strconv takes.
func isNumber(text string) bool {
	if text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') {
		return false
	}
	_, err := strconv.ParseFloat(text, 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}

// text reads a quoted string.
func (r *jsonReader) text() string {
	r.pos++
	start := r.pos
	var buf []byte
	for r.pos < len(r.src) {
		switch r.src[r.pos] {
		case '"':
			rest := r.src[start:r.pos]
			r.pos++
			if buf == nil {
				return rest
			}
			return string(append(buf, rest...))
		case '\\':
			buf = append(buf, r.src[start:r.pos]...)
			buf = utf8.AppendRune(buf, r.escape())
			start = r.pos
		default:
			r.next()
		}
	}
	r.fail("a JSON string is not closed")
	return ""
}

func (r *jsonReader) escape() rune {
	r.pos++
	c := r.peek()
	if c == 'u' {
		r.pos++
		return r.unicode()
	}
	at := strings.IndexByte(`"\/bfnrt`, c)
	if at < 0 || r.pos >= len(r.src) {
		r.fail("unknown escape in a JSON string")
		return 0
	}
	r.pos++
	return rune("\"\\/\b\f\n\r\t"[at])
}

// unicode reads the digits after \u. Two escapes may be one rune; half of a pair
// is the replacement character.
func (r *jsonReader) unicode() rune {
	hi, ok := r.hex4()
	if !ok {
		r.fail(`expected four hexadecimal digits after \u`)
		return 0
	}
	if !utf16.IsSurrogate(hi) || !strings.HasPrefix(r.src[r.pos:], `\u`) {
		return hi
	}
	at := r.pos
	r.pos += 2
	lo, ok := r.hex4()
	if pair := utf16.DecodeRune(hi, lo); ok && pair != utf8.RuneError {
		return pair
	}
	r.pos = at
	return utf8.RuneError
}

func (r *jsonReader) hex4() (rune, bool) {
	if r.pos+4 > len(r.src) {
		return 0, false
	}
	v, err := strconv.ParseUint(r.src[r.pos:r.pos+4], 16, 16)
	if err != nil {
		return 0, false
	}
	r.pos += 4
	return rune(v), true
}
