package tree

import (
	"bytes"
	"slices"

	"go.yaml.in/yaml/v3"
)

// lineIndex finds where a YAML block ends; the parser knows only where it begins.
// Lines are 1-based.
type lineIndex struct {
	content []byte
	// lines holds the numbers of the lines with content, and offsets where they
	// begin. Empty lines, comments and document markers have none.
	lines, offsets []int32
	count          int // the number of lines, at least 1
}

func indexLines(content []byte) *lineIndex {
	ix := &lineIndex{content: content}
	offset := 0
	for line := range bytes.Lines(content) {
		ix.count++
		if !isBlank(line) {
			ix.lines = append(ix.lines, int32(ix.count))
			ix.offsets = append(ix.offsets, int32(offset))
		}
		offset += len(line)
	}
	ix.count = max(ix.count, 1)
	return ix
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

// upTo is the number of lines with content up to a line.
func (ix *lineIndex) upTo(line int) int {
	n, _ := slices.BinarySearch(ix.lines, int32(line)+1)
	return n
}

// end is the last line in [start, limit] with content, start if there is none.
func (ix *lineIndex) end(start, limit int) int {
	n := ix.upTo(min(limit, ix.count))
	if n == 0 {
		return start
	}
	return max(start, int(ix.lines[n-1]))
}

// documentEnd is the last line of the document that begins on line start.
func (ix *lineIndex) documentEnd(start int) int {
	number := start - 1
	for line := range bytes.Lines(ix.text(start)) {
		if number++; number > start && isMarkerLine(line) {
			return number - 1
		}
	}
	return ix.count
}

// isMarkerLine reports whether a line begins with a document marker. A value may
// follow it.
func isMarkerLine(line []byte) bool {
	if !bytes.HasPrefix(line, []byte("---")) && !bytes.HasPrefix(line, []byte("...")) {
		return false
	}
	return len(line) == 3 || bytes.IndexByte([]byte(" \t\r\n"), line[3]) >= 0
}

// text is the content from the start of a line on, nil if the line has none.
func (ix *lineIndex) text(line int) []byte {
	n := ix.upTo(line)
	if n == 0 || int(ix.lines[n-1]) != line {
		return nil
	}
	return ix.content[ix.offsets[n-1]:]
}

// scalarEnd is the last line of a block scalar whose header is on line start. What
// belongs to it is decided by the indentation of its first line: a line that
// begins with # is text.
func (ix *lineIndex) scalarEnd(start, limit int) int {
	end, indent, number := start, -1, start-1
	for line := range bytes.Lines(ix.text(start)) {
		if number++; number > limit {
			break
		}
		text := bytes.TrimLeft(line, " ")
		if number == start || len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		own := len(line) - len(text)
		if indent < 0 {
			indent = own
		}
		if own < indent {
			break
		}
		end = number
	}
	return max(end, ix.end(start, limit))
}

// item is the first line of an item of a list. Its dash may stand alone on a line before, which may
// have a comment.
func (ix *lineIndex) item(y *yaml.Node) int {
	line := ix.clamp(y.Line)
	n := ix.upTo(line)
	if n < 2 || leadingSpaces(ix.text(line)) != y.Column-1 {
		return line
	}
	before, _, _ := bytes.Cut(ix.content[ix.offsets[n-2]:], []byte("\n"))
	if isDash(before) {
		return int(ix.lines[n-2])
	}
	return line
}

// isDash reports whether a line is a dash with at most a comment.
func isDash(line []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("-"))
	text := bytes.TrimSpace(rest)
	return ok && (len(text) == 0 || text[0] == '#' && len(text) < len(rest))
}

// clamp returns the nearest line of the file: parsers put the end of the text on
// the line after the last.
func (ix *lineIndex) clamp(line int) int { return max(1, min(line, ix.count)) }
