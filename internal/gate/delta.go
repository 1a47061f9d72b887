package gate

import (
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// Earlier returns what [Diff] needs of an earlier result: a baseline of all its findings, which
// takes less than half of their memory.
func Earlier(r *result.Result, file string) *result.Baseline {
	none := Comparison{Matches: make([]Match, len(r.Findings))}
	entries, _ := Record(r.Findings, &result.Baseline{}, none, result.DayOf(r.Started), nil)
	return &result.Baseline{File: file, Entries: entries}
}

// Diff compares the findings of a result with those of an [Earlier] one. It returns the delta and
// the state of each finding of now. What now has no row for is gone, unless it looked at a part
// only or ended early.
func Diff(before *result.Baseline, now *result.Result) (*result.Delta, []result.State) {
	b := *before
	if now.Change == nil && !now.Narrowed && now.Shard == nil && !now.EndedEarly() {
		b.Gone = unplanned(b.Entries, now.Ledger)
	}
	return Delta(now.Findings, &b, Compare(now.Ledger, now.Findings, &b, now.Change, nil), now.Change)
}

// unplanned are the paths of entries that no row is about.
func unplanned(entries []result.BaselineEntry, rows []result.Row) []string {
	s := newSurvey(nil, rows, false)
	var paths []string
	for i := range entries {
		if path := entries[i].Path; path != "" && len(s.files[path]) == 0 {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// Delta counts what a comparison found, and returns the state of each finding.
func Delta(findings []result.Finding, b *result.Baseline, found Comparison, c *result.Change) (*result.Delta, []result.State) {
	d := &result.Delta{
		Against: b.File, New: map[result.Severity]int{}, Known: map[result.Severity]int{}, Fixed: map[result.Severity]int{},
		Entries: append([]result.BaselineEntry{}, found.Fixed...), Unseen: len(found.Unseen),
	}
	states := make([]result.State, len(findings))
	for i := range findings {
		f, m := &findings[i], &found.Matches[i]
		states[i] = stateOf(f, m)
		if !outside(f, c) {
			addTo(d.New, f.Severity, countOf(f)-m.Known)
			addTo(d.Known, f.Severity, m.Known)
		}
	}
	for i := range d.Entries {
		addTo(d.Fixed, d.Entries[i].Severity, d.Entries[i].Count)
	}
	return d, states
}

func stateOf(f *result.Finding, m *Match) result.State {
	switch {
	case m.Worse, m.Known > 0 && m.Known < countOf(f):
		return result.StateWorse
	case m.Known == 0:
		return result.StateNew
	case m.Changed:
		return result.StateChanged
	}
	return result.StateKnown
}

// addTo adds a number that is not zero, so that a map names the severities that occur.
func addTo(counts map[result.Severity]int, s result.Severity, n int) {
	if n > 0 {
		counts[s.Known()] = result.AddCounts(counts[s.Known()], n)
	}
}
