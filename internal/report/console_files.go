package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// maxFiles is how many files are counted one by one.
const maxFiles = 12

// files counts all findings by file, those of the worst problems too, so that the sums are those of
// the verdict.
func (c consoleReport) files(all []*file) {
	columns := columnsOf(all)
	room := c.Width()
	for _, col := range columns {
		room -= col.width
	}
	t := fileTable{c, columns, max(room, 20)}
	head := []console.Span{bold(pad("All findings by file", t.room))}
	for _, col := range columns {
		head = append(head, dim(fmt.Sprintf("%*s", col.width, col.severity)))
	}
	c.Line(head...)
	named := all[:min(maxFiles, len(all))]
	for _, f := range named {
		t.row(console.Plain, cmp.Or(showPath(f.path), "without a line"), f.counts)
	}
	if more := all[len(named):]; len(more) > 0 {
		var rest counts
		for _, f := range more {
			rest.addAll(f.counts)
		}
		t.row(console.Dim, plural(len(more), "more file", "more files"), rest)
	}
	c.Line()
}

// fileTable is a table of files with a column for each severity that occurs.
type fileTable struct {
	consoleReport
	columns []column
	room    int // of the first column
}

func (t fileTable) row(style console.Style, name string, n counts) {
	spans := []console.Span{{Text: pad(name, t.room), Style: style}}
	for _, col := range t.columns {
		number := dim(fmt.Sprintf("%*s", col.width, "·"))
		if n[col.severity] > 0 {
			number = console.Span{Text: fmt.Sprintf("%*d", col.width, n[col.severity]), Style: severityStyle(col.severity)}
		}
		spans = append(spans, number)
	}
	t.Line(spans...)
}

// column is a severity in a table of files.
type column struct {
	severity result.Severity
	width    int
}

// columnsOf returns a column for each severity that occurs, wide enough for all its numbers.
func columnsOf(files []*file) []column {
	var sum counts
	for _, f := range files {
		sum.addAll(f.counts)
	}
	var some []column
	for _, s := range severities() {
		if sum[s] > 0 {
			some = append(some, column{s, 2 + max(len(s.String()), len(fmt.Sprint(sum[s])))})
		}
	}
	return some
}

// pad makes s exactly width columns. A path that is too long keeps its end, which
// distinguishes files.
func pad(s string, width int) string {
	s = text.TruncateStart(console.Clean(s), width)
	return s + strings.Repeat(" ", width-text.Width(s))
}
