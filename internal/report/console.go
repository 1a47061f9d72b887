package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// maxRows is how many targets without an answer are named: more than other entries, because they
// matter most.
const maxRows = 50

// consoleReport writes for people: the worst problems with their fixes, all findings counted by
// file, what has no answer, notices, and the ledger by kind.
type consoleReport struct {
	*console.Printer
	*Model
	o Options
}

func writeConsole(w io.Writer, m *Model, o Options) error {
	c := consoleReport{console.NewPrinter(w, o.Color, o.Width), m, o}
	c.findings()
	c.knownFindings()
	c.waivedFindings()
	c.unansweredGroups()
	c.notices()
	c.ledger()
	if o.VerdictLine {
		c.Line()
		c.Hang([]console.Span{console.Text("scangate: ")}, bold(m.result.Verdict.Line))
	}
	return c.Err()
}

func (c consoleReport) findings() {
	switch {
	case len(c.shown) == 0 && c.hidden.empty():
		c.Line(console.Text(c.noFindings()))
		c.Line()
	case c.o.Verbose:
		for _, f := range filesOf(c.entries()) {
			c.file(f)
		}
	default:
		c.worstProblems()
	}
	for _, note := range []string{c.deltaNote(), c.hiddenNote(), c.outsideNote()} {
		if note != "" {
			c.Hang(nil, console.Text(note))
			c.Line()
		}
	}
}

// file writes every entry of a file.
func (c consoleReport) file(f *file) {
	c.heading(cmp.Or(f.path, noPlace), f.counts.String())
	digits := 4
	for _, e := range f.entries {
		digits = max(digits, len(lineNumber(e)))
	}
	for _, e := range f.entries {
		c.entry(e, digits)
	}
	c.Line()
}

// heading writes a name and its counts beside it or, where there is no room, below.
func (c consoleReport) heading(name, counts string) {
	if text.Width(console.Clean(name))+2+text.Width(counts) <= c.Width() {
		c.Line(bold(name), dim("  "+counts))
		return
	}
	c.Hang(nil, bold(name))
	c.Hang([]console.Span{console.Text("  ")}, dim(counts))
}

// lineNumber is empty for an entry without a place.
func lineNumber(e entry) string {
	if line := firstLocation(e.worst()).Line; line > 0 {
		return fmt.Sprint(line)
	}
	return ""
}

// entry writes line number, severity and title, then, dimmed, what helps to find and to name the
// entry.
func (c consoleReport) entry(e entry, digits int) {
	f := e.worst()
	head := []console.Span{
		console.Text(fmt.Sprintf("%*s  ", digits, lineNumber(e))),
		{Text: fmt.Sprintf("%-8s", strings.ToUpper(f.Severity.String())), Style: severityStyle(f.Severity)},
		console.Text("  "),
	}
	indent := []console.Span{console.Text(strings.Repeat(" ", digits+12))}
	if f.Image != "" {
		c.Hang(head, console.Text(f.Image))
		c.Hang(indent, severitySpans(e.counts())...)
	} else {
		c.Hang(head, console.Text(cmp.Or(f.Summary, f.Rule)))
	}
	for _, line := range c.entryLines(e, c.Width()-digits-12) {
		c.Hang(indent, dim(line))
	}
	if command := waiveCommand(e.findings, math.MaxInt); command != "" {
		c.Line(append(indent, dim("waive: "), dim(command))...) // whole, to be copied
	}
}

// entryLines are the lines under an entry. Room is the width for which resource and rule share a
// line.
func (c consoleReport) entryLines(e entry, room int) []string {
	f := e.worst()
	var lines []string
	if f.Image == "" {
		lines = append(lines, resourceLines(f, room)...)
	}
	if f.RawSeverity != "" {
		lines = append(lines, rawSeverityNote(f))
	}
	if f.Image == "" {
		lines = append(lines, strings.Split(f.Details, "\n")...)
	}
	if f.Unplanned {
		lines = append(lines, "not planned: the service named it")
	}
	lines = append(lines, cloudLines(f)...)
	lines = append(lines, findingNote(f), waivedNote(e.findings), knownNote(e.findings))
	if f.Placement == result.PlacedAmbiguous {
		lines = append(lines, enumerate("one of ", places(f.Candidates), c.limit()))
	}
	lines = append(lines, enumerate("also at ", places(e.furtherPlaces()), c.limit()))
	return slices.DeleteFunc(lines, func(s string) bool {
		return strings.TrimSpace(s) == "" || f.Image == "" && s == f.Summary
	})
}

func rawSeverityNote(f *result.Finding) string {
	return fmt.Sprintf("the service's severity is %q", f.RawSeverity)
}

// resourceLines writes resource and rule on one line if it fits into room, else on two.
func resourceLines(f *result.Finding, room int) []string {
	one := joinNonEmpty(" · ", f.Resource, f.Rule)
	if text.Width(one) <= room {
		return []string{one}
	}
	return []string{f.Resource, f.Rule}
}

