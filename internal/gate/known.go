package gate

import (
	"time"

	"github.com/scangate/scangate/internal/result"
)

// debts counts what a baseline covers.
type debts struct {
	known int
	// changed is the part of known whose blocks changed since.
	changed int
	// due counts again: entries have it, and are too old.
	due int
}

// coverKnown takes what the baseline covers out of stamps that count anything.
func coverKnown(rows []result.Row, findings []result.Finding, stamps []result.Stamp, p result.Policy, o Options) debts {
	var d debts
	b := p.Baseline
	if b == nil {
		return d
	}
	looked := newSurvey(b.Gone, rows, o.Change != nil)
	looked.share = o.Shard != nil
	found := compare(findings, b, looked, CountsOf(stamps))
	for i := range stamps {
		m, s := &found.Matches[i], &stamps[i]
		if len(m.Entries) == 0 {
			continue
		}
		s.Cover().Entries = m.Entries
		switch {
		case m.Worse:
			s.Cover().Debt = result.DebtWorse
		case isDue(b, m.Entries, o.Now):
			s.Cover().Debt = result.DebtDue
			d.due = result.AddCounts(d.due, m.Known)
		default:
			d.cover(s, m)
		}
	}
	return d
}

// cover takes what is known of a finding out of its stamp.
func (d *debts) cover(s *result.Stamp, m *Match) {
	d.known = result.AddCounts(d.known, m.Known)
	if m.Changed {
		s.Cover().Debt = result.DebtChanged
		d.changed = result.AddCounts(d.changed, m.Known)
	}
	s.Cover().Known = m.Known
	if s.Count -= m.Known; s.Count == 0 {
		s.Effect, s.Limits = result.Known, nil
	}
}

// isDue reports whether one of the entries is older than its severity allows.
func isDue(b *result.Baseline, entries []int, now time.Time) bool {
	for _, at := range entries {
		if b.Due(&b.Entries[at], now) {
			return true
		}
	}
	return false
}

// CountsOf are what stamps count of their findings before the baseline: see [Compare].
func CountsOf(stamps []result.Stamp) []int {
	counts := make([]int, len(stamps))
	for i := range stamps {
		counts[i] = stamps[i].Count + stamps[i].Covered().Known
	}
	return counts
}
