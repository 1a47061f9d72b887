package locate

import (
	"slices"
	"strings"
)

// value is what a label introduces.
type value struct {
	// text is the value without the quotes around it.
	text string
	// rest is the text from the start of the value to the end of its line. The value
	// may end elsewhere in it, if text matches nothing.
	rest string
	// loose is set if the end of text is uncertain.
	loose bool
}

// ending is where a value ends.
type ending struct {
	value     int // end of the value
	reference int // end of the reference so far
	// next is the label that continues the reference, or noLabel.
	next int
	// closed is set at the reference's own closing bracket.
	closed bool
}

// noLabel is not a label that continues a reference: the first one begins it.
const noLabel = 0

// separators stand between a value and the next label.
const separators = " ,;|"

// maxRest bounds in how much text the end of a value is searched, in bytes.
const maxRest = 1024

// value reads the value of label n of the reference r. closer is the bracket that
// closes the reference, 0 for one without brackets.
func (p *parser) value(n int, closer byte, r *reference) (value, ending) {
	from := p.skipSpace(p.labels[n].end)
	rest := p.text[from:min(p.lineEnd(from), from+maxRest)]
	if end, ok := p.quoteEnd(from, closer); ok {
		e := p.valueEnd(end+1, n, closer, r)
		if e.next == noLabel && !e.closed {
			e.reference = end + 1
		}
		return value{text: p.text[from+1 : end], rest: rest[1:]}, e
	}
	e := p.valueEnd(from, n, closer, r)
	v := value{text: strings.TrimSpace(p.text[from:e.value]), rest: rest}
	if e.next != noLabel && !strings.ContainsAny(p.text[e.value:p.labels[e.next].start], ",;|") {
		v.text = withoutConnective(v.text)
	}
	v.loose = closer == 0 || !e.closed && (e.next == noLabel || p.labels[e.next].kind == labelBranch)
	return v, e
}

// valueEnd ends the value of label n, which starts at from, at the next label, at
// the bracket that closes the reference, or at the end of the line.
func (p *parser) valueEnd(from, n int, closer byte, r *reference) ending {
	end := p.lineEnd(from)
	next := p.labelFrom(from)
	goesOn := next < len(p.labels) && p.labels[next].kind != p.labels[n].kind && !r.has(p.labels[next].kind)
	if next < len(p.labels) && p.lineEnd(p.labels[next].start) == end {
		end = len(strings.TrimRight(p.text[:p.labels[next].start], separators))
		if closerOf(p.text[end-1]) != 0 { // another reference opens
			end, goesOn = len(strings.TrimRight(p.text[:end-1], separators)), false
		}
		end = max(end, from)
	} else if goesOn {
		goesOn = p.labels[next].start == p.skipLineBreaks(end)
	}
	e := ending{value: end, reference: end}
	if at, ok := closing(p.text[from:end], closer, goesOn); ok {
		e.value, e.reference, e.closed = from+at, from+at, closer != 0
		if e.closed {
			e.reference++
		}
		return e
	}
	if goesOn {
		e.next = next
	}
	return e
}

// closing finds the bracket that ends a value: closer or, without brackets around
// the reference, any closing bracket. Brackets that open in the value, and quotes
// in them, are skipped. If they don't balance, closer at the end of the text counts,
// unless the reference goes on after it.
func closing(text string, closer byte, goesOn bool) (int, bool) {
	depth := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case depth == 0 && (c == closer || closer == 0 && isCloser(c)):
			return i, true
		case c == '[' || c == '(' || c == '{':
			depth++
		case isCloser(c):
			depth = max(0, depth-1)
		case depth > 0 && isQuote(c):
			if n := strings.IndexByte(text[i+1:min(len(text), i+maxQuote)], c); n >= 0 {
				i += n + 1
			}
		}
	}
	text = strings.TrimRight(text, " .")
	return len(text) - 1, closer != 0 && !goesOn && strings.HasSuffix(text, string(closer))
}

// withoutConnective drops the word that joins "Ref: X in File: Y".
func withoutConnective(text string) string {
	for _, word := range []string{" in", " and", " of", " from", " at", " -"} {
		if head, ok := strings.CutSuffix(text, word); ok {
			return head
		}
	}
	return strings.TrimRight(text, separators)
}

// quoteEnd finds the quote that ends the value which begins with a quote at from:
// it stands outside brackets and before something that can follow a value.
func (p *parser) quoteEnd(from int, closer byte) (int, bool) {
	if from >= len(p.text) || !isQuote(p.text[from]) {
		return 0, false
	}
	depth := 0
	for i := from + 1; i < min(p.lineEnd(from), from+maxRest); i++ {
		switch c := p.text[i]; {
		case c == p.text[from] && depth == 0 && p.canFollow(i+1, closer):
			return i, true
		case c == '[' || c == '(' || c == '{':
			depth++
		case isCloser(c) && depth > 0:
			depth--
		}
	}
	return 0, false
}

// canFollow reports whether the text at i can follow a value.
func (p *parser) canFollow(i int, closer byte) bool {
	if i >= len(p.text) || strings.IndexByte(" \n,;|.", p.text[i]) >= 0 {
		return true
	}
	return p.text[i] == closer || closer == 0 && isCloser(p.text[i])
}

// labelFrom returns the first label that starts at i or later; len(p.labels) if
// there is none.
func (p *parser) labelFrom(i int) int {
	n, _ := slices.BinarySearchFunc(p.labels, i, func(l label, at int) int { return l.start - at })
	return n
}

func (p *parser) skipBlanks(i int) int {
	for i < len(p.text) && p.text[i] == ' ' {
		i++
	}
	return i
}

// skipSpace skips blanks and up to two line breaks, as <p> makes them.
func (p *parser) skipSpace(i int) int {
	for range 2 {
		i = p.skipBlanks(i)
		if i < len(p.text) && p.text[i] == '\n' {
			i++
		}
	}
	return p.skipBlanks(i)
}

// skipLineBreaks skips space and a comma before a label: the name before it may end in
// a line break.
func (p *parser) skipLineBreaks(i int) int {
	i = p.skipSpace(i)
	if p.text[i] == ',' {
		i = p.skipSpace(i + 1)
	}
	return i
}

// lineStart returns where the line of position i starts.
func (p *parser) lineStart(i int) int {
	n, found := slices.BinarySearch(p.lines, i)
	if !found {
		n--
	}
	return p.lines[n]
}

// lineEnd returns where the line of position i ends, without its line break.
func (p *parser) lineEnd(i int) int {
	n, _ := slices.BinarySearch(p.lines, i+1)
	if n < len(p.lines) {
		return p.lines[n] - 1
	}
	return len(p.text)
}
