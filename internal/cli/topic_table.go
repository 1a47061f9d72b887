package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	// helpWidth is how wide the text of help topics is, in columns.
	helpWidth = 100
	// lastColumn is how narrow the last column of a table may become.
	lastColumn = 30
	columnGap  = 2
)

// writeTable writes rows, the first of which is the head, in aligned columns. The last column is
// wrapped. Where the others leave it no room, each row is a paragraph with the names of its cells.
func writeTable(out *strings.Builder, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	widths := make([]int, len(rows[0])-1) // of all columns but the last
	room := helpWidth
	for i := range widths {
		for _, row := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i])+columnGap)
		}
		room -= widths[i]
	}
	if room < lastColumn {
		writeParagraphs(out, rows)
		return
	}
	for _, row := range rows {
		var head strings.Builder
		for i, w := range widths {
			fmt.Fprintf(&head, "%-*s", w, row[i])
		}
		hang(out, head.String(), row[len(widths)])
	}
}

func writeParagraphs(out *strings.Builder, rows [][]string) {
	for _, row := range rows[1:] {
		out.WriteString(row[0] + "\n")
		for i, cell := range row[1:] {
			if cell != "" {
				hang(out, "    "+rows[0][i+1]+": ", cell)
			}
		}
	}
}

// hang writes words after a head, further lines below them.
func hang(out *strings.Builder, head, words string) {
	indent := utf8.RuneCountInString(head)
	line := head
	for i, word := range strings.Fields(words) {
		used := utf8.RuneCountInString(line)
		switch {
		case i == 0:
			line += word
		case used+1+utf8.RuneCountInString(word) > helpWidth:
			out.WriteString(strings.TrimRight(line, " ") + "\n")
			line = strings.Repeat(" ", indent) + word
		default:
			line += " " + word
		}
	}
	out.WriteString(strings.TrimRight(line, " ") + "\n")
}
