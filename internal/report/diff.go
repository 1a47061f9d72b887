package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
)

// Diff is the difference of two results.
type Diff struct {
	Delta *result.Delta
	// Findings are those of the later result, and States has the state of each.
	Findings []result.Finding
	States   []result.State
}

// WriteJSON writes the delta, and each finding with its state.
func (d Diff) WriteJSON(w io.Writer) error {
	return result.EncodeDiff(console.NewJSONWriter(w), d.Delta, d.Findings, d.States)
}

// WriteText writes the counts, then what is new and what is fixed, for people.
func (d Diff) WriteText(w io.Writer, width int) error {
	p := console.NewPrinter(w, false, width)
	p.Hang(nil, console.Text(deltaLine(d.Delta)))
	for _, state := range []result.State{result.StateNew, result.StateWorse, result.StateChanged} {
		d.list(p, state)
	}
	if len(d.Delta.Entries) > 0 {
		p.Line()
		p.Line(console.Text("fixed"))
	}
	for i := range d.Delta.Entries {
		e := &d.Delta.Entries[i]
		p.Hang([]console.Span{console.Text(fmt.Sprintf("  %-8s  ", e.Severity))}, console.Text(entryText(e)))
	}
	return p.Err()
}

// list lists the findings of a state, worst first.
func (d Diff) list(p *console.Printer, state result.State) {
	var some []*result.Finding
	for i := range d.Findings {
		if d.States[i] == state {
			some = append(some, &d.Findings[i])
		}
	}
	if len(some) == 0 {
		return
	}
	sortFindings(some)
	p.Line()
	p.Line(console.Text(string(state)))
	for _, f := range some {
		p.Hang([]console.Span{console.Text(fmt.Sprintf("  %-8s  ", f.Severity))}, console.Text(placeText(f)+": "+statement(f)))
	}
}

// deltaLine counts what is new, known and fixed: "3 new (critical 1 · high 2), 41 known, 2 fixed".
func deltaLine(d *result.Delta) string {
	parts := []string{deltaPart(d.New, "new"), deltaPart(d.Known, "known"), deltaPart(d.Fixed, "fixed")}
	if d.Unseen > 0 {
		parts = append(parts, fmt.Sprintf("%d not looked at", d.Unseen))
	}
	return strings.Join(parts, ", ") + " against " + d.Against
}

func deltaPart(of map[result.Severity]int, word string) string {
	var n counts
	sum := 0
	for s, k := range of {
		n.add(s, k)
		sum = result.AddCounts(sum, k)
	}
	if sum == 0 || word == "known" {
		return fmt.Sprintf("%d %s", sum, word)
	}
	return fmt.Sprintf("%d %s (%s)", sum, word, n)
}

// entryText says what an entry of a baseline stood for.
func entryText(e *result.BaselineEntry) string {
	where := joinNonEmpty(" · ", e.Path, e.Resource, e.Image, targetName(e.Source))
	if e.Count > 1 || e.Kind == result.KindImage {
		return fmt.Sprintf("%s: %d of %s", where, e.Count, e.Rule)
	}
	return where + ": " + e.Rule
}
