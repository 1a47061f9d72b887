package gate

import (
	"cmp"

	"github.com/scangate/scangate/internal/result"
)

// Record returns the entries of a baseline of the findings but those for which skip returns true.
// A finding that b has keeps its day; the others are of today. Entries in places that the run did
// not look at stay.
//
// grown are the indexes of the findings that b does not cover in full.
func Record(findings []result.Finding, b *result.Baseline, c Comparison, today result.Day, skip func(i int) bool) (entries []result.BaselineEntry, grown []int) {
	all := map[result.BaselineKey]*result.BaselineEntry{}
	add := func(e result.BaselineEntry) {
		have, ok := all[e.Key()]
		if !ok {
			all[e.Key()] = &e
			return
		}
		have.Count, have.Since = result.AddCounts(have.Count, e.Count), min(have.Since, e.Since)
		if have.Block != e.Block {
			have.Block = "" // it is that of one image among several
		}
	}
	before := sinceOf(b)
	for i := range findings {
		if skip(i) {
			continue
		}
		since := today
		for _, at := range c.Matches[i].Entries {
			since = min(since, b.Entries[at].Since)
		}
		for _, e := range entriesOf(&findings[i], since) {
			e.Since = min(e.Since, cmp.Or(before[e.Key()], e.Since))
			add(e)
		}
		if c.Matches[i].Known < countOf(&findings[i]) {
			grown = append(grown, i)
		}
	}
	for _, e := range c.Unseen {
		add(e)
	}
	for _, e := range all {
		entries = append(entries, *e)
	}
	result.SortEntries(entries)
	return entries, grown
}

func sinceOf(b *result.Baseline) map[result.BaselineKey]result.Day {
	days := make(map[result.BaselineKey]result.Day, len(b.Entries))
	for i := range b.Entries {
		days[b.Entries[i].Key()] = b.Entries[i].Since
	}
	return days
}
