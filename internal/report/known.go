package report

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
)

// compareKnown puts known findings whose lines changed since first.
func compareKnown(a, b *result.Finding) int {
	return cmp.Or(compareBool(b.Stamp.Covered().Debt == result.DebtChanged, a.Stamp.Covered().Debt == result.DebtChanged), compareFindings(a, b))
}

// knownHead counts the known findings, and those of them whose lines changed.
func (m *Model) knownHead() string {
	head := plural(len(m.known), "finding is known", "findings are known")
	if b := m.result.Policy.Baseline; b != nil {
		head += ", in " + b.File
	}
	head += ": " + countsOf(m.known).String()
	if n := m.changedKnown(); n > 0 {
		head += fmt.Sprintf("; %d of them in lines that changed since", n)
	}
	return head
}

func (m *Model) changedKnown() int {
	n := slices.IndexFunc(m.known, func(f *result.Finding) bool { return f.Stamp.Covered().Debt != result.DebtChanged })
	if n < 0 {
		return len(m.known)
	}
	return n
}

// knownTitle is a known finding on one line.
func knownTitle(f *result.Finding) string {
	what := title(f)
	if f.Image != "" {
		what += fmt.Sprintf(" (%d)", f.Stamp.Covered().Known)
	}
	changed := ""
	if f.Stamp.Covered().Debt == result.DebtChanged {
		changed = "its lines changed"
	}
	return joinNonEmpty(" · ", f.Severity.String()+" "+placeText(f), what, f.Resource, changed)
}

// knownNote says what the baseline has of findings, by severity, "" if nothing.
func knownNote(findings []*result.Finding) string {
	var parts []string
	for _, f := range findings {
		switch s := &f.Stamp; {
		case s.Covered().Debt == result.DebtWorse:
			parts = append(parts, "with a lower severity")
		case s.Covered().Debt == result.DebtDue:
			parts = append(parts, f.Severity.String()+", and due")
		case s.Effect == result.Known && s.Covered().Debt == result.DebtChanged:
			parts = append(parts, f.Severity.String()+", and its lines changed since")
		case s.Covered().Known > 0:
			parts = append(parts, fmt.Sprintf("%d of %d %s", s.Covered().Known, max(1, f.Count), f.Severity))
		}
	}
	return label("known: ", strings.Join(parts, " · "))
}

// deltaWords say how many of findings are new, "" if the run was compared with nothing.
func deltaWords(findings []*result.Finding) string {
	n := map[result.State]int{}
	for _, f := range findings {
		if f.Delta != "" {
			n[f.Delta]++
		}
	}
	var parts []string
	for _, s := range []result.State{result.StateNew, result.StateWorse, result.StateChanged, result.StateKnown} {
		switch {
		case n[s] == len(findings):
			return string(s)
		case n[s] > 0:
			parts = append(parts, fmt.Sprintf("%d %s", n[s], s))
		}
	}
	return strings.Join(parts, ", ")
}

// knownFindings lists known findings whose lines changed; with -v, all.
func (c consoleReport) knownFindings() {
	if len(c.known) == 0 {
		return
	}
	c.Hang(nil, bold(c.knownHead()))
	listed := c.known[:c.changedKnown()]
	if c.o.Verbose {
		listed = c.known
	}
	listed = listed[:min(c.limit(), len(listed))]
	for _, f := range listed {
		c.Hang([]console.Span{console.Text("  ")}, console.Text(knownTitle(f)))
	}
	c.Line()
}

// markdownKnown lists the known findings, folded.
func markdownKnown(m *Model) string {
	if len(m.known) == 0 {
		return ""
	}
	s := fmt.Sprintf("\n<details><summary>%s</summary>\n\n", plural(len(m.known), "finding is known", "findings are known"))
	for _, f := range m.known[:min(len(m.known), maxListed)] {
		s += "- " + cell(knownTitle(f), markdownCell) + "\n"
	}
	if more := len(m.known) - maxListed; more > 0 {
		s += "- and " + plural(more, "more finding", "more findings") + ", in the json report\n"
	}
	return s + "\n</details>\n"
}

// baselineState is the state of a result in SARIF (SARIF 2.1.0, 3.27.24): that of its newest entry.
// It is nil if the run was compared with nothing.
func (m *Model) baselineState(entries iter.Seq[entry]) *string {
	if m.result.Delta == nil {
		return nil
	}
	state := "unchanged"
	for e := range entries {
		if e.worst().Delta == result.StateNew {
			return ref("new")
		}
		if slices.ContainsFunc(e.findings, func(f *result.Finding) bool { return f.Delta != "" && f.Delta != result.StateKnown }) {
			state = "updated"
		}
	}
	return &state
}
