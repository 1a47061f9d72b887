package tree

import "bytes"

// lineIndex finds where a YAML block ends; the parser knows only where it begins.
// Lines are 1-based.
type lineIndex struct {
	// text holds the lines, and blank marks those that carry no content: empty
	// lines, comments and document markers. Index 0 is line 1.
	text  [][]byte
	blank []bool
	// dash holds the lines with a dash alone: the content of the list item, and so
	// its position, is on a later line.
	dash map[int]bool
}

func indexLines(content []byte) *lineIndex {
	ix := &lineIndex{dash: map[int]bool{}}
	for line := range bytes.Lines(content) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		ix.text, ix.blank = append(ix.text, line), append(ix.blank, isBlank(line))
		if string(bytes.TrimSpace(line)) == "-" {
			ix.dash[len(ix.text)] = true
		}
	}
	if len(ix.text) == 0 {
		ix.text, ix.blank = [][]byte{nil}, []bool{true}
	}
	return ix
}

// StartsList reports whether a YAML text is a list, by its first line that is not
// a comment, marker or directive.
func StartsList(content []byte) bool {
	for line := range bytes.Lines(content) {
		if isBlank(line) || line[0] == '%' {
			continue
		}
		text := bytes.TrimSpace(line)
		return text[0] == '-' && (len(text) == 1 || text[1] == ' ')
	}
	return false
}

// isBlank reports whether a line is empty, a comment or a document marker.
func isBlank(line []byte) bool {
	text := bytes.TrimSpace(line)
	if len(text) == 0 || text[0] == '#' {
		return true
	}
	return bytes.HasPrefix(line, text) && isMarker(text)
}

// isMarker reports whether a line is --- or ... with at most a comment.
func isMarker(text []byte) bool {
	for _, marker := range [...]string{"---", "..."} {
		if rest, ok := bytes.CutPrefix(text, []byte(marker)); ok {
			rest = bytes.TrimSpace(rest)
			return len(rest) == 0 || rest[0] == '#'
		}
	}
	return false
}

// count is the number of lines, at least 1.
func (ix *lineIndex) count() int { return len(ix.text) }

// end is the last line in [start, limit] with content, start if there is none.
func (ix *lineIndex) end(start, limit int) int {
	limit = min(limit, ix.count())
	for limit > start && ix.blank[limit-1] {
		limit--
	}
	return max(start, limit)
}

// scalarEnd is the last line of a block scalar whose header is on line start. What
// belongs to it is decided by the indentation of its first line: a line that
// begins with # is text.
func (ix *lineIndex) scalarEnd(start, limit int) int {
	end, indent := start, -1
	for n := start + 1; n <= min(limit, ix.count()); n++ {
		text := bytes.TrimLeft(ix.text[n-1], " ")
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		own := len(ix.text[n-1]) - len(text)
		if indent < 0 {
			indent = own
		}
		if own < indent {
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

// clamp returns the nearest line of the file: parsers put the end of the text on
// the line after the last.
func (ix *lineIndex) clamp(line int) int { return max(1, min(line, ix.count())) }
