package report

import (
	"fmt"
	"io"
	"math"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
)

// maxRows is how many targets without an answer are named: more than other entries, because they
// matter most.
const maxRows = 50

// consoleReport writes for people: what is known besides, what has no answer, and last what to fix
// first. A run that is clean has no report: the verdict says it all.
type consoleReport struct {
	*console.Printer
	*Model
	o Options
}

func writeConsole(w io.Writer, m *Model, o Options) error {
	c := consoleReport{console.NewPrinter(w, o.Color, o.Width), m, o}
	if o.Verbose {
		c.everything()
	}
	if !m.clean() {
		c.report()
	}
	if o.VerdictLine {
		c.Hang([]console.Span{console.Own()}, verdictSpans(m.result.Verdict.Line)...)
	}
	return c.Err()
}

// report ends with what blocks, because the last lines stay on the screen.
func (c consoleReport) report() {
	c.knownFindings()
	c.waivedFindings()
	c.notices()
	for _, note := range []string{c.hiddenNote(), c.outsideNote()} {
		if note != "" {
			c.Hang(nil, console.Text(note))
			c.Line()
		}
	}
	switch {
	case c.limitsCrossed() > 0 || c.unansweredPart() == "":
		c.unansweredGroups(c.unansweredPart())
		c.first(c.Model.headline())
	default:
		c.first(c.nothingBlocks())
		c.unansweredGroups(c.Model.headline())
	}
}

// clean reports whether the verdict's line says all there is to say.
func (m *Model) clean() bool {
	r := m.result
	return r.Verdict.Outcome == result.OutcomePass && r.Verdict.Planned > 0 && len(r.Findings) == 0 && m.unansweredPart() == "" &&
		len(m.notices) == 0 && len(r.NotSent)+len(choiceNotes(r.Ledger)) == 0 && r.Delta == nil
}

func rawSeverityNote(f *result.Finding) string {
	return fmt.Sprintf("the service's severity is %q", f.RawSeverity)
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

// unansweredGroups lists the rows without an answer by cause: where each is named, their fix, and
// one line to paste, which leaves out those that are named.
func (c consoleReport) unansweredGroups(title string) {
	if title == "" {
		return
	}
	c.Line(console.Span{Text: capitalized(title) + ".", Style: console.BoldRed})
	for _, u := range c.unanswered {
		c.unansweredGroup(u)
	}
	c.Line()
}

func (c consoleReport) unansweredGroup(u unanswered) {
	c.Hang([]console.Span{console.Text("  ")}, console.Text(u.reason))
	limit := min(max(c.limit(), c.rowLimit(u.rows[0].Cause)), len(u.rows))
	listed := u
	listed.rows = u.rows[:limit]
	for _, row := range listed.rows {
		c.unansweredRow(row)
	}
	if more := len(u.rows) - limit; more > 0 {
		c.Line(dim(fmt.Sprintf("    and %d more (-v lists all)", more)))
	}
	if ids := u.submissions(); ids != "" {
		c.Hang([]console.Span{dim("    submissions: ")}, dim(ids))
	}
	if u.fix != "" {
		c.Hang([]console.Span{bold("    fix: ")}, console.Text(u.fix))
	}
	for _, line := range listed.excludeLines() {
		c.Line(bold("    exclude: "), console.Text(line)) // whole, to be copied
	}
}

// rowLimit is how many rows of a cause are named without -v: few after a signal, because who
// interrupted the run knows why.
func (c consoleReport) rowLimit(cause result.Cause) int {
	if cause == result.CauseInterrupted {
		return maxListed
	}
	return maxRows
}

// unansweredRow writes the place that names the target, and the target.
func (c consoleReport) unansweredRow(row unansweredRow) {
	head := []console.Span{blue("    --> ")}
	name := showTarget(row.Target)
	at := placeOf(row.Row)
	where := row.where(1)
	if where == "" {
		c.Hang(head, console.Span{Text: name, Link: c.link(linkable(at))}, dim(inParentheses(row.own)))
		return
	}
	c.Hang(head, console.Span{Text: where, Link: c.link(linkable(at))}, dim(" · "), console.Text(name), dim(inParentheses(row.own)))
}

// linkable is nil for a place without a path.
func linkable(l result.Location) *result.Location {
	if l.Path == "" {
		return nil
	}
	return &l
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
	choices := choiceNotes(r.Ledger)
	for _, line := range choices {
		c.Hang([]console.Span{console.Text("Alerts: ")}, console.Text(line))
	}
	if skipped := skippedNote(r.Ledger); skipped != "" {
		c.Hang([]console.Span{console.Text("Skipped: ")}, console.Text(skipped), dim("  (-v lists them)"))
	}
	if r.Embedded {
		c.Hang([]console.Span{console.Text("Embedded: ")}, console.Text(embeddedNote))
	}
	if len(c.Model.notices) > 0 || len(r.NotSent)+len(choices) > 0 || skippedNote(r.Ledger) != "" || r.Embedded {
		c.Line()
	}
}

// embeddedNote says what findings of the embedded service are worth.
const embeddedNote = "findings in templates are true; image counts, alerts and hits of checks are sample data; only well-known images have an answer"

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
