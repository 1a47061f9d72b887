package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// everything writes each finding, each row of the ledger and what was not sent. Lines are not
// wrapped, and each says by itself what it is about, so that grep finds all of them.
func (c consoleReport) everything() {
	files := filesOf(c.entries())
	for _, f := range files {
		for _, e := range f.entries {
			c.entry(e)
		}
	}
	for i := range c.result.Ledger {
		c.row(&c.result.Ledger[i])
	}
	for _, n := range c.result.NotSent {
		c.Line(console.Text(fmt.Sprintf("not-sent  %-10s  %s", "file", joinNonEmpty("  ", showPath(n.Path), n.What+": "+n.Why, label("exclude: ", n.Exclude)))))
	}
	c.Line()
	if len(files) > 0 {
		c.files(files)
	}
}

// entry writes a finding as compilers do: each line begins with the place.
func (c consoleReport) entry(e entry) {
	f := e.worst()
	at := console.Text(placeText(f))
	if f.Placed() {
		at.Link = c.link(&f.Locations[0])
	}
	severity := console.Span{Text: f.Severity.String(), Style: severityStyle(f.Severity)}
	what := statement(f)
	if f.Image != "" {
		what = joinNonEmpty(": ", title(f), e.counts().String())
	}
	c.Line(at, console.Text(": "), severity, console.Text(": "+joinNonEmpty(" ", what, "["+ruleName(f)+"]", inParentheses(crossing(e.findings)))))
	for _, line := range c.entryNotes(e) {
		c.Line(at, console.Text(": note: "+text.Fold(line)))
	}
	c.Line(at, console.Text(": help: "+text.Fold(shortFix(e.findings))))
	if command := waiveCommand(e.findings, math.MaxInt); command != "" {
		c.Line(at, console.Text(": waive: "+command))
	}
}

// entryNotes are what else is known of an entry.
func (c consoleReport) entryNotes(e entry) []string {
	f := e.worst()
	notes := []string{says(f)}
	if f.RawSeverity != "" {
		notes = append(notes, rawSeverityNote(f))
	}
	if f.Unplanned {
		notes = append(notes, "not planned: the service named it")
	}
	notes = append(notes, cloudLines(f)...)
	notes = append(notes, findingNote(f), waivedNote(e.findings), knownNote(e.findings))
	if f.Placement == result.PlacedAmbiguous {
		notes = append(notes, enumerate("one of ", places(f.Candidates), math.MaxInt))
	}
	return nonEmpty(append(notes, enumerate("also at ", places(e.furtherPlaces()), math.MaxInt)))
}

func nonEmpty(lines []string) []string {
	return slices.DeleteFunc(lines, func(s string) bool { return strings.TrimSpace(s) == "" })
}

// row writes a row of the ledger on one line: status, kind, target, and how or why.
func (c consoleReport) row(row *result.Row) {
	style := console.Plain
	how := string(row.Evidence)
	if row.Unanswered() {
		style = console.Red
	}
	if row.Status != result.Answered {
		how = reasonOf(row)
		if cause := string(row.Cause); how != cause {
			how = joinNonEmpty(": ", cause, how)
		}
	}
	named := ""
	if len(row.Target.Places) > 0 {
		named = enumerate("named in ", places(row.Target.Places), math.MaxInt)
	}
	words := joinNonEmpty("  ", showTarget(row.Target), text.Fold(how), named, strings.Join(row.Submissions, " "))
	c.Line(console.Span{Text: fmt.Sprintf("%-8s  ", cmp.Or(row.Status.String(), "failed")), Style: style},
		console.Text(fmt.Sprintf("%-10s  %s", row.Target.Kind, words)))
}
