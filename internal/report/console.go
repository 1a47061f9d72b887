package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// briefly is how many entries of a list are named before the rest is counted.
const briefly = 5

// unansweredRows is the same for targets without an answer, which matter most.
const unansweredRows = 50

// consoleReport writes for people: the worst findings with what fixes them, all
// of them counted by file, what has no answer, what else to know, and a table.
type consoleReport struct {
	*console.Printer
	r *result.Result
	o Options
}

func writeConsole(w io.Writer, r *result.Result, o Options) error {
	c := consoleReport{console.NewPrinter(w, o.Color, o.Width), r, o}
	c.findings()
	c.unanswered()
	c.remarks()
	c.table()
	if o.VerdictLine {
		c.Line()
		c.Hang([]console.Span{console.Text("scangate: ")}, console.Span{Text: r.Verdict.Line, Style: console.Bold})
	}
	return c.Err()
}

func (c consoleReport) findings() {
	shown, hidden := visible(c.r.Findings, c.o)
	switch {
	case len(shown) == 0 && hidden.empty():
		c.Line(console.Text(noFindings(c.r)))
		c.Line()
	case c.o.Verbose:
		for _, g := range groups(shown) {
			c.group(g)
		}
	default:
		c.brief(shown)
	}
	if !hidden.empty() {
		c.Hang([]console.Span{console.Text("Not shown, below " + c.o.MinSeverity.String() + ": ")}, console.Text(hidden.String()))
		c.Line()
	}
	if note := notCounted(c.r); note != "" {
		c.Hang(nil, console.Text(note))
		c.Line()
	}
}

func (c consoleReport) group(g *group) {
	c.heading(cmp.Or(g.path, "Without a line in this repository"), g.counts.String())
	digits := 4
	for _, it := range g.items {
		digits = max(digits, len(fmt.Sprint(it.line)))
	}
	for _, it := range g.items {
		c.item(it, digits)
	}
	c.Line()
}

// heading writes a group's name, and its counts beside it or, where there is no
// room, below.
func (c consoleReport) heading(name, n string) {
	if text.Width(console.Clean(name))+2+text.Width(n) <= c.Width() {
		c.Line(bold(name), dim("  "+n))
		return
	}
	c.Hang(nil, bold(name))
	c.Hang([]console.Span{console.Text("  ")}, dim(n))
}

// item writes one entry: line, severity and what it is, then dimmed what is
// needed to find and to name it.
func (c consoleReport) item(it *item, digits int) {
	line := ""
	if it.line > 0 {
		line = fmt.Sprint(it.line)
	}
	f := it.first()
	head := []console.Span{
		console.Text(fmt.Sprintf("%*s  ", digits, line)),
		{Text: fmt.Sprintf("%-8s", strings.ToUpper(f.Severity.String())), Style: severityStyle(f.Severity)},
		console.Text("  "),
	}
	indent := []console.Span{console.Text(strings.Repeat(" ", digits+12))}
	if f.Image != "" {
		c.Hang(head, console.Text(f.Image))
		c.Hang(indent, c.severities(it.counts)...)
	} else {
		c.Hang(head, console.Text(cmp.Or(f.Summary, f.Rule)))
	}
	for _, line := range c.below(it, c.Width()-digits-12) {
		c.Hang(indent, dim(line))
	}
}

// below lists the lines under an entry, of which each had better fit room.
func (c consoleReport) below(it *item, room int) []string {
	f := it.first()
	var lines []string
	if f.Image == "" {
		lines = append(lines, nameLines(f, room)...)
	}
	if f.RawSeverity != "" {
		lines = append(lines, fmt.Sprintf("the service's severity is %q", f.RawSeverity))
	}
	if f.Image == "" && (c.o.Verbose || f.Resource == "" && !f.Placed()) {
		lines = append(lines, strings.Split(f.Details, "\n")...)
	}
	if f.Unplanned {
		lines = append(lines, "not planned: the service named it")
	}
	lines = append(lines, cloudLines(f)...)
	lines = append(lines, f.Note)
	if f.Placement == result.PlacedAmbiguous {
		lines = append(lines, listed("one of ", places(f.Candidates), c.limit()))
	}
	lines = append(lines, listed("also at ", places(it.also), c.limit()))
	return slices.DeleteFunc(lines, func(s string) bool { return strings.TrimSpace(s) == "" || s == f.Summary })
}

