package report

import (
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// markdownPage is the report as far as it is written.
type markdownPage struct {
	*Model
	b strings.Builder
	// rest are the problems that have no block of their own.
	rest []*problem
	// left says what is left out, "" if nothing is.
	left string
}

// top is the headline.
func (p *markdownPage) top() {
	word, _ := verdictWord(p.result.Verdict)
	fmt.Fprintf(&p.b, "## scangate: %s\n\n**%s.**", word, cell(capitalized(p.headline()), 600))
	if p.blockingProblems() > 0 {
		p.b.WriteString(" Fix these first.")
	}
	p.b.WriteString("\n")
	if p.result.Embedded {
		fmt.Fprintf(&p.b, "\n_Embedded service: %s._\n", embeddedNote)
	}
	if len(p.shown) == 0 && p.headline() != strings.TrimSuffix(p.noFindings(), ".") {
		fmt.Fprintf(&p.b, "\n%s\n", p.noFindings())
	}
}

// first writes the worst problems whole, up to room bytes.
func (p *markdownPage) first(room int) {
	groups := groupsOf(p.problems())
	var blocks []string
	for _, g := range firstOf(groups) {
		blocks = append(blocks, p.block(g))
	}
	text, n := fit(blocks, room)
	p.b.WriteString(text)
	for i, g := range groups {
		switch {
		case i >= n:
			p.rest = append(p.rest, g.problems...)
		case g.single() == nil && len(g.problems) > maxListed:
			p.rest = append(p.rest, g.problems[maxListed:]...)
		}
	}
}

// block is a group: what it is, where it lies, the code, the fix, and how to waive it.
func (p *markdownPage) block(g *group) string {
	var b strings.Builder
	f := g.worst()
	fmt.Fprintf(&b, "\n#### %s: %s%s\n\n", f.Severity, cell(g.title(), markdownCell), inParentheses(cell(crossing(g.findings()), markdownCell)))
	if g.single() == nil {
		for _, l := range g.placeLines(maxListed) {
			b.WriteString("- " + p.placeMarkdown(l, true) + "\n")
		}
	} else {
		var places []string
		for _, l := range g.placeLines(maxPlaces) {
			places = append(places, p.placeMarkdown(l, true)+"\n")
		}
		// No list: code after one would belong to it.
		b.WriteString(strings.Join(places, "\n") + markdownFrame(f))
	}
	for _, note := range g.notes() {
		fmt.Fprintf(&b, "\n> %s\n", cell(note, maxSays)) // a quote: no text of others opens a line
	}
	fmt.Fprintf(&b, "\n**Fix:** %s\n", cell(sentence(capitalized(g.fix())), maxSays))
	if command := waiveCommand(g.findings(), maxPlaces); command != "" {
		fmt.Fprintf(&b, "\n**Waive:** <code>%s</code>\n", cell(command, markdownCell))
	}
	return b.String()
}

// placeMarkdown is a place, which leads to its line, with or without what is there.
func (p *markdownPage) placeMarkdown(l placeLine, withRest bool) string {
	where := cell(l.where, markdownCell)
	if l.at != nil {
		where = markdownLink("<code>"+where+"</code>", p.link(l.at))
		if !withRest {
			return where
		}
	}
	if l.rest == "" {
		return where
	}
	return where + " · " + cell(l.rest, markdownCell)
}

// markdownFrame is a block of code, whatever it holds. A sign stands before each marked line, a
// question mark before a likely one.
func markdownFrame(f *result.Finding) string {
	lines := shortFrame(frameOf(f), 2*frameLines)
	if len(lines) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n")
	for _, l := range lines {
		sign := map[mark]string{notMarked: " ", markHere: ">", markLikely: "?"}[l.mark]
		fmt.Fprintf(&b, "    %s %4d | %s\n", sign, l.number, plainCode(l.text))
	}
	return b.String()
}

// others are tables of the problems that have no block, up to room bytes: those of low severities
// folded.
func (p *markdownPage) others(room int) {
	if len(p.rest) == 0 {
		return
	}
	const head = "\n| severity | what | where | fix |\n|:--|:--|:--|:--|\n"
	urgent := p.rest
	for i, q := range p.rest {
		if isLow(q) {
			urgent = p.rest[:i]
			break
		}
	}
	low := p.rest[len(urgent):]
	room -= markdownLeft
	written := 0
	if len(urgent) > 0 {
		table, n := fit(p.rows(urgent), room-len(head))
		p.b.WriteString(head + table)
		written, room = n, room-len(head)-len(table)
	}
	if written == len(urgent) && len(low) > 0 {
		summary := fmt.Sprintf("\n<details><summary>%s of low severity</summary>\n", plural(len(low), "problem", "problems"))
		const end = "\n</details>\n"
		if table, n := fit(p.rows(low), room-len(summary)-len(head)-len(end)); n > 0 {
			p.b.WriteString(summary + head + table + end)
			written += n
		}
	}
	if more := len(p.rest) - written; more > 0 {
		p.left = fmt.Sprintf("%d more problems are not listed here, none of them worse", more)
		fmt.Fprintf(&p.b, "\n%s. The json report holds all.\n", p.left)
	}
}

// isLow reports whether a problem is folded: it crosses no limit, and is below medium.
func isLow(p *problem) bool {
	s := p.worst().Severity.Known()
	return !p.blocks() && (s == result.Low || s == result.Info)
}

func (p *markdownPage) rows(problems []*problem) []string {
	rows := make([]string, len(problems))
	for i, q := range problems {
		rows[i] = p.row(q)
	}
	return rows
}

// row is a problem in a table.
func (p *markdownPage) row(q *problem) string {
	f := q.worst()
	g := group{[]*problem{q}}
	var where []string
	for _, l := range g.placeLines(maxPlaces) {
		where = append(where, p.placeMarkdown(l, false))
	}
	what := cell(title(f), markdownCell)
	if q.isImage() {
		what = "<code>" + what + "</code>: " + q.counts.String()
	} else if f.Resource != "" && len(q.findings) == 1 {
		what += ": <code>" + cell(f.Resource, markdownCell) + "</code>"
	}
	if said := says(f); said != "" && len(q.findings) == 1 {
		what = joinNonEmpty(". ", strings.TrimSuffix(what, "."), cell(said, markdownCell))
	}
	if note := joinNonEmpty("; ", crossing(g.findings()), findingNote(f), waivedNote(q.findings), knownNote(q.findings)); note != "" {
		what += " (" + cell(note, markdownCell) + ")"
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", f.Severity, what, strings.Join(where, "<br>"), cell(sentence(capitalized(q.shortFix())), markdownCell))
}
