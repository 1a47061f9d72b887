package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	// markdownBytes leaves room below the 65,536 characters of a GitHub comment: GitHub refuses a
	// longer one. A job summary may be larger.
	markdownBytes = 65_000
	// markdownCell is how many characters of a text a table shows.
	markdownCell = 240
	// markdownLeft is room, in bytes, for the sentence that counts what was left out.
	markdownLeft = 200
)

// writeMarkdown writes the report for job summaries and comments: the verdict and its limits, what
// has no answer, and as many findings as there is room for, worst first. What is left out is
// counted.
func writeMarkdown(w io.Writer, m *Model, o Options) error {
	size := cmp.Or(o.MaxBytes, markdownBytes)
	page := markdownHead(m)
	tail := markdownTail(m)
	room := size - len(page) - len(tail)
	page += markdownUnanswered(m, room/2)
	if len(m.shown) == 0 {
		page += "\n" + m.noFindings() + "\n"
	}
	page += markdownFindings(m, size-len(page)-len(tail))
	_, err := io.WriteString(w, page+tail)
	return err
}

// markdownHead is the verdict and its limits.
func markdownHead(m *Model) string {
	var b strings.Builder
	v := m.result.Verdict
	word, _ := verdictWord(v)
	fmt.Fprintf(&b, "## scangate: %s\n\n**Verdict:** %s\n", word, cell(v.Line, 600))
	if m.result.Embedded {
		fmt.Fprintf(&b, "\n_Embedded service: %s._\n", embeddedNote)
	}
	if note := m.deltaNote(); note != "" {
		fmt.Fprintf(&b, "\n**%s**\n", cell(note, 600))
	}
	if len(v.Limits) == 0 {
		return b.String()
	}
	b.WriteString("\n| severity | found | allowed | limit | set by |\n|:--|--:|--:|:--|:--|\n")
	for _, row := range m.limitRows() {
		state := "kept"
		switch {
		case row.over > 0:
			state = "**crossed**"
		case row.unknown:
			state = "**not evaluated**"
		case row.max == noMax:
			state = "no limit"
		}
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s |\n", row.name, row.count, row.max, state, cell(row.origin, markdownCell))
	}
	return b.String()
}

// markdownUnanswered lists the rows without an answer by cause, up to room bytes.
func markdownUnanswered(m *Model, room int) string {
	if len(m.unanswered) == 0 {
		return ""
	}
	var b strings.Builder
	v := m.result.Verdict
	fmt.Fprintf(&b, "\n### No answer for %d of %d targets\n", v.Failed, v.Planned)
	left := 0
	for _, u := range m.unanswered {
		head := "\n**" + cell(u.reason, markdownCell) + "**"
		if u.fix != "" {
			head += "; fix: " + cell(u.fix, markdownCell)
		}
		list, n := fit(markdownRows(u.rows), room-b.Len()-len(head)-markdownLeft)
		if n > 0 {
			b.WriteString(head + "\n\n" + list)
			b.WriteString(markdownExclude(excludeLines(u.rows[:n]), room-b.Len()-markdownLeft))
		}
		left += len(u.rows) - n
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n%s not listed here.\n", plural(left, "more target without an answer is", "more targets without an answer are"))
	}
	return b.String()
}

func markdownRows(rows []unansweredRow) []string {
	lines := make([]string, 0, len(rows))
	for _, row := range rows {
		lines = append(lines, fmt.Sprintf("- %s <code>%s</code>%s\n",
			cell(string(row.Target.Kind), 20), cell(showTarget(row.Target), markdownCell), inParentheses(cell(row.notes(), markdownCell))))
	}
	return lines
}

// excludeLines are the lines to paste of rows that have one.
func excludeLines(rows []unansweredRow) []string {
	var lines []string
	for _, row := range rows {
		if row.Exclude != "" {
			lines = append(lines, row.Exclude)
		}
	}
	return lines
}

// markdownExclude is a block of code with the lines to paste, as far as they fit into room. Lines
// that are indented by four blanks are code, whatever they hold.
func markdownExclude(lines []string, room int) string {
	const head = "\nOr leave out, under <code>targets.exclude</code> of the config file:\n\n"
	code := make([]string, len(lines))
	for i, line := range lines {
		code[i] = "    " + plainCode(line) + "\n"
	}
	list, n := fit(code, room-len(head))
	if n == 0 {
		return ""
	}
	return head + list
}

// fit joins the first of lines that fit into room, and returns their number.
func fit(lines []string, room int) (joined string, n int) {
	for _, line := range lines {
		if room -= len(line); room < 0 {
			break
		}
		n++
	}
	return strings.Join(lines[:n], ""), n
}

// markdownFindings is a table of the worst findings.
func markdownFindings(m *Model, room int) string {
	if len(m.shown) == 0 {
		return ""
	}
	left := countsOf(m.shown)
	head := fmt.Sprintf("\n### Findings: %s\n", left)
	if note := m.crossedNote(); note != "" {
		head += "\n" + note + ".\n"
	}
	head += "\n| severity | where | what |\n|:--|:--|:--|\n"
	room -= len(head) + markdownLeft
	all := m.entries()
	var table strings.Builder
	n := 0
	for _, e := range all {
		row := m.markdownRow(e)
		if table.Len()+len(row) > room {
			break
		}
		table.WriteString(row)
		left.subtract(e.counts())
		n++
	}
	if more := len(all) - n; more > 0 {
		fmt.Fprintf(&table, "\n%d more are not listed here, none of them worse: %s. The json report holds all.\n", more, left)
	}
	return head + table.String()
}

