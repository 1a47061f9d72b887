package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	// markdownBytes leaves room below the 65,536 characters of a GitHub comment,
	// over which nothing of it is shown. A job summary may be larger.
	markdownBytes = 65_000
	// markdownCell is how many characters of a text stand in a table.
	markdownCell = 240
)

// writeMarkdown writes the report for job summaries and comments: the verdict and
// its arithmetic, what has no answer, and as many findings as there is room for,
// worst first. What is left out is counted.
func writeMarkdown(w io.Writer, r *result.Result, o Options) error {
	size := cmp.Or(o.MaxBytes, markdownBytes)
	shown, hidden := visible(r.Findings, o)
	page := markdownHead(r)
	tail := markdownTail(r, hidden)
	room := size - len(page) - len(tail)
	page += markdownUnanswered(r, room/2)
	if len(shown) == 0 {
		page += "\n" + noFindings(r) + "\n"
	}
	page += markdownFindings(shown, size-len(page)-len(tail))
	_, err := io.WriteString(w, page+tail)
	return err
}

// markdownHead is the verdict, and the limits that led to it.
func markdownHead(r *result.Result) string {
	var b strings.Builder
	word, _ := verdictWord(r.Verdict)
	fmt.Fprintf(&b, "## scangate: %s\n\n**Verdict:** %s\n", word, cell(r.Verdict.Line, 600))
	if r.Embedded {
		b.WriteString("\n_Embedded service: findings in templates are true, image counts are sample data._\n")
	}
	if len(r.Verdict.Limits) == 0 {
		return b.String()
	}
	b.WriteString("\n| severity | found | allowed | limit |\n|:--|--:|--:|:--|\n")
	for _, l := range r.Verdict.Limits {
		if l.Source == "unknown" && l.Count == 0 {
			continue // the limit that nobody sets and nothing crossed
		}
		within := "kept"
		if l.Crossed {
			within = "**crossed**"
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %s |\n", limitName(l), l.Count, l.Max, within)
	}
	for _, s := range ranked() {
		if n := r.Verdict.Counts[s]; n > 0 && !slices.ContainsFunc(r.Verdict.Limits, func(l result.LimitCheck) bool { return l.Severity == s }) {
			fmt.Fprintf(&b, "| %s | %d | any | no limit |\n", s, n)
		}
	}
	return b.String()
}

// limitName is a limit's severity, with its kind where it counts one alone.
func limitName(l result.LimitCheck) string {
	if l.Target != "" {
		return l.Severity.String() + " in " + rowName(l.Target)
	}
	if l.Kind == "" {
		return l.Severity.String()
	}
	return l.Severity.String() + " in " + string(l.Kind)
}

// markdownUnanswered lists the rows without an answer, as far as room goes.
func markdownUnanswered(r *result.Result, room int) string {
	var rows []string
	for _, group := range unansweredBy(r.Ledger) {
		for i := range group {
			row := &group[i]
			reason := cmp.Or(row.Reason, string(row.Cause), "the run ended before it was asked for")
			rows = append(rows, fmt.Sprintf("| %s | <code>%s</code> | %s | %s |\n",
				cell(string(row.Target.Kind), 20), cell(row.Target.Name, markdownCell), cell(reason, markdownCell), cell(row.Fix, markdownCell)))
		}
	}
	if len(rows) == 0 {
		return ""
	}
	head := fmt.Sprintf("\n### No answer for %d of %d targets\n\n| kind | target | why | how to fix it |\n|:--|:--|:--|:--|\n", r.Verdict.Failed, r.Verdict.Planned)
	table, n := fit(rows, room-len(head)-markdownLeft)
	if left := len(rows) - n; left > 0 {
		table += fmt.Sprintf("\n%d more targets without an answer are not listed here.\n", left)
	}
	return head + table
}

// markdownLeft is room for the sentence that counts what was left out.
const markdownLeft = 200

// fit joins the first of rows that fit into room, and tells how many they are.
func fit(rows []string, room int) (text string, n int) {
	for _, row := range rows {
		if room -= len(row); room < 0 {
			break
		}
		n++
	}
	return strings.Join(rows[:n], ""), n
}

// markdownFindings is a table of the worst findings, those of an image together.
func markdownFindings(shown []*result.Finding, room int) string {
	if len(shown) == 0 {
		return ""
	}
	all := items(shown)
	slices.SortFunc(all, compareByPlace)
	total := countsOf(shown)
	head := fmt.Sprintf("\n### Findings: %s\n\n| severity | where | what |\n|:--|:--|:--|\n", total)
	room -= len(head) + markdownLeft
	var table strings.Builder
	n := 0
	left := total
	for _, it := range all {
		row := markdownRow(it)
		if table.Len()+len(row) > room {
			break
		}
		table.WriteString(row)
		left.subtract(it.counts)
		n++
	}
	if more := len(all) - n; more > 0 {
		fmt.Fprintf(&table, "\n%d more are not listed here, none of them worse: %s. The html, sarif-full and json reports hold all.\n", more, left)
	}
	return head + table.String()
}

// compareByPlace sorts the most urgent first, then by file and line.
func compareByPlace(a, b *item) int {
	return cmp.Or(cmp.Compare(urgency(a.severity()), urgency(b.severity())), cmp.Compare(a.path(), b.path()), compareItems(a, b))
}

func markdownRow(it *item) string {
	f := it.first()
	where := cell(whereabouts(f), markdownCell)
	if f.Link != "" {
		where += "<br>" + cell(f.Link, markdownCell)
	}
	if f.Placed() {
		where = "<code>" + cell(place(f.Locations[0]), markdownCell) + "</code>"
		if n := len(it.also); n > 0 {
			where += fmt.Sprintf(" and %d more", n)
		}
	}
	what := cell(cmp.Or(f.Summary, f.Rule), markdownCell)
	if f.Image != "" {
		what = "<code>" + cell(f.Image, markdownCell) + "</code>: " + it.counts.String()
	} else if f.Resource != "" {
		what += ": <code>" + cell(f.Resource, markdownCell) + "</code>"
	}
	if f.Note != "" {
		what += " (" + cell(f.Note, markdownCell) + ")"
	}
	return fmt.Sprintf("| %s | %s | %s |\n", f.Severity, where, what)
}

// markdownTail is the ledger by kind, and what blocks nothing.
func markdownTail(r *result.Result, hidden counts) string {
	var b strings.Builder
	if !hidden.empty() {
		fmt.Fprintf(&b, "\nNot shown, below the smallest severity to show: %s.\n", hidden)
	}
	if note := notCounted(r); note != "" {
		fmt.Fprintf(&b, "\n%s\n", note)
	}
	if kinds := ledgerByKind(r.Ledger); len(kinds) > 0 {
		b.WriteString("\n| targets | planned | answered | failed | skipped |\n|:--|--:|--:|--:|--:|\n")
		for _, k := range kinds[:min(len(kinds), 2*briefly)] {
			fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", cell(string(k.kind), 20), k.answered+k.failed, k.answered, k.failed, k.skipped)
		}
	}
	for i, n := range r.Notices {
		if i == briefly {
			fmt.Fprintf(&b, "\n%d more notices are in the json report.\n", len(r.Notices)-i)
			break
		}
		fmt.Fprintf(&b, "\nNotice: %s\n", cell(n.Text, markdownCell))
	}
	return b.String()
}

// cell makes s the plain text of a table's cell, at most n characters of it.
func cell(s string, n int) string { return escapeMarkdown(text.Truncate(plain(s), n)) }
