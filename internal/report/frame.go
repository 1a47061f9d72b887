package report

import (
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// mark says why a frame points at a line.
type mark string

const (
	notMarked mark = ""
	// markHere is the certain line: that of the location.
	markHere mark = "here"
	// markLikely is a line that may hold the fault.
	markLikely mark = "likely"
)

// label is what stands beside the mark, "" for the certain line.
func (m mark) label() string {
	if m == markLikely {
		return "likely"
	}
	return ""
}

// frameLine is a line of the file that a finding lies in.
type frameLine struct {
	number int
	text   string
	mark   mark
}

// frameOf shows what stands at a finding's first location, nil where only the file is known: a mark
// on its first line would blame a line that was not named.
func frameOf(f *result.Finding) []frameLine {
	l := firstLocation(f)
	if l.Snippet == nil || f.Placement == result.PlacedFile {
		return nil
	}
	lines := make([]frameLine, l.Snippet.Lines.Len())
	for i, line := range l.Snippet.Lines.All() {
		n := l.Snippet.Start + i
		lines[i] = frameLine{n, line, markOf(l, n)}
	}
	return lines
}

// markOf decides the mark of a line, for all formats that show frames.
func markOf(l *result.Location, line int) mark {
	switch line {
	case l.Line:
		return markHere
	case l.Likely:
		return markLikely
	}
	return notMarked
}

// likelyLine is the line that may hold the fault, nil if none is known.
func likelyLine(f *result.Finding) *result.Location {
	l := firstLocation(f)
	if l.Likely == 0 || l.Likely == l.Line {
		return nil
	}
	return &result.Location{Path: l.Path, Line: l.Likely}
}

// likelyLead begins a likelyNote.
const likelyLead = "likely line "

// likelyNote names the line that may hold the fault, with its text as far as it is known, for
// formats without frames.
func likelyNote(f *result.Finding) string {
	at := likelyLine(f)
	if at == nil {
		return ""
	}
	note := likelyLead + strconv.Itoa(at.Line)
	for _, l := range frameOf(f) {
		if l.mark == markLikely {
			note += ": " + text.Fold(l.text)
		}
	}
	return note
}

// shortFrame keeps the marked lines and, after the first of them, as many others as make n lines.
func shortFrame(lines []frameLine, n int) []frameLine {
	room := n
	for _, l := range lines {
		if l.mark != notMarked {
			room--
		}
	}
	var short []frameLine
	for _, l := range lines {
		if l.mark == notMarked {
			if len(short) == 0 || room <= 0 || strings.TrimSpace(l.text) == "" {
				continue
			}
			room--
		}
		short = append(short, l)
	}
	return short
}
