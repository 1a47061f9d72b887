package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	// maxPlaces is how many places of one problem are named.
	maxPlaces = 3
	// frameLines is how many lines of code a problem shows.
	frameLines = 2
	// promptLines are the lines below the report: the verdict and the prompt.
	promptLines = 4
)

// first writes what to fix first: the last lines of the report, because they stay on the screen.
// Problems that the screen has no room for have one line each.
func (c consoleReport) first(title string) {
	all := groupsOf(c.problems())
	worst := firstOf(all)
	c.headline(title)
	if len(worst) == 0 {
		c.Line()
		return
	}
	whole := c.fitting(title, worst)
	for _, g := range worst[:whole] {
		c.Line()
		c.group(g)
	}
	if whole < len(worst) {
		c.Line()
	}
	for _, g := range worst[whole:] {
		c.short(g)
	}
	if note := restNote(all, len(worst)); note != "" {
		c.Line()
		c.Hang(nil, dim(note+" (-v lists all)"))
	}
	c.Line()
}

func (c consoleReport) headline(title string) {
	head := []console.Span{{Text: capitalized(title) + ".", Style: console.Bold}}
	if c.blockingProblems() > 0 {
		head = append(head, bold(" Fix these first:"))
	}
	c.Hang(nil, head...)
}

// fitting is how many of the first groups can be shown whole so that all fit the screen, at least
// one; all where the height is not known.
func (c consoleReport) fitting(title string, groups []*group) int {
	if c.o.Height <= 0 {
		return len(groups)
	}
	room := c.o.Height - promptLines - c.height(func(c consoleReport) { c.headline(title) }) - len(groups)
	for i, g := range groups {
		room -= c.height(func(c consoleReport) { c.group(g) })
		if room < 0 {
			return max(i, 1)
		}
	}
	return len(groups)
}

// height counts the lines that a part of the report takes.
func (c consoleReport) height(part func(c consoleReport)) int {
	var b bytes.Buffer
	c.Printer = console.NewPrinter(&b, false, c.Width())
	part(c)
	return bytes.Count(b.Bytes(), []byte("\n"))
}

// head is a group's severity, for the start of a line.
func severityHead(f *result.Finding) console.Span {
	return console.Span{Text: fmt.Sprintf("%-8s  ", strings.ToUpper(f.Severity.String())), Style: severityStyle(f.Severity)}
}

// short writes a group on one line.
func (c consoleReport) short(g *group) {
	line := joinNonEmpty("  ", g.title(), g.placeLines(1)[0].where)
	c.Line(severityHead(g.worst()), console.Text(text.TruncateWidth(console.Clean(line), c.Width()-10)))
}

// group writes what the problem is, where it lies, the code, and how to fix or waive it.
func (c consoleReport) group(g *group) {
	f := g.worst()
	c.Hang([]console.Span{severityHead(f)}, bold(g.title()), dim(inParentheses(crossing(g.findings()))))
	gutter := c.places(g)
	if g.single() != nil {
		c.frame(shortFrame(frameOf(f), frameLines), gutter)
	}
	for _, line := range g.notes() {
		c.Hang([]console.Span{blue(gutter + "= ")}, console.Text(line))
	}
	c.Hang([]console.Span{blue(gutter + "= "), bold("help: ")}, console.Text(g.fix()))
	if command := waiveCommand(g.findings(), maxPlaces); command != "" {
		c.Line(blue(gutter+"= "), bold("waive: "), console.Text(command)) // whole, to be copied
	}
}

// notes are what else is known of a group.
func (g *group) notes() []string {
	f := g.worst()
	if g.single() == nil {
		return nil
	}
	var notes []string
	if f.Image != "" && f.CountsVulnerabilities() {
		notes = append(notes, g.first().counts.String())
	}
	notes = append(notes, says(f))
	if f.RawSeverity != "" {
		notes = append(notes, rawSeverityNote(f))
	}
	return nonEmpty(append(notes, findingNote(f), waivedNote(g.findings()), knownNote(g.findings())))
}

// places writes the places of a group and returns the gutter of its frame.
func (c consoleReport) places(g *group) (gutter string) {
	digits := 1
	for _, l := range shortFrame(frameOf(g.worst()), frameLines) {
		digits = max(digits, len(fmt.Sprint(l.number)))
	}
	gutter = strings.Repeat(" ", digits+1)
	limit := maxPlaces
	if g.single() == nil {
		limit = maxListed
	}
	for _, l := range g.placeLines(limit) {
		head := []console.Span{blue(gutter[1:] + "--> ")}
		where := console.Span{Text: l.where, Link: c.link(l.at)}
		if l.rest == "" {
			c.Hang(head, where)
			continue
		}
		c.Hang(head, where, dim(" · "), dim(l.rest))
	}
	return gutter
}

// frame writes lines of code with a caret below each mark.
func (c consoleReport) frame(lines []frameLine, gutter string) {
	if len(lines) == 0 {
		return
	}
	room := max(c.Width()-len(gutter)-3, 20)
	c.Line(blue(gutter + "|"))
	for i, l := range lines {
		if i > 0 && l.number != lines[i-1].number+1 {
			c.Line(blue(strings.Repeat(".", len(gutter))))
		}
		code := text.TruncateWidth(plainCode(l.text), room)
		c.Line(blue(fmt.Sprintf("%*d | ", len(gutter)-1, l.number)), console.Text(code))
		if l.mark != notMarked {
			blank := len(code) - len(strings.TrimLeft(code, " "))
			caret := strings.Repeat("^", max(1, text.Width(strings.TrimSpace(code))))
			caret = joinNonEmpty(" ", text.TruncateWidth(caret, room-len(" likely")), l.mark.label())
			c.Line(blue(gutter+"| "), console.Text(strings.Repeat(" ", blank)), console.Span{Text: caret, Style: console.Red})
		}
	}
	c.Line(blue(gutter + "|"))
}

// link is the address of a place, for terminals that take links: the file, or what the host shows.
func (c consoleReport) link(at *result.Location) string {
	switch {
	case at == nil || !c.o.Links:
		return ""
	case c.o.Root != "":
		return fileURL(c.o.Root, at)
	}
	return c.Model.link(at)
}

func blue(s string) console.Span { return console.Span{Text: s, Style: console.Blue} }
