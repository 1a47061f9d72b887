package template

import "bytes"

// partsPerSign is how many parts of a text a sign with a meaning may add.
const partsPerSign = 3

// literals follows the parts of a text between its sequences, which the library joins.
type literals struct{ count, bytes int }

// spend adds what the library copies to join the parts, as [nesting] counts it.
func (p *plainReader) spend(l literals) {
	const pointer = 16 // bytes, to each part that follows
	p.joined += l.count * (l.count*pointer + l.bytes) / 2 >> 10
}

// text reads a string in quotes.
func (p *plainReader) text() bool {
	p.pos++
	start := p.pos
	parts := literals{count: 1}
	for {
		switch p.ahead(0) {
		case '"':
			parts.bytes = p.pos - start
			p.spend(parts)
			p.pos++
			return true
		case '\r', '\n':
			return false
		case 0:
			if p.pos >= len(p.src) {
				return false
			}
			p.pos++
		case '\\':
			if !p.escape() {
				return false
			}
		case '$', '%':
			if parts.count += partsPerSign; !p.sequence() {
				return false
			}
		default:
			p.pos++
		}
	}
}

// escape reads what begins with a backslash.
func (p *plainReader) escape() bool {
	const digits = 4
	switch p.ahead(1) {
	case 'n', 'r', 't', '"', '\\':
		p.pos += 2
		return true
	case 'u':
		for i := range digits {
			if !isHexDigit(p.ahead(2 + i)) {
				return false
			}
		}
		isSurrogate := p.ahead(2)|0x20 == 'd' // some of these are not characters
		p.pos += 2 + digits
		return !isSurrogate
	}
	return false
}

func isHexDigit(b byte) bool { return isDigit(b) || 'a' <= b|0x20 && b|0x20 <= 'f' }

// sequence reads an interpolation, $${ and %%{, which stand for ${ and %{, or the sign itself.
// Directives are not plain.
func (p *plainReader) sequence() bool {
	first, second := p.ahead(0), p.ahead(1)
	switch {
	case second == '{':
		return first == '$' && p.interpolation()
	case second == first:
		p.pos += 2
		third := p.ahead(0)
		if third == '{' {
			p.pos++
			return true
		}
		return third != '$' && third != '%' && third != '\r'
	}
	p.pos++
	return second != '$' && second != '%' && second != '\r'
}

// interpolation reads ${a}.
func (p *plainReader) interpolation() bool {
	p.pos += len("${")
	p.take('~')
	outer := p.isInText
	p.isInText = true
	if !p.expression(true) {
		return false
	}
	p.isInText = outer
	p.take('~')
	return p.take('}')
}

// heredoc reads a text after << or <<-, up to the end of the line before the one with its marker.
func (p *plainReader) heredoc() bool {
	if p.isInText || p.ahead(1) != '<' {
		return false
	}
	p.pos += len("<<")
	p.take('-')
	marker := p.name()
	if marker == nil || !p.lineBreak() {
		return false
	}
	start := p.pos
	var parts literals
	for {
		length := bytes.IndexByte(p.src[p.pos:], '\n')
		if length < 0 {
			return false
		}
		line := bytes.TrimSuffix(p.src[p.pos:p.pos+length], []byte("\r"))
		if string(bytes.TrimSpace(line)) == string(marker) {
			parts.bytes = p.pos - start
			p.spend(parts)
			p.pos += len(line)
			return bytes.IndexByte(line, '\r') < 0
		}
		if !p.heredocLine(&parts) {
			return false
		}
	}
}

// heredocLine reads a line of a heredoc, and further ones that an interpolation in it covers.
func (p *plainReader) heredocLine(parts *literals) bool {
	for p.pos < len(p.src) {
		switch p.src[p.pos] {
		case '\r', '\n':
			parts.count++
			return p.lineBreak()
		case '$', '%':
			if parts.count += partsPerSign; !p.sequence() {
				return false
			}
		default:
			p.pos++
		}
	}
	return false
}
