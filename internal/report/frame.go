package report

import (
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// mark says why a frame points at a line.
type mark string

const (
	notMarked mark = ""
	// markHere is the certain line: that of the location.
	markHere mark = "here"
)

// frameLine is a line of the file that a finding lies in.
type frameLine struct {
	number int
	text   string
	mark   mark
}

// frameOf shows what stands at a finding's first location, nil where only the file is known: a mark
// on its first line would accuse a line that nobody named.
func frameOf(f *result.Finding) []frameLine {
	l := firstLocation(f)
	if l.Snippet == nil || f.Placement == result.PlacedFile {
		return nil
	}
	lines := make([]frameLine, len(l.Snippet.Lines))
	for i, text := range l.Snippet.Lines {
		n := l.Snippet.Start + i
		lines[i] = frameLine{n, text, markOf(l, n)}
	}
	return lines
}

// markOf decides the mark of a line, for all formats that show frames.
func markOf(l *result.Location, line int) mark {
	if line == l.Line {
		return markHere
	}
	return notMarked
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
