package tree

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// space moves over spaces.
func (p *plainReader) space() {
	for p.pos < p.end && p.src[p.pos] == ' ' {
		p.pos++
	}
}

// comment moves over spaces and a comment behind them.
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
func (p *plainReader) key() *yaml.Node {
	const longest = 256
	start := p.pos
	n := p.quoted()
	if n == nil {
		p.pos = start
		n = p.word()
	}
	if n == nil || p.pos-start > longest || !p.take(':') || !p.endsWord() {
		return nil
	}
	return n
}

// word reads a key without quotes, up to the colon behind it.
func (p *plainReader) word() *yaml.Node {
	start := p.pos
	if p.pos == p.end || !isWordStart(p.src[p.pos]) {
		return nil
	}
	for ; p.pos < p.end && isInKey(p.src[p.pos]); p.pos++ {
		if p.src[p.pos] == ':' && (p.pos+1 == p.end || p.src[p.pos+1] == ' ') {
			break
		}
	}
	return p.scalar(start)
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

func isWordStart(b byte) bool { return isLetter(b) || '0' <= b && b <= '9' || b == '_' }

func isInKey(b byte) bool { return isWordStart(b) || strings.IndexByte("-./:", b) >= 0 }

// scalar returns a node for the text without quotes between start and the position. The library
// finds its type, unless it is a word that can have none but string.
func (p *plainReader) scalar(start int) *yaml.Node {
	n := p.node(yaml.ScalarNode, start)
	n.Value = string(p.src[start:p.pos])
	if first := n.Value[0]; isLetter(first) && strings.IndexByte("yntfo", first|0x20) < 0 {
		n.Tag = "!!str"
	} else {
		n.Tag = n.ShortTag()
	}
	return n
}

// tagged reads a value with the tag before it, if there is one, such as !Ref.
func (p *plainReader) tagged(read func() *yaml.Node) *yaml.Node {
	start, column := p.pos, p.pos-p.start+1
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
	n := read()
	if n != nil {
		n.Tag, n.Style, n.Column = tag, n.Style|yaml.TaggedStyle, column
	}
	return n
}

// onLine reads a value that ends on its line, and calls word for one without quotes. It returns nil
// for what is not plain.
func (p *plainReader) onLine(word func() *yaml.Node) *yaml.Node {
	switch p.src[p.pos] {
	case '[':
		return p.flowList()
	case '{':
		return p.flowMap()
	case '"', '\'':
		return p.quoted()
	}
	return word()
}

// text reads a string, number or boolean without quotes, outside of flow collections.
func (p *plainReader) text() *yaml.Node {
	first := p.src[p.pos]
	if !isWordStart(first) && strings.IndexByte("/._$~+(<=", first) < 0 {
		dashed := first == '-' && p.pos+1 < p.end && p.src[p.pos+1] != ' '
		if !dashed {
			return nil
		}
	}
	start, text := p.pos, p.src[p.pos:p.end]
	if comment := bytes.Index(text, []byte(" #")); comment >= 0 {
		text = bytes.TrimRight(text[:comment], " ")
	}
	if text[len(text)-1] == ':' || bytes.Contains(text, []byte(": ")) {
		return nil
	}
	p.pos += len(text)
	return p.scalar(start)
}

// quoted reads a string in quotes without escapes, besides ” in '...'.
func (p *plainReader) quoted() *yaml.Node {
	start := p.pos
	switch {
	case p.take('"'):
		return p.quotedBy('"', yaml.DoubleQuotedStyle, start)
	case p.take('\''):
		return p.quotedBy('\'', yaml.SingleQuotedStyle, start)
	}
	return nil
}

func (p *plainReader) quotedBy(quote byte, style yaml.Style, start int) *yaml.Node {
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
	n := p.node(yaml.ScalarNode, start)
	n.Tag, n.Style, n.Value = "!!str", style, string(value)
	return n
}

// flowValue reads a value in a flow collection.
func (p *plainReader) flowValue() *yaml.Node {
	if p.pos == p.end {
		return nil
	}
	return p.tagged(func() *yaml.Node { return p.onLine(p.flowWord) })
}

// flowWord reads a word in a flow collection.
func (p *plainReader) flowWord() *yaml.Node {
	start := p.pos
	if !isWordStart(p.src[p.pos]) {
		return nil
	}
	for p.pos < p.end && (isWordStart(p.src[p.pos]) || strings.IndexByte("-./", p.src[p.pos]) >= 0) {
		p.pos++
	}
	return p.scalar(start)
}

// flowList reads [a, b].
func (p *plainReader) flowList() *yaml.Node {
	n := p.node(yaml.SequenceNode, p.pos)
	n.Style = yaml.FlowStyle
	return p.flow(n, ']', func() bool {
		item := p.flowValue()
		n.Content = append(n.Content, item)
		return item != nil
	})
}

// flowMap reads {a: b, c: d}.
func (p *plainReader) flowMap() *yaml.Node {
	n := p.node(yaml.MappingNode, p.pos)
	n.Style = yaml.FlowStyle
	return p.flow(n, '}', func() bool {
		key := p.key()
		if key == nil || !p.take(' ') {
			return false
		}
		p.space()
		value := p.flowValue()
		n.Content = append(n.Content, key, value)
		return value != nil
	})
}

// flow reads the entries of a collection up to its closing bracket.
func (p *plainReader) flow(n *yaml.Node, closing byte, entry func() bool) *yaml.Node {
	const deepest = 16
	p.pos++
	if p.depth++; p.depth > deepest {
		return nil
	}
	defer func() { p.depth-- }()
	if p.space(); p.take(closing) {
		return n
	}
	for p.pos < p.end && entry() {
		if p.space(); p.take(closing) {
			return n
		}
		if !p.take(',') {
			return nil
		}
		p.space()
	}
	return nil
}
