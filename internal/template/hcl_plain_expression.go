package template

// expression reads an expression, up to a sign that is not part of it. In brackets it may go on
// after the end of a line.
func (p *plainReader) expression(isInBrackets bool) bool {
	if !p.enter() {
		return false
	}
	defer p.leave()
	for {
		p.space(isInBrackets)
		if !p.operand() {
			return false
		}
		p.space(isInBrackets)
		length := p.operator()
		if length == 0 {
			break
		}
		p.pos += length
	}
	if !p.take('?') {
		return true
	}
	p.chain++
	return p.expression(isInBrackets) && p.take(':') && p.expression(isInBrackets)
}

// operator returns the length of the operator between two operands, 0 if there is none. Which one
// binds more does not matter.
func (p *plainReader) operator() int {
	first, second := p.ahead(0), p.ahead(1)
	switch first {
	case '*':
		p.chain++
		return 1
	case '+', '-', '%':
		return 1
	case '/':
		if second != '/' && second != '*' {
			return 1
		}
	case '<', '>':
		if second == '=' {
			return 2
		}
		return 1
	case '=', '!':
		if second == '=' {
			return 2
		}
	case '&', '|':
		if second == first {
			return 2
		}
	}
	return 0
}

// operand reads a value with its unary operators and what is taken of it.
func (p *plainReader) operand() bool {
	first := p.ahead(0)
	switch {
	case first == '-', first == '!':
		if !p.enter() {
			return false
		}
		defer p.leave()
		p.pos++
		p.blanks()
		return p.operand()
	case isDigit(first):
		p.number()
		return true
	case first == '<':
		return p.heredoc()
	}
	return p.value(first) && p.traversal()
}

// value reads a value that begins with a byte.
func (p *plainReader) value(first byte) bool {
	switch first {
	case '"':
		return p.text()
	case '(':
		p.pos++
		return p.expression(true) && p.take(')')
	case '[':
		return p.tuple()
	case '{':
		return p.object()
	}
	if p.name() == nil {
		return false
	}
	return !p.take('(') || p.arguments()
}

// number moves over digits, with a fraction or without.
func (p *plainReader) number() {
	p.digits()
	if p.ahead(0) == '.' && isDigit(p.ahead(1)) {
		p.pos++
		p.digits()
	}
}

func (p *plainReader) digits() {
	for isDigit(p.ahead(0)) {
		p.pos++
	}
}

// arguments reads those of a call, after the opening parenthesis.
func (p *plainReader) arguments() bool {
	for p.space(true); !p.take(')'); p.space(true) {
		if !p.expression(true) {
			return false
		}
		switch p.ahead(0) {
		case ',':
			p.pos++
		case ')':
		case '.':
			if !p.ellipsis() {
				return false
			}
			p.space(true)
			return p.take(')')
		default:
			return false
		}
	}
	return true
}

func (p *plainReader) isEllipsis() bool {
	return p.ahead(0) == '.' && p.ahead(1) == '.' && p.ahead(2) == '.'
}

func (p *plainReader) ellipsis() bool {
	if !p.isEllipsis() {
		return false
	}
	p.pos += len("...")
	return true
}

// tuple reads [a, b] or [for a in b : c].
func (p *plainReader) tuple() bool {
	p.pos++
	if p.space(true); p.word("for") {
		return p.iteration() && p.forFilter() && p.take(']')
	}
	for ; !p.take(']'); p.space(true) {
		if !p.expression(true) || !p.take(',') && p.ahead(0) != ']' {
			return false
		}
	}
	return true
}

// object reads {a = b, c : d} or {for a in b : c => d}.
func (p *plainReader) object() bool {
	p.pos++
	start := p.pos
	if p.space(true); p.word("for") {
		return p.iteration() && p.forValue() && p.forFilter() && p.take('}')
	}
	p.pos = start
	for p.space(true); !p.take('}'); p.space(true) {
		if !p.entry() {
			return false
		}
		if p.ahead(0) != '}' && !p.take(',') && !p.endOfLine() {
			return false
		}
	}
	return true
}

// entry reads a key and a value of an object.
func (p *plainReader) entry() bool {
	if !p.expression(false) {
		return false
	}
	return (p.take('=') || p.take(':')) && p.expression(false)
}

// iteration reads "a, b in c : d" after "for".
func (p *plainReader) iteration() bool {
	if !p.variable() {
		return false
	}
	if p.take(',') && !p.variable() {
		return false
	}
	return p.word("in") && p.expression(true) && p.take(':') && p.expression(true)
}

// variable reads a variable of an iteration.
func (p *plainReader) variable() bool {
	p.space(true)
	isName := p.name() != nil
	p.space(true)
	return isName
}

// forValue reads the value of an iteration that makes an object, after its key.
func (p *plainReader) forValue() bool {
	if p.ahead(0) != '=' || p.ahead(1) != '>' {
		return false
	}
	p.pos += len("=>")
	if !p.expression(true) {
		return false
	}
	if p.ellipsis() {
		p.space(true)
	}
	return true
}

// forFilter reads the condition of an iteration, if it has one.
func (p *plainReader) forFilter() bool { return !p.word("if") || p.expression(true) }

// traversal reads .name, .0, .*, [0], [*] and the like after a value, without blanks.
func (p *plainReader) traversal() bool {
	hasStar := false // .* takes no other .* after it
	for {
		switch first := p.ahead(0); {
		case first == '.' && p.isEllipsis():
			return true
		case first == '.' && p.ahead(1) == '*':
			p.pos += 2
			p.chain++
			if hasStar {
				return false
			}
			hasStar = true
		case first == '.':
			p.pos++
			if !p.attribute() {
				return false
			}
		case first == '[':
			p.pos++
			if !p.index() {
				return false
			}
		default:
			return true
		}
	}
}

// attribute reads a name after a dot, or the number of an item.
func (p *plainReader) attribute() bool {
	if !isDigit(p.ahead(0)) {
		return p.name() != nil
	}
	p.digits()
	next := p.ahead(1)
	isFraction := p.ahead(0) == '.' && (isDigit(next) || next|0x20 == 'e')
	return !isFraction
}

// index reads what stands in square brackets after a value.
func (p *plainReader) index() bool {
	if p.take('*') {
		p.chain++
		return p.take(']')
	}
	return p.expression(true) && p.take(']')
}
