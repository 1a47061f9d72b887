package tree

import "bytes"

// blockText reads a text after | or > in a block at a column, and is at the end of its last line
// then. It returns nil for one that is empty, or not plain.
func (p *plainReader) blockText(column int) *Node {
	head := p.src[p.pos:p.end]
	n := p.node(String)
	chomping := head[1:]
	if len(chomping) > 1 || len(chomping) == 1 && chomping[0] != '-' && chomping[0] != '+' {
		return nil
	}
	lines, ok := p.textLines(column)
	if !ok {
		return nil
	}
	text := bytes.Join(lines, []byte("\n"))
	if head[0] == '>' {
		text = folded(lines)
	}
	n.Text, n.Range.End = chomped(text, chomping), p.last
	p.pos = p.end
	return n
}

// textLines returns the lines of a text after | or >, without their indentation. ok is false for a
// text that is empty, or not plain.
func (p *plainReader) textLines(column int) (lines [][]byte, ok bool) {
	indent := 0 // of the first line that is not empty
	for p.next < len(p.src) {
		length := bytes.IndexByte(p.src[p.next:], '\n')
		if length < 0 {
			return nil, false
		}
		line := p.src[p.next : p.next+length]
		spaces := leadingSpaces(line)
		isEmpty := spaces == len(line)
		switch {
		case !isEmpty && spaces <= column:
			return lines, indent > 0
		case isEmpty && indent == 0 && spaces > 0, !isEmpty && spaces < indent:
			return nil, false
		case !isEmpty && indent == 0:
			indent = spaces
		}
		lines = append(lines, line[min(indent, len(line)):])
		if p.takeLine(); !isEmpty {
			p.last = p.line
		}
	}
	return lines, indent > 0
}

// chomped ends a text after | or > as YAML does: with its line breaks for +, without any for -,
// and else with one.
func chomped(text, how []byte) string {
	if string(how) == "+" {
		return string(text) + "\n"
	}
	text = bytes.TrimRight(text, "\n")
	if len(how) == 0 {
		return string(text) + "\n"
	}
	return string(text)
}

// folded joins the lines of a text after >: a line break between two lines is a space, unless one
// of them is indented further. Of several line breaks, the first is dropped.
func folded(lines [][]byte) []byte {
	var text []byte
	isFirst, wasIndented := true, false
	breaks := 0
	for _, line := range lines {
		if len(line) == 0 {
			breaks++
			continue
		}
		isIndented := line[0] == ' '
		switch joins := !isFirst && !isIndented && !wasIndented; {
		case joins && breaks == 1:
			text = append(text, ' ')
		case joins:
			breaks--
			fallthrough
		default:
			text = append(text, bytes.Repeat([]byte("\n"), breaks)...)
		}
		text = append(text, line...)
		isFirst, wasIndented, breaks = false, isIndented, 1
	}
	return append(text, bytes.Repeat([]byte("\n"), breaks-1)...)
}
