package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	// maxFiles is how many files are counted one by one.
	maxFiles = 12
	// maxPlaces is how many places of one problem are named.
	maxPlaces = 3
)

// worstProblems writes the worst problems whole and counts all findings by file.
func (c consoleReport) worstProblems() {
	all := c.problems()
	worst := all[:min(maxListed, len(all))]
	if note := c.crossedNote(); note != "" {
		c.Line(bold(note))
	}
	if len(all) > len(worst) {
		c.Line(bold(fmt.Sprintf("The %d worst of %d problems", len(worst), len(all))), dim("  (-v shows all)"))
		c.Line()
	} else if c.crossedNote() != "" {
		c.Line()
	}
	for _, p := range worst {
		c.problem(p)
	}
	if len(all) > len(worst) {
		c.files(filesOf(c.entries()))
	}
}

// problem writes what the problem is, where it lies, and how to fix it.
func (c consoleReport) problem(p *problem) {
	f := p.worst()
	head := []console.Span{{Text: fmt.Sprintf("%-8s", strings.ToUpper(f.Severity.String())), Style: severityStyle(f.Severity)}, console.Text("  ")}
	indent := []console.Span{console.Text(strings.Repeat(" ", 10))}
	c.Hang(head, bold(title(f)))
	if f.Image != "" {
		c.Hang(indent, severitySpans(p.counts)...)
	}
	lines := p.placeLines()
	if f.RawSeverity != "" {
		lines = append(lines, rawSeverityNote(f))
	}
	for _, line := range append(lines, says(f), findingNote(f), waivedNote(p.findings), knownNote(p.findings), f.Link) {
		if line != "" {
			c.Hang(indent, dim(line))
		}
	}
	c.Hang(append(indent, console.Text("fix: ")), console.Text(p.shortFix()))
	if command := waiveCommand(p.findings, maxPlaces); command != "" {
		c.Line(append(indent, dim("waive: "), dim(command))...) // whole, to be copied
	}
	c.Line()
}

// placeLines names the places of a problem, one a line: "file:line · resource".
func (p *problem) placeLines() []string {
	var all []string
	for _, e := range p.entries() {
		f := e.worst()
		lines := places(placesOf(f))
		switch {
		case len(lines) > 0:
		case len(f.Candidates) > 0:
			lines = []string{enumerate("one of ", places(f.Candidates), maxPlaces)}
		default:
			lines = []string{placeText(f)}
		}
		for _, line := range lines {
			all = append(all, joinNonEmpty(" · ", line, f.Resource))
		}
	}
	all = countRepeated(all)
	if more := len(all) - maxPlaces; more > 0 {
		all = append(all[:maxPlaces], "and "+plural(more, "more place", "more places"))
	}
	return all
}

// countRepeated keeps each line once, with the number of times it occurs.
func countRepeated(lines []string) []string {
	times := map[string]int{}
	var once []string
	for _, line := range lines {
		if times[line]++; times[line] == 1 {
			once = append(once, line)
		}
	}
	for i, line := range once {
		if n := times[line]; n > 1 {
			once[i] = fmt.Sprintf("%s (%d times)", line, n)
		}
	}
	return once
}

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
		t.row(console.Plain, cmp.Or(f.path, "without a line"), f.counts)
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