func (m *Model) markdownRow(e entry) string {
	f := e.worst()
	where := cell(placeText(f), markdownCell)
	if f.Placed() {
		where = markdownLink("<code>"+where+"</code>", m.link(&f.Locations[0]))
		if n := len(e.furtherPlaces()); n > 0 {
			where += fmt.Sprintf(" and %d more", n)
		}
	}
	if f.Link != "" {
		where += "<br>" + cell(f.Link, markdownCell)
	}
	what := cell(cmp.Or(f.Summary, f.Rule), markdownCell)
	if f.Image != "" {
		what = "<code>" + cell(f.Image, markdownCell) + "</code>: " + e.counts().String()
	} else if f.Resource != "" {
		what += ": <code>" + cell(f.Resource, markdownCell) + "</code>"
	}
	if said := says(f); said != "" {
		what = joinNonEmpty(". ", strings.TrimSuffix(what, "."), cell(said, markdownCell))
	}
	if note := joinNonEmpty("; ", findingNote(f), waivedNote(e.findings), knownNote(e.findings)); note != "" {
		what += " (" + cell(note, markdownCell) + ")"
	}
	return fmt.Sprintf("| %s | %s | %s |\n", f.Severity, where, what)
}

// markdownLink is a link to an address, if there is one. In angle brackets an address may hold
// anything but these and line breaks (CommonMark 6.3), which are escaped in ours.
func markdownLink(label, address string) string {
	if address == "" {
		return label
	}
	return "[" + label + "](<" + strings.ReplaceAll(address, "|", "%7C") + ">)"
}

// markdownTail is what is left out or does not block, and the ledger by kind.
func markdownTail(m *Model) string {
	var b strings.Builder
	for _, note := range []string{m.hiddenNote(), m.outsideNote()} {
		if note != "" {
			fmt.Fprintf(&b, "\n%s\n", note)
		}
	}
	if kinds := ledgerByKind(m.result.Ledger); len(kinds) > 0 {
		b.WriteString("\n| targets | planned | answered | failed | skipped |\n|:--|--:|--:|--:|--:|\n")
		for _, k := range kinds[:min(len(kinds), 2*maxListed)] {
			fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", cell(string(k.kind), 20), k.planned(), k.answered, k.failed, k.skipped)
		}
	}
	for i, n := range m.notices {
		if i == maxListed {
			fmt.Fprintf(&b, "\n%s in the json report.\n", plural(len(m.notices)-i, "more notice is", "more notices are"))
			break
		}
		fmt.Fprintf(&b, "\nNotice: %s\n", cell(n.Text, markdownCell))
	}
	for _, line := range choiceNotes(m.result.Ledger) {
		fmt.Fprintf(&b, "\nAlerts: %s\n", cell(line, markdownCell))
	}
	for _, files := range notSentNotes(m.result, maxListed) {
		fmt.Fprintf(&b, "\nNot sent: %s\n", cell(files, 2*markdownCell))
	}
	var lines []string
	for _, n := range m.result.NotSent[:min(len(m.result.NotSent), maxListed)] {
		if n.Exclude != "" {
			lines = append(lines, n.Exclude)
		}
	}
	b.WriteString(markdownExclude(lines, maxListed*markdownCell))
	return b.String() + markdownKnown(m) + markdownWaived(m) + markdownSkipped(m.result.Ledger)
}

// markdownWaived lists the waived findings, folded.
func markdownWaived(m *Model) string {
	if len(m.waived) == 0 {
		return ""
	}
	s := fmt.Sprintf("\n<details><summary>%s</summary>\n\n", plural(len(m.waived), "finding is waived", "findings are waived"))
	for _, f := range m.waived[:min(len(m.waived), maxListed)] {
		s += "- " + cell(waivedTitle(f), markdownCell) + ": " + cell(m.waivedBy(f), markdownCell) + "\n"
	}
	if more := len(m.waived) - maxListed; more > 0 {
		s += "- and " + plural(more, "more finding", "more findings") + ", in the json report\n"
	}
	return s + "\n</details>\n"
}

// markdownSkipped lists the skipped rows by reason, folded. Between the tags there is a number
// alone, because nothing is escaped there.
func markdownSkipped(rows []result.Row) string {
	lines := skippedNotes(rows, maxListed)
	if len(lines) == 0 {
		return ""
	}
	skipped := 0
	for _, k := range ledgerByKind(rows) {
		skipped += k.skipped
	}
	s := fmt.Sprintf("\n<details><summary>%s</summary>\n\n", plural(skipped, "target was skipped", "targets were skipped"))
	for _, line := range lines[:min(len(lines), maxListed)] {
		s += "- " + cell(line, 2*markdownCell) + "\n"
	}
	if more := len(lines) - maxListed; more > 0 {
		s += "- and " + plural(more, "more reason", "more reasons") + ", in the json report\n"
	}
	return s + "\n</details>\n"
}

// cell makes s plain text for a table or a list, at most n characters of it.
func cell(s string, n int) string { return escapeMarkdown(text.Truncate(plain(s), n)) }
