package template

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/result"
)

// maxDepth bounds the nesting of every format. Real templates stay below 50.
const maxDepth = 500

const tooDeep = "nested too deeply: more than 500 levels"

// jsonParser keeps lines and the order of keys, which encoding/json drops. It
// takes what Azure Resource Manager takes beyond the standard: comments,
// trailing commas and strings over several lines.
type jsonParser struct {
	src       []byte
	pos       int
	line      int
	lineStart int
}

// parseJSON reads one document whose first line has the given number.
func parseJSON(src []byte, firstLine int) (*Node, *SyntaxError) {
	p := &jsonParser{src: src, line: firstLine}
	n, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if err := p.space(); err != nil {
		return nil, err
	}
	if p.pos < len(p.src) {
		return nil, p.fail("text after the end of the JSON document")
	}
	return n, nil
}

func (p *jsonParser) fail(msg string) *SyntaxError {
	return &SyntaxError{Line: p.line, Col: p.pos - p.lineStart + 1, Msg: msg}
}

func (p *jsonParser) peek() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *jsonParser) newline() {
	p.line++
	p.lineStart = p.pos
}

// space skips white space and comments.
func (p *jsonParser) space() *SyntaxError {
	for p.pos < len(p.src) {
		switch c := p.src[p.pos]; c {
		case '\n':
			p.pos++
			p.newline()
		case ' ', '\t', '\r', '\f', '\v':
			p.pos++
		case '/':
			if err := p.comment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

func (p *jsonParser) comment() *SyntaxError {
	rest := p.src[p.pos:]
	if bytes.HasPrefix(rest, []byte("//")) {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			end = len(rest)
		}
		p.pos += end
		return nil
	}
	end := -1
	if bytes.HasPrefix(rest, []byte("/*")) {
		end = bytes.Index(rest[2:], []byte("*/"))
	}
	if end < 0 {
		return p.fail("unexpected '/' in JSON")
	}
	for stop := p.pos + end + 4; p.pos < stop; {
		p.pos++
		if p.src[p.pos-1] == '\n' {
			p.newline()
		}
	}
	return nil
}

func (p *jsonParser) value(depth int) (*Node, *SyntaxError) {
	if depth > maxDepth {
		return nil, p.fail(tooDeep)
	}
	if err := p.space(); err != nil {
		return nil, err
	}
	switch c := p.peek(); {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.stringNode()
	default:
		return p.word()
	}
}

func (p *jsonParser) object(depth int) (*Node, *SyntaxError) {
	n := &Node{Kind: Map, Range: result.Range{Start: p.line}}
	for p.pos++; ; {
		done, err := p.closes('}', len(n.Entries) > 0)
		if err != nil {
			return nil, err
		}
		if done {
			n.Range.End = p.line
			return n, nil
		}
		e, err := p.entry(depth)
		if err != nil {
			return nil, err
		}
		n.Entries = append(n.Entries, e)
	}
}

func (p *jsonParser) entry(depth int) (Entry, *SyntaxError) {
	if p.peek() != '"' {
		return Entry{}, p.fail("expected a quoted key in JSON")
	}
	line := p.line
	key, err := p.text()
	if err != nil {
		return Entry{}, err
	}
	if err := p.space(); err != nil {
		return Entry{}, err
	}
	if p.peek() != ':' {
		return Entry{}, p.fail("expected ':' after a key in JSON")
	}
	p.pos++
	v, err := p.value(depth + 1)
	return Entry{Key: key, Line: line, Value: v}, err
}

func (p *jsonParser) array(depth int) (*Node, *SyntaxError) {
	n := &Node{Kind: List, Range: result.Range{Start: p.line}}
	for p.pos++; ; {
		done, err := p.closes(']', len(n.Items) > 0)
		if err != nil {
			return nil, err
		}
		if done {
			n.Range.End = p.line
			return n, nil
		}
		item, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.Items = append(n.Items, item)
	}
}

// closes skips a comma where one is due and reports whether the closing
// character follows.
func (p *jsonParser) closes(end byte, comma bool) (bool, *SyntaxError) {
	if err := p.space(); err != nil {
		return false, err
	}
	if comma && p.peek() != end {
		if p.peek() != ',' {
			return false, p.fail("expected ',' or '" + string(end) + "' in JSON")
		}
		p.pos++
		if err := p.space(); err != nil {
			return false, err
		}
	}
	if p.peek() != end {
		return false, nil
	}
	p.pos++
	return true, nil
}

// word reads true, false, null or a number.
func (p *jsonParser) word() (*Node, *SyntaxError) {
	start := p.pos
	for p.pos < len(p.src) && wordByte(p.src[p.pos]) {
		p.pos++
	}
	text := string(p.src[start:p.pos])
	n := &Node{Text: text, Range: result.Range{Start: p.line, End: p.line}}
	switch text {
	case "true", "false":
		n.Kind = Bool
		return n, nil
	case "null":
		n.Text = ""
		return n, nil
	}
	if _, err := strconv.ParseFloat(text, 64); err != nil && !outOfRange(err) || !startsNumber(text) {
		p.pos = start
		return nil, p.fail("expected a value in JSON")
	}
	n.Kind = Number
	return n, nil
}

func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '+' || c == '.'
}

func startsNumber(s string) bool {
	return s != "" && (s[0] == '-' || s[0] >= '0' && s[0] <= '9')
}

func outOfRange(err error) bool {
	return errors.Is(err, strconv.ErrRange)
}

func (p *jsonParser) stringNode() (*Node, *SyntaxError) {
	start := p.line
	text, err := p.text()
	if err != nil {
		return nil, err
	}
	return &Node{Kind: String, Text: text, Range: result.Range{Start: start, End: p.line}}, nil
}

// text reads a quoted string.
func (p *jsonParser) text() (string, *SyntaxError) {
	p.pos++
	start := p.pos
	var buf []byte
	for p.pos < len(p.src) {
		switch p.src[p.pos] {
		case '"':
			buf = append(buf, p.src[start:p.pos]...)
			p.pos++
			return string(buf), nil
		case '\\':
			buf = append(buf, p.src[start:p.pos]...)
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			buf = utf8.AppendRune(buf, r)
			start = p.pos
		case '\n':
			p.pos++
			p.newline()
		default:
			p.pos++
		}
	}
	return "", p.fail("a JSON string is not closed")
}

func (p *jsonParser) escape() (rune, *SyntaxError) {
	p.pos++
	c := p.peek()
	if c == 'u' {
		p.pos++
		return p.unicode()
	}
	at := strings.IndexByte(`"\/bfnrt`, c)
	if at < 0 || p.pos >= len(p.src) {
		return 0, p.fail("unknown escape in a JSON string")
	}
	p.pos++
	return rune("\"\\/\b\f\n\r\t"[at]), nil
}

func (p *jsonParser) unicode() (rune, *SyntaxError) {
	hi, ok := p.hex4()
	if !ok {
		return 0, p.fail(`expected four hexadecimal digits after \u`)
	}
	if !utf16.IsSurrogate(hi) || !bytes.HasPrefix(p.src[p.pos:], []byte(`\u`)) {
		return hi, nil
	}
	at := p.pos
	p.pos += 2
	lo, ok := p.hex4()
	if r := utf16.DecodeRune(hi, lo); ok && r != utf8.RuneError {
		return r, nil
	}
	p.pos = at
	return utf8.RuneError, nil
}

func (p *jsonParser) hex4() (rune, bool) {
	if p.pos+4 > len(p.src) {
		return 0, false
	}
	v, err := strconv.ParseUint(string(p.src[p.pos:p.pos+4]), 16, 16)
	if err != nil {
		return 0, false
	}
	p.pos += 4
	return rune(v), true
}