// severitySpans colours each number.
func severitySpans(n counts) []console.Span {
	var spans []console.Span
	for _, s := range severities() {
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

// waivedFindings lists what waivers cover, with who accepts it until when.
func (c consoleReport) waivedFindings() {
	if len(c.waived) == 0 {
		return
	}
	c.Line(bold(c.waivedHead()))
	listed := c.waived[:min(c.limit(), len(c.waived))]
	for _, f := range listed {
		c.Hang([]console.Span{console.Text("  ")}, console.Text(waivedTitle(f)))
		c.Hang([]console.Span{console.Text("    ")}, dim(c.waivedBy(f)))
	}
	if more := len(c.waived) - len(listed); more > 0 {
		c.Line(dim(fmt.Sprintf("  and %d more  (-v lists them)", more)))
	}
	c.Line()
}

// unansweredGroups lists the rows without an answer by cause, with their fix.
func (c consoleReport) unansweredGroups() {
	if len(c.unanswered) == 0 {
		return
	}
	v := c.result.Verdict
	c.Line(console.Span{Text: fmt.Sprintf("No answer for %d of %d targets", v.Failed, v.Planned), Style: console.BoldRed})
	for _, u := range c.unanswered {
		c.unansweredGroup(u)
	}
	c.Line()
}

func (c consoleReport) unansweredGroup(u unanswered) {
	c.Hang([]console.Span{console.Text("  ")}, console.Text(u.reason))
	limit := min(max(c.limit(), maxRows), len(u.rows))
	for _, row := range u.rows[:limit] {
		c.Hang([]console.Span{dim(fmt.Sprintf("    %-10s  ", row.Target.Kind))}, console.Text(showTarget(row.Target)), dim(inParentheses(row.notes())))
	}
	if more := len(u.rows) - limit; more > 0 {
		c.Line(dim(fmt.Sprintf("    and %d more", more)))
	}
	if u.fix != "" {
		c.Hang([]console.Span{console.Text("    fix: ")}, console.Text(u.fix))
	}
	for _, row := range u.rows[:limit] {
		if row.Exclude != "" {
			c.Line(dim("    exclude: "), console.Text(row.Exclude)) // whole, to be copied
		}
	}
}

// inParentheses puts a space and parentheses around s, and nothing around nothing.
func inParentheses(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// notices writes what does not block but should be known.
func (c consoleReport) notices() {
	r := c.result
	for _, n := range c.Model.notices {
		c.Hang([]console.Span{{Text: "Notice: ", Style: console.Yellow}}, console.Text(n.String()))
	}
	for _, files := range notSentNotes(r, c.limit()) {
		c.Hang([]console.Span{console.Text("Not sent: ")}, console.Text(files))
	}
	for _, n := range r.NotSent {
		if c.o.Verbose && n.Exclude != "" {
			c.Line(dim("  exclude: "), console.Text(n.Exclude)) // whole, to be copied
		}
	}
	choices := choiceNotes(r.Ledger)
	for _, line := range choices {
		c.Hang([]console.Span{console.Text("Alerts: ")}, console.Text(line))
	}
	skipped := skippedNote(r.Ledger)
	if skipped != "" {
		c.skipped(skipped)
	}
	if r.Embedded {
		c.Hang([]console.Span{console.Text("Embedded: ")}, console.Text(embeddedNote))
	}
	if len(c.Model.notices) > 0 || len(r.NotSent)+len(choices) > 0 || skipped != "" || r.Embedded {
		c.Line()
	}
}

// skipped counts the skipped rows and, if asked to, lists them.
func (c consoleReport) skipped(counts string) {
	head := []console.Span{console.Text("Skipped: ")}
	if !c.o.Verbose {
		c.Hang(head, console.Text(counts), dim("  (-v lists them)"))
		return
	}
	c.Hang(head, console.Text(counts))
	for _, line := range skippedNotes(c.result.Ledger, math.MaxInt) {
		c.Hang([]console.Span{console.Text("  ")}, console.Text(line))
	}
}

// embeddedNote says what findings of the embedded service are worth.
const embeddedNote = "findings in templates are true; image counts, alerts and hits of checks are sample data"

// ledger counts the rows per kind.
func (c consoleReport) ledger() {
	const format = "%-12s%9s%10s%8s%9s"
	kinds := ledgerByKind(c.result.Ledger)
	if len(kinds) == 0 {
		return
	}
	c.Line(bold(fmt.Sprintf(format, "", "planned", "answered", "failed", "skipped")))
	for _, k := range kinds {
		style := console.Plain
		if k.failed > 0 {
			style = console.Red
		}
		c.Line(console.Text(fmt.Sprintf("%-12s%9d%10d", k.kind, k.planned(), k.answered)),
			console.Span{Text: fmt.Sprintf("%8d", k.failed), Style: style}, console.Text(fmt.Sprintf("%9d", k.skipped)))
	}
}

// limit is how many entries of a list are named.
func (c consoleReport) limit() int {
	if c.o.Verbose {
		return math.MaxInt
	}
	return maxListed
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
