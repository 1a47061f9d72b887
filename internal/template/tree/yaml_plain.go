package tree

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// maxPlain is the size in bytes above which a text is not tried as plain YAML. People write files
// of that size; larger ones are generated, and few.
const maxPlain = 64 << 10

// plainYAML reads a text in the part of YAML that nearly all manifests keep to: block maps and
// lists, values on one line, and texts behind | and >. It returns the roots of the documents as the
// library does, but without comments, several times as fast. ok is false for any other text, and
// so for each that is broken: the library decides about it.
func plainYAML(content []byte) (roots []*yaml.Node, ok bool) {
	if len(content) > maxPlain || !isPlainText(content) {
		return nil, false
	}
	p := &plainReader{src: content}
	for p.advance(); !p.other && (p.isMarker || p.indent >= 0); {
		if p.isMarker {
			p.advance()
		}
		roots = append(roots, p.block())
		if p.indent >= 0 { // what is no part of the block
			p.refuse()
		}
	}
	return roots, !p.other
}

// isPlainText reports whether a text has nothing but printable ASCII and line breaks: then a byte
// is a column.
func isPlainText(content []byte) bool {
	for _, b := range content {
		if b != '\n' && (b < ' ' || b > '~') {
			return false
		}
	}
	return true
}

// plainReader is at a line with content, within which it moves. A line outside of the plain part
// of YAML ends it.
type plainReader struct {
	src []byte
	// start and end are where the line begins and ends, without spaces at its end; next is where
	// the following one begins, and pos what is to be read.
	start, pos, end, next int
	line                  int // 1-based
	// indent is the column of the first text on the line, and of the first one behind "- " in a
	// list of maps. It is -1 at a marker and at the end of the text.
	indent   int
	isMarker bool
	// other is set where the text is not plain.
	other bool
	// depth is how many flow collections are open.
	depth int
	// room holds nodes to be used: one allocation is for several.
	room []yaml.Node
}

// refuse ends the reading: the text is not plain.
func (p *plainReader) refuse() {
	p.other, p.isMarker, p.indent = true, false, -1
	p.pos, p.end, p.next = 0, 0, len(p.src)
}

// node returns a node at a position of the line.
func (p *plainReader) node(kind yaml.Kind, at int) *yaml.Node {
	const several = 16
	if len(p.room) == 0 {
		p.room = make([]yaml.Node, several)
	}
	n := &p.room[0]
	p.room = p.room[1:]
	n.Kind, n.Line, n.Column = kind, p.line, at-p.start+1
	switch kind {
	case yaml.MappingNode:
		n.Tag = "!!map"
	case yaml.SequenceNode:
		n.Tag = "!!seq"
	}
	return n
}

// advance moves to the next line that is not empty or a comment.
func (p *plainReader) advance() {
	p.indent, p.isMarker = -1, false
	for p.next < len(p.src) {
		p.takeLine()
		p.pos = p.start + leadingSpaces(p.src[p.start:p.end])
		if p.pos == p.end || p.src[p.pos] == '#' {
			continue
		}
		p.indent = p.pos - p.start
		if p.indent == 0 {
			p.marker()
		}
		return
	}
}

// takeLine moves to the next line.
func (p *plainReader) takeLine() {
	p.line++
	p.start, p.end = p.next, len(p.src)
	if length := bytes.IndexByte(p.src[p.start:], '\n'); length >= 0 {
		p.end = p.start + length
	}
	p.next = min(p.end+1, len(p.src))
	for p.end > p.start && p.src[p.end-1] == ' ' {
		p.end--
	}
}

func leadingSpaces(text []byte) int { return len(text) - len(bytes.TrimLeft(text, " ")) }

// marker decides about a line that begins at the first column.
func (p *plainReader) marker() {
	text := p.src[p.start:p.end]
	switch {
	case string(text) == "---":
		p.isMarker, p.indent = true, -1
	case text[0] == '%', bytes.HasPrefix(text, []byte("---")), bytes.HasPrefix(text, []byte("...")):
		p.refuse()
	}
}

// block reads the map or list that begins with the line.
func (p *plainReader) block() *yaml.Node {
	switch {
	case p.indent < 0: // an empty document
		p.refuse()
		return nil
	case p.isItem():
		return p.list(p.indent)
	}
	return p.mapping(p.indent)
}

// isItem reports whether an item of a list is ahead.
func (p *plainReader) isItem() bool {
	return p.pos < p.end && p.src[p.pos] == '-' && (p.pos+1 == p.end || p.src[p.pos+1] == ' ')
}

// mapping reads the entries of a map at a column.
func (p *plainReader) mapping(column int) *yaml.Node {
	n := p.node(yaml.MappingNode, p.pos)
	for p.indent == column && !p.isItem() {
		key := p.key()
		if key == nil {
			p.refuse()
			break
		}
		n.Content = append(n.Content, key, p.value(column, true))
	}
	return p.closed(n, column)
}

// list reads the items of a list at a column.
func (p *plainReader) list(column int) *yaml.Node {
	n := p.node(yaml.SequenceNode, p.pos)
	for p.indent == column && p.isItem() {
		p.pos++
		n.Content = append(n.Content, p.item(column))
	}
	return p.closed(n, column)
}

// closed makes sure that the line behind a block does not go on with it.
func (p *plainReader) closed(n *yaml.Node, column int) *yaml.Node {
	if p.indent > column {
		p.refuse()
	}
	return n
}

// item reads what follows the dash of an item.
func (p *plainReader) item(column int) *yaml.Node {
	behind := p.pos
	p.space()
	start := p.pos
	isMap := p.pos < p.end && p.key() != nil
	p.pos = start
	if !isMap {
		p.pos = behind
		return p.value(column, false)
	}
	p.indent = p.pos - p.start
	return p.mapping(p.indent)
}

// value reads the value behind a colon or dash of a block at a column: on the line, or below it.
func (p *plainReader) value(column int, isOfMap bool) *yaml.Node {
	null := p.pos
	if p.space(); p.pos < p.end && p.src[p.pos] != '#' {
		return p.inline(column)
	}
	n := p.node(yaml.ScalarNode, null)
	n.Tag = "!!null"
	p.advance()
	switch {
	case p.indent > column:
		return p.block()
	case p.indent == column && isOfMap && p.isItem():
		return p.list(column)
	}
	return n
}

// inline reads a value on the line of its key or dash, and moves to the next line.
func (p *plainReader) inline(column int) *yaml.Node {
	n := p.tagged(func() *yaml.Node {
		if p.src[p.pos] == '|' || p.src[p.pos] == '>' {
			return p.blockText(column)
		}
		return p.onLine(p.text)
	})
	p.comment()
	if n == nil || p.pos < p.end {
		p.refuse()
		return nil
	}
	p.advance()
	return n
}
