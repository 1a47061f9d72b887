package template

import (
	"bytes"
	"unicode/utf8"
)

// The bounds of plain HCL, which are well below those of [nesting] and what people write.
const (
	maxPlainHCL       = 64 << 10 // bytes
	maxPlainDepth     = 64       // expressions and blocks inside of each other
	maxPlainChain     = 1000     // conditionals and stars in the whole text
	maxPlainArguments = 250      // in one body: their names are compared with each other
)

// plainHCL reports whether a text is in the part of HCL that nearly all files keep to: then the
// library parses it without an error, and it is within the bounds of [nesting]. It builds nothing,
// and is several times as fast as the library's lexer alone. ok is false for any other text, and so
// for each that is broken: the library decides about it. joined is what the text spends of
// maxJoined.
func plainHCL(text []byte) (joined int, ok bool) {
	if len(text) > maxPlainHCL || !utf8.Valid(text) {
		return 0, false
	}
	p := plainReader{src: text}
	ok = p.body() && p.pos == len(text) && p.chain <= maxPlainChain && p.joined <= maxJoined
	return p.joined, ok
}

// plainReader moves over HCL text. Its methods report whether what they read is plain; where it is
// not, the position means nothing.
type plainReader struct {
	src   []byte
	pos   int
	depth int // of expressions and blocks
	chain int // see maxPlainChain
	// isInText is set inside of a string or heredoc.
	isInText bool
	joined   int
	// names are the arguments of the bodies that are open, the innermost last.
	names [][]byte
}

// ahead returns the byte at a distance from the position, 0 beyond the end.
func (p *plainReader) ahead(distance int) byte {
	if at := p.pos + distance; at < len(p.src) {
		return p.src[at]
	}
	return 0
}

// take moves over a byte if it is ahead.
func (p *plainReader) take(b byte) bool {
	if p.ahead(0) != b {
		return false
	}
	p.pos++
	return true
}

// enter begins an expression or a block, and leave ends it.
func (p *plainReader) enter() bool {
	p.depth++
	return p.depth <= maxPlainDepth
}

func (p *plainReader) leave() { p.depth-- }

// blanks moves over blanks and /* comments */, which end no line whatever is in them.
func (p *plainReader) blanks() {
	for {
		switch {
		case p.ahead(0) == ' ' || p.ahead(0) == '\t':
			p.pos++
		case p.ahead(0) == '/' && p.ahead(1) == '*':
			length := bytes.Index(p.src[p.pos+2:], []byte("*/"))
			if length < 0 {
				return // no expression begins like that
			}
			p.pos += length + 4
		default:
			return
		}
	}
}

// lineBreak moves over a line break.
func (p *plainReader) lineBreak() bool {
	if p.ahead(0) == '\r' && p.ahead(1) == '\n' {
		p.pos++
	}
	return p.take('\n')
}

// endOfLine moves over the end of a line, with a comment before it. The end of the text ends the
// line of a comment.
func (p *plainReader) endOfLine() bool {
	if p.ahead(0) != '#' && (p.ahead(0) != '/' || p.ahead(1) != '/') {
		return p.lineBreak()
	}
	length := bytes.IndexByte(p.src[p.pos:], '\n')
	if length < 0 {
		p.pos = len(p.src)
		return true
	}
	p.pos += length + 1
	return true
}

// space moves over blanks and comments, and over the ends of lines where they mean nothing.
func (p *plainReader) space(isInBrackets bool) {
	p.blanks()
	for isInBrackets && p.endOfLine() {
		p.blanks()
	}
}

func isNameStart(b byte) bool { return isLetter(b) || b == '_' }

// name moves over a name in ASCII. It returns nil if there is none.
func (p *plainReader) name() []byte {
	start := p.pos
	if !isNameStart(p.ahead(0)) {
		return nil
	}
	for isWordByte(p.ahead(0)) || p.ahead(0) == '-' {
		p.pos++
	}
	return p.src[start:p.pos]
}

// word moves over a name if it is the given one.
func (p *plainReader) word(wanted string) bool {
	start := p.pos
	if string(p.name()) == wanted {
		return true
	}
	p.pos = start
	return false
}

// body reads arguments and blocks up to a closing brace or the end of the text.
func (p *plainReader) body() bool {
	outer := len(p.names)
	for {
		p.space(true)
		if p.pos == len(p.src) || p.src[p.pos] == '}' {
			p.names = p.names[:outer]
			return true
		}
		name := p.name()
		if name == nil || !p.item(name, p.names[outer:]) {
			return false
		}
		if p.blanks(); p.pos < len(p.src) && !p.endOfLine() {
			return false
		}
	}
}

// item reads an argument or a block after its name. others are the arguments before it.
func (p *plainReader) item(name []byte, others [][]byte) bool {
	if p.blanks(); p.ahead(0) != '=' {
		return p.block()
	}
	if len(others) == maxPlainArguments {
		return false
	}
	for _, other := range others {
		if string(other) == string(name) {
			return false // the library takes no duplicate
		}
	}
	p.names = append(p.names, name)
	return p.argument()
}

// argument reads the value of an argument with the equals sign before it.
func (p *plainReader) argument() bool { return p.take('=') && p.expression(false) }

// block reads the labels of a block and its body, which may be one argument on the same line.
func (p *plainReader) block() bool {
	for p.blanks(); !p.take('{'); p.blanks() {
		if !p.label() {
			return false
		}
	}
	if !p.enter() {
		return false
	}
	defer p.leave()
	p.blanks()
	isOneLine := isNameStart(p.ahead(0))
	if !isOneLine {
		return p.body() && p.take('}')
	}
	if p.name() == nil {
		return false
	}
	p.blanks()
	if !p.argument() {
		return false
	}
	p.blanks()
	return p.take('}')
}

// label reads a label of a block.
func (p *plainReader) label() bool {
	if !p.take('"') {
		return p.name() != nil
	}
	for {
		switch p.ahead(0) {
		case '"':
			p.pos++
			return true
		case '\\', '$', '%', '\r', '\n', 0:
			return false
		}
		p.pos++
	}
}
