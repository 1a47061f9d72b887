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

// writeMarkdown writes the report for job summaries and comments: why the run is blocked in one
// sentence, what to fix first, what has no answer, as many other problems as there is room for,
// and, folded, the limits and what else is known. What is left out is counted.
func writeMarkdown(w io.Writer, m *Model, o Options) error {
	p := markdownPage{Model: m}
	p.top()
	tail := markdownTail(m)
	room := func() int { return cmp.Or(o.MaxBytes, markdownBytes) - p.b.Len() - len(tail) }
	if m.limitsCrossed() > 0 {
		p.first(room() / 2)
		p.b.WriteString(markdownUnanswered(m, room()/2))
	} else {
		p.b.WriteString(markdownUnanswered(m, room()/2))
		p.first(room() / 2)
	}
	p.others(room())
	p.b.WriteString(tail)
	if p.left != "" {
		o.leftOut(p.left)
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// markdownVerdict is the verdict's line, and the limits, folded.
func markdownVerdict(m *Model) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n**Verdict:** %s\n", cell(m.result.Verdict.Line, 600))
	if len(m.result.Verdict.Limits) == 0 {
		return b.String()
	}
	b.WriteString("\n<details><summary>Limits</summary>\n\n| severity | found | allowed | limit | set by |\n|:--|--:|--:|:--|:--|\n")
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
	return b.String() + "\n</details>\n"
}

// markdownUnanswered lists the rows without an answer by cause, up to room bytes.
func markdownUnanswered(m *Model, room int) string {
	if len(m.unanswered) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n", capitalized(m.unansweredPart()))
	left := 0
	for _, u := range m.unanswered {
		head := "\n**" + cell(u.reason, markdownCell) + "**"
		if u.fix != "" {
			head += "; fix: " + cell(u.fix, markdownCell)
		}
		open, end := "\n\n", ""
		if len(u.rows) > unansweredFold {
			open = fmt.Sprintf("\n\n<details><summary>%d targets, and where each is named</summary>\n\n", len(u.rows))
			end = "\n</details>\n"
		}
		room := room - b.Len() - len(head) - len(open) - len(end) - markdownLeft
		list, n := fit(m.markdownRows(u.rows), room)
		if n > 0 {
			shown := unanswered{rows: u.rows[:n]}
			b.WriteString(head + open + list + end + markdownExclude(shown.excludeLines(), room-len(list)))
		}
		left += len(u.rows) - n
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n%s not listed here.\n", plural(left, "more target without an answer is", "more targets without an answer are"))
	}
	return b.String()
}

// markdownRows are the rows of one cause: the place that names each target, and the target.
func (m *Model) markdownRows(rows []unansweredRow) []string {
	lines := make([]string, 0, len(rows))
	for _, row := range rows {
		where := ""
		if at := placeOf(row.Row); len(row.Target.Places) > 0 {
			where = markdownLink("<code>"+cell(row.where(1), markdownCell)+"</code>", m.link(&at)) + " · "
		}
		lines = append(lines, fmt.Sprintf("- %s%s <code>%s</code>%s\n",
			where, cell(string(row.Target.Kind), 20), cell(showTarget(row.Target), markdownCell), inParentheses(cell(row.own, markdownCell))))
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
	b.WriteString(markdownVerdict(m))
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
	return b.String() + markdownLedger(m) + markdownKnown(m) + markdownWaived(m) + markdownSkipped(m.result.Ledger)
}

// markdownLedger counts the rows by kind, folded.
func markdownLedger(m *Model) string {
	kinds := ledgerByKind(m.result.Ledger)
	if len(kinds) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n<details><summary>Ledger</summary>\n\n| targets | planned | answered | failed | skipped |\n|:--|--:|--:|--:|--:|\n")
	for _, k := range kinds[:min(len(kinds), 2*maxListed)] {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", cell(string(k.kind), 20), k.planned(), k.answered, k.failed, k.skipped)
	}
	return b.String() + "\n</details>\n"
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
