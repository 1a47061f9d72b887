package tree

import "bytes"

// lineIndex knows which lines of a file carry something, to find where a YAML
// block ends: the parser tells starts only.
type lineIndex struct {
	// void marks blank lines, comments and document markers; index 0 is line 1.
	void []bool
	// text holds the lines themselves, to find where a block scalar ends.
	text [][]byte
	// dash holds the lines that are a dash and nothing else: the list item that
	// begins there has its content, and so its position, on a later line.
	dash map[int]bool
}

func indexLines(content []byte) *lineIndex {
	ix := &lineIndex{void: make([]bool, 0, bytes.Count(content, []byte("\n"))+1), dash: map[int]bool{}}
	for len(content) > 0 {
		line := content
		if i := bytes.IndexByte(content, '\n'); i >= 0 {
			line, content = content[:i], content[i+1:]
		} else {
			content = nil
		}
		ix.void, ix.text = append(ix.void, voidLine(line)), append(ix.text, line)
		if text := bytes.TrimSpace(line); len(text) == 1 && text[0] == '-' {
			ix.dash[len(ix.void)] = true
		}
	}
	if len(ix.void) == 0 {
		ix.void, ix.text = append(ix.void, true), append(ix.text, nil)
	}
	return ix
}

// StartsList reports whether a YAML text is a list, by its first line that is not
// a comment, marker or directive.
func StartsList(content []byte) bool {
	for line := range bytes.Lines(content) {
		line = bytes.TrimRight(line, "\r\n")
		if voidLine(line) || line[0] == '%' {
			continue
		}
		text := bytes.TrimSpace(line)
		return text[0] == '-' && (len(text) == 1 || text[1] == ' ')
	}
	return false
}

func voidLine(line []byte) bool {
	text := bytes.TrimSpace(line)
	if len(text) == 0 || text[0] == '#' {
		return true
	}
	return bytes.HasPrefix(line, text) && isMarker(text)
}

// isMarker tells the lines --- and ... with nothing but a comment after them.
func isMarker(text []byte) bool {
	for _, m := range [][]byte{[]byte("---"), []byte("...")} {
		if rest, ok := bytes.CutPrefix(text, m); ok {
			rest = bytes.TrimSpace(rest)
			return len(rest) == 0 || rest[0] == '#'
		}
	}
	return false
}

// count is the number of lines, at least 1.
func (ix *lineIndex) count() int { return len(ix.void) }

// end is the last line in [start, limit] that carries something, start if none.
func (ix *lineIndex) end(start, limit int) int {
	limit = min(limit, ix.count())
	for limit > start && ix.void[limit-1] {
		limit--
	}
	return max(start, limit)
}

// scalarEnd is the last line of the block scalar whose header stands on line
// start. In it, a line that begins with # is text like any other: the indentation
// of the first line tells what belongs to it.
func (ix *lineIndex) scalarEnd(start, limit int) int {
	end, indent := start, -1
	for n := start + 1; n <= min(limit, ix.count()); n++ {
		text := bytes.TrimLeft(ix.text[n-1], " ")
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		in := len(ix.text[n-1]) - len(text)
		if indent < 0 {
			indent = in
		}
		if in < indent {
			break
		}
		end = n
	}
	return max(end, ix.end(start, limit))
}

// item is the first line of a list item whose content begins at line.
func (ix *lineIndex) item(line int) int {
	if ix.dash[line-1] {
		return line - 1
	}
	return line
}

// clamp forces a line number into the file: parsers put the end of the text on a
// line after the last.
func (ix *lineIndex) clamp(line int) int { return max(1, min(line, ix.count())) }