// nameLines writes resource and rule on one line, or on two where it is narrow.
func nameLines(f *result.Finding, room int) []string {
	one := joinNonEmpty(" · ", f.Resource, f.Rule)
	if text.Width(one) <= room {
		return []string{one}
	}
	return []string{f.Resource, f.Rule}
}

// severities colours each number of an image's row.
func (c consoleReport) severities(n counts) []console.Span {
	var spans []console.Span
	for _, s := range ranked() {
		if n[s] == 0 {
			continue
		}
		if len(spans) > 0 {
			spans = append(spans, dim(" · "))
		}
		spans = append(spans, console.Span{Text: fmt.Sprintf("%s %d", s, n[s]), Style: severityStyle(s)})
	}
	return spans
}

// unanswered lists the rows without an answer by their reason: what can't be
// known, why, and what a person can do about it.
func (c consoleReport) unanswered() {
	reasons := unansweredBy(c.r.Ledger)
	if len(reasons) == 0 {
		return
	}
	v := c.r.Verdict
	c.Line(console.Span{Text: fmt.Sprintf("No answer for %d of %d targets", v.Failed, v.Planned), Style: console.BoldRed})
	for _, rows := range reasons {
		c.reason(rows)
	}
	c.Line()
}

func (c consoleReport) reason(rows []result.Row) {
	first := rows[0]
	c.Hang([]console.Span{console.Text("  ")}, console.Text(cmp.Or(first.Reason, string(first.Cause), "the run ended before it was asked for")))
	limit := min(max(c.limit(), unansweredRows), len(rows))
	for _, row := range rows[:limit] {
		c.Hang([]console.Span{dim(fmt.Sprintf("    %-10s  ", row.Target.Kind))}, console.Text(row.Target.Name), dim(submissions(row)))
	}
	if more := len(rows) - limit; more > 0 {
		c.Line(dim(fmt.Sprintf("    and %d more", more)))
	}
	if first.Fix != "" {
		c.Hang([]console.Span{console.Text("    → ")}, console.Text(first.Fix))
	}
}

// remarks tells what blocks nothing but should be known.
func (c consoleReport) remarks() {
	for _, n := range c.r.Notices {
		at := ""
		if n.Path != "" {
			at = place(result.Location{Path: n.Path, Line: n.Line}) + ": "
		}
		c.Hang([]console.Span{{Text: "Notice: ", Style: console.Yellow}}, console.Text(at+n.Text))
	}
	for _, files := range notSent(c.r, c.limit()) {
		c.Hang([]console.Span{console.Text("Not sent: ")}, console.Text(files))
	}
	if skips := skippedBy(c.r.Ledger); skips != "" {
		c.Hang([]console.Span{console.Text("Skipped: ")}, console.Text(skips))
	}
	if c.r.Embedded {
		c.Hang([]console.Span{console.Text("Embedded: ")}, console.Text("findings in templates are true, image counts are sample data"))
	}
}

// table counts the ledger's rows per kind.
func (c consoleReport) table() {
	const format = "%-12s%9s%10s%8s%9s"
	kinds := ledgerByKind(c.r.Ledger)
	if len(kinds) == 0 {
		return
	}
	if len(c.r.Notices) > 0 || len(c.r.NotSent) > 0 || c.r.Embedded || skippedBy(c.r.Ledger) != "" {
		c.Line()
	}
	c.Line(bold(fmt.Sprintf(format, "", "planned", "answered", "failed", "skipped")))
	for _, k := range kinds {
		style := console.Plain
		if k.failed > 0 {
			style = console.Red
		}
		c.Line(console.Text(fmt.Sprintf("%-12s%9d%10d", k.kind, k.answered+k.failed, k.answered)),
			console.Span{Text: fmt.Sprintf("%8d", k.failed), Style: style}, console.Text(fmt.Sprintf("%9d", k.skipped)))
	}
}

// limit is how many entries of a list are named.
func (c consoleReport) limit() int {
	if c.o.Verbose {
		return 1 << 30
	}
	return briefly
}

func dim(s string) console.Span  { return console.Span{Text: s, Style: console.Dim} }
func bold(s string) console.Span { return console.Span{Text: s, Style: console.Bold} }

func severityStyle(s result.Severity) console.Style {
	switch s {
	case result.Critical:
		return console.BoldRed
	case result.High:
		return console.Red
	case result.Unknown:
		return console.Magenta
	case result.Medium:
		return console.Yellow
	case result.Low:
		return console.Cyan
	}
	return console.Dim
}
