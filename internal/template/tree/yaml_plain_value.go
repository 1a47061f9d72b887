package tree

import (
	"bytes"
	"strings"
)

// space moves over spaces.
func (p *plainReader) space() {
	for p.pos < p.end && p.src[p.pos] == ' ' {
		p.pos++
	}
}

// comment moves over spaces and a comment after them.
func (p *plainReader) comment() {
	start := p.pos
	if p.space(); p.pos > start && p.pos < p.end && p.src[p.pos] == '#' {
		p.pos = p.end
	}
}

// take moves over a byte if it is ahead.
func (p *plainReader) take(b byte) bool {
	if p.pos < p.end && p.src[p.pos] == b {
		p.pos++
		return true
	}
	return false
}

// endsWord reports whether a space or the end of the line is ahead.
func (p *plainReader) endsWord() bool { return p.pos == p.end || p.src[p.pos] == ' ' }

// key reads a key with its colon. It returns nil if there is none.
func (p *plainReader) key() []byte {
	const longest = 256
	start := p.pos
	key := p.quoted()
	if key == nil {
		p.pos = start
		key = p.word()
	}
	if key == nil || p.pos-start > longest || !p.take(':') || !p.endsWord() {
		return nil
	}
	return key
}

// word reads a key without quotes, up to the colon after it.
func (p *plainReader) word() []byte {
	start := p.pos
	if p.pos == p.end || !isWordStart(p.src[p.pos]) {
		return nil
	}
	for ; p.pos < p.end && isInKey(p.src[p.pos]); p.pos++ {
		if p.src[p.pos] == ':' && (p.pos+1 == p.end || p.src[p.pos+1] == ' ') {
			break
		}
	}
	return p.src[start:p.pos]
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

func isWordStart(b byte) bool { return isLetter(b) || '0' <= b && b <= '9' || b == '_' }

func isInKey(b byte) bool { return isWordStart(b) || strings.IndexByte("-./:", b) >= 0 }

// scalar returns the node of a text without quotes. The library finds its type, unless it is a
// word that can have none but string.
func (p *plainReader) scalar(text []byte) *Node {
	n := p.node(String)
	n.Text = string(text)
	if first := text[0]; !p.isTyped || isLetter(first) && strings.IndexByte("yntfo", first|0x20) < 0 {
		return n
	}
	p.typed.Value = n.Text
	n.Kind, n.Text = scalar(&p.typed)
	return n
}

// tagged reads a value with the tag before it, if there is one, such as !Ref.
func (p *plainReader) tagged(read func() *Node) *Node {
	start := p.pos
	if !p.take('!') {
		return read()
	}
	for p.pos < p.end && isLetter(p.src[p.pos]) {
		p.pos++
	}
	tag := string(p.src[start:p.pos])
	if len(tag) == 1 || !p.take(' ') {
		return nil
	}
	p.space()
	p.isTyped = p.pos < p.end && (p.src[p.pos] == '[' || p.src[p.pos] == '{')
	n := read()
	if p.isTyped = true; n != nil {
		n.Tag = tag
	}
	return n
}

// onLine reads a value that ends on its line, and calls word for one without quotes. It returns nil
// for what is not plain.
func (p *plainReader) onLine(word func() *Node) *Node {
	switch p.src[p.pos] {
	case '[':
		return p.flowList()
	case '{':
		return p.flowMap()
	case '"', '\'':
		if text := p.quoted(); text != nil {
			n := p.node(String)
			n.Text = string(text)
			return n
		}
		return nil
	}
	return word()
}

// text reads a string, number or boolean without quotes, outside of flow collections.
func (p *plainReader) text() *Node {
	first := p.src[p.pos]
	if !isWordStart(first) && strings.IndexByte("/._$~+(<=", first) < 0 {
		dashed := first == '-' && p.pos+1 < p.end && p.src[p.pos+1] != ' '
		if !dashed {
			return nil
		}
	}
	text := p.src[p.pos:p.end]
	if comment := bytes.Index(text, []byte(" #")); comment >= 0 {
		text = bytes.TrimRight(text[:comment], " ")
	}
	if text[len(text)-1] == ':' || bytes.Contains(text, []byte(": ")) {
		return nil
	}
	p.pos += len(text)
	return p.scalar(text)
}

// quoted reads a string in quotes without escapes, besides ” in '...'. It returns nil for any
// other text.
func (p *plainReader) quoted() []byte {
	switch {
	case p.take('"'):
		return p.quotedBy('"')
	case p.take('\''):
		return p.quotedBy('\'')
	}
	return nil
}

func (p *plainReader) quotedBy(quote byte) []byte {
	length := bytes.IndexByte(p.src[p.pos:p.end], quote)
	if length < 0 {
		return nil
	}
	value := p.src[p.pos : p.pos+length]
	p.pos += length + 1
	isDoubled := quote == '\'' && p.pos < p.end && p.src[p.pos] == quote
	if isDoubled || quote == '"' && bytes.IndexByte(value, '\\') >= 0 {
		return nil
	}
	return value
}

// flowValue reads a value in a flow collection.
func (p *plainReader) flowValue() *Node {
	if p.pos == p.end {
		return nil
	}
	return p.tagged(func() *Node { return p.onLine(p.flowWord) })
}

// flowWord reads a word in a flow collection.
func (p *plainReader) flowWord() *Node {
	start := p.pos
	if !isWordStart(p.src[p.pos]) {
		return nil
	}
	for p.pos < p.end && (isWordStart(p.src[p.pos]) || strings.IndexByte("-./", p.src[p.pos]) >= 0) {
		p.pos++
	}
	return p.scalar(p.src[start:p.pos])
}

// flowList reads [a, b].
func (p *plainReader) flowList() *Node {
	n := p.node(List)
	first := len(p.items)
	ok := p.flow(']', func() bool {
		item := p.flowValue()
		p.items = append(p.items, item)
		return item != nil
	})
	p.closeList(n, first)
	if !ok {
		return nil
	}
	return n
}

// flowMap reads {a: b, c: d}.
func (p *plainReader) flowMap() *Node {
	n := p.node(Map)
	first := len(p.entries)
	ok := p.flow('}', func() bool {
		key := p.key()
		if key == nil || !p.take(' ') {
			return false
		}
		p.space()
		entry := Entry{Key: string(key), Line: p.line, Value: p.flowValue()}
		p.entries = append(p.entries, entry)
		return entry.Value != nil
	})
	p.closeMap(n, first)
	if !ok {
		return nil
	}
	return n
}

// flow reads the entries of a collection up to its closing bracket, and reports whether they are
// plain.
func (p *plainReader) flow(closing byte, entry func() bool) bool {
	const deepest = 16
	p.pos++
	if p.depth++; p.depth > deepest {
		return false
	}
	defer func() { p.depth-- }()
	if p.space(); p.take(closing) {
		return true
	}
	for p.pos < p.end && entry() {
		if p.space(); p.take(closing) {
			return true
		}
		if !p.take(',') {
			return false
		}
		p.space()
	}
	return false
}
