package gate

import (
	"cmp"

	"github.com/scangate/scangate/internal/result"
)

// Record returns the entries of a baseline of findings, as far as they count: counts is that of
// [Compare]. A finding that b has keeps its day; the others are of today. Entries in places that
// the run did not look at stay.
//
// grown are the indexes of the findings that b does not cover in full.
func Record(findings []result.Finding, b *result.Baseline, c Comparison, today result.Day, counts []int) (entries []result.BaselineEntry, grown []int) {
	if counts == nil {
		counts = allOf(findings)
	}
	r, before := record{}, sinceOf(b)
	for i := range findings {
		if counts[i] <= 0 {
			continue
		}
		since := c.Matches[i].since(b, today)
		for _, e := range entriesOf(&findings[i], since) {
			e.Count, e.Since = counts[i], min(since, cmp.Or(before[e.Key()], since))
			r.add(e)
		}
		if c.Matches[i].Known < counts[i] {
			grown = append(grown, i)
		}
	}
	for _, e := range c.Unseen {
		r.add(e)
	}
	return r.entries(), grown
}

// since is the first day of the entries that have a finding, or today.
func (m *Match) since(b *result.Baseline, today result.Day) result.Day {
	day := today
	for _, at := range m.Entries {
		day = min(day, b.Entries[at].Since)
	}
	return day
}

// record holds the entries of a new baseline.
type record map[result.BaselineKey]*result.BaselineEntry

// add adds an entry, or its count to the entry of the same key.
func (r record) add(e result.BaselineEntry) {
	have, ok := r[e.Key()]
	if !ok {
		r[e.Key()] = &e
		return
	}
	have.Count, have.Since = result.AddCounts(have.Count, e.Count), min(have.Since, e.Since)
	if have.Block != e.Block {
		have.Block = "" // it is that of one image among several
	}
}

func (r record) entries() []result.BaselineEntry {
	all := make([]result.BaselineEntry, 0, len(r))
	for _, e := range r {
		all = append(all, *e)
	}
	result.SortEntries(all)
	return all
}

func sinceOf(b *result.Baseline) map[result.BaselineKey]result.Day {
	days := make(map[result.BaselineKey]result.Day, len(b.Entries))
	for i := range b.Entries {
		days[b.Entries[i].Key()] = b.Entries[i].Since
	}
	return days
}
