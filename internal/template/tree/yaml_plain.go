package tree

import (
	"bytes"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// maxPlain is the size in bytes above which a text is not tried as plain YAML. People write files
// of that size; larger ones are generated, and few.
const maxPlain = 64 << 10

// plainYAML reads a text in the part of YAML that nearly all manifests keep to: block maps and
// lists, values on one line, and texts after | and >. It returns the documents as [yamlReader]
// does, several times as fast. ok is false for any other text, and so for each that is broken or
// exceeds the budget: the library and yamlReader decide about it.
func plainYAML(content []byte, budget *Budget) (docs []*Node, ok bool) {
	if len(content) > maxPlain || !text.IsPlain(content) {
		return nil, false
	}
	p := &plainReader{src: content, budget: budget, isTyped: true, typed: yaml.Node{Kind: yaml.ScalarNode}}
	for p.advance(); !p.other && (p.isMarker || p.indent >= 0); {
		if p.isMarker {
			p.advance()
		}
		docs = append(docs, p.block())
		if p.indent >= 0 { // what is not part of the block
			p.refuse()
		}
	}
	return docs, !p.other
}

// plainReader is at a line with content, within which it moves. A line outside of the plain part
// of YAML ends it.
type plainReader struct {
	src    []byte
	budget *Budget
	// start and end are where the line begins and ends, without spaces at its end; next is where
	// the following one begins, and pos what is to be read.
	start, pos, end, next int
	line                  int // 1-based
	// last is the last line with content that was taken, and before the one before it.
	last, before int
	// indent is the column of the first text on the line, and of the first one after "- " in a
	// list of maps. It is -1 at a marker and at the end of the text.
	indent   int
	isMarker bool
	// other is set where the text is not plain.
	other bool
	// depth is how many flow collections are open.
	depth int
	// isTyped is not set where a scalar is a string, whatever it looks like.
	isTyped bool
	// room holds nodes to be used: one allocation is for several. entries and items are those of
	// the collections that are being read.
	room    []Node
	entries []Entry
	items   []*Node
	// typed has the library find the type of a scalar.
	typed yaml.Node
}

// refuse ends the reading: the text is not plain.
func (p *plainReader) refuse() {
	p.other, p.isMarker, p.indent = true, false, -1
	p.pos, p.end, p.next = 0, 0, len(p.src)
}

// node returns a node that begins on the line.
func (p *plainReader) node(kind Kind) *Node {
	const several = 16
	if !p.budget.Spend(1) {
		p.refuse()
	}
	if len(p.room) == 0 {
		p.room = make([]Node, several)
	}
	n := &p.room[0]
	p.room = p.room[1:]
	n.Kind, n.Range = kind, result.Range{Start: p.line, End: p.line}
	return n
}

// advance moves to the next line that is not empty or a comment.
func (p *plainReader) advance() {
	p.indent, p.isMarker, p.before = -1, false, p.last
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
		if p.indent >= 0 {
			p.last = p.line
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
func (p *plainReader) block() *Node {
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
func (p *plainReader) mapping(column int) *Node {
	n := p.node(Map)
	first := len(p.entries)
	for p.indent == column && !p.isItem() {
		key := p.key()
		if key == nil {
			p.refuse()
			break
		}
		entry := Entry{Key: string(key), Line: p.line}
		entry.Value = p.value(column, true)
		p.entries = append(p.entries, entry)
	}
	p.closeMap(n, first)
	return p.closed(n, column)
}

// closeMap moves the entries from the first on to a map.
func (p *plainReader) closeMap(n *Node, first int) {
	if len(p.entries) > first {
		n.Entries = slices.Clone(p.entries[first:])
	}
	p.entries = p.entries[:first]
}

// list reads the items of a list at a column.
func (p *plainReader) list(column int) *Node {
	n := p.node(List)
	first := len(p.items)
	for p.indent == column && p.isItem() {
		p.pos++
		p.items = append(p.items, p.item(column))
	}
	p.closeList(n, first)
	return p.closed(n, column)
}

// closeList moves the items from the first on to a list.
func (p *plainReader) closeList(n *Node, first int) {
	if len(p.items) > first {
		n.Items = slices.Clone(p.items[first:])
	}
	p.items = p.items[:first]
}

// closed ends a block with the line before, and makes sure that the line does not go on with it.
func (p *plainReader) closed(n *Node, column int) *Node {
	n.Range.End = max(n.Range.Start, p.before)
	if p.indent > column {
		p.refuse()
	}
	return n
}

// item reads what follows the dash of an item.
func (p *plainReader) item(column int) *Node {
	afterDash := p.pos
	p.space()
	start := p.pos
	isMap := p.pos < p.end && p.key() != nil
	p.pos = start
	if !isMap {
		p.pos = afterDash
		return p.value(column, false)
	}
	p.indent = p.pos - p.start
	return p.mapping(p.indent)
}

// value reads the value after a colon or dash of a block at a column: on the line, or below it.
func (p *plainReader) value(column int, isOfMap bool) *Node {
	if p.space(); p.pos < p.end && p.src[p.pos] != '#' {
		return p.inline(column)
	}
	line := p.line
	p.advance()
	switch {
	case p.indent > column:
		n := p.block()
		if !isOfMap && n.Is(Map) {
			n.Range.Start = line
		}
		return n
	case p.indent == column && isOfMap && p.isItem():
		return p.list(column)
	}
	n := p.node(Null)
	n.Range = result.Range{Start: line, End: line}
	return n
}

// inline reads a value on the line of its key or dash, and moves to the next line.
func (p *plainReader) inline(column int) *Node {
	n := p.tagged(func() *Node {
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
