package report

import (
	"cmp"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// group is what lies in one file, worst first. The group without a path holds
// what has no place.
type group struct {
	path   string
	items  []*item
	counts counts
}

// item is one entry of a group: a finding, or all findings of one image, which
// differ in severity alone.
type item struct {
	line     int
	findings []*result.Finding // worst first
	also     []result.Location // further lines that name the image
	counts   counts
}

// first is the finding that the entry is named after.
func (it *item) first() *result.Finding { return it.findings[0] }

// path is the file or the account that holds the entry, "" without one.
func (it *item) path() string { return home(it.first()) }

func (it *item) severity() result.Severity { return it.first().Severity }

// groups sorts findings into files, the worst file first and the group without a
// place last. An image is listed once, where it is named first.
func groups(findings []*result.Finding) []*group {
	byPath := map[string]*group{}
	var all []*group
	for _, it := range items(findings) {
		path := it.path()
		g, ok := byPath[path]
		if !ok {
			g = &group{path: path}
			byPath[path] = g
			all = append(all, g)
		}
		g.add(it)
	}
	for _, g := range all {
		slices.SortStableFunc(g.items, compareItems)
	}
	slices.SortFunc(all, compareGroups)
	return all
}

func (g *group) add(it *item) {
	g.items = append(g.items, it)
	g.counts.addAll(it.counts)
}

// items joins the findings of each image.
func items(findings []*result.Finding) []*item {
	byImage := map[string]*item{}
	var all []*item
	for _, f := range findings {
		it := byImage[f.Image]
		if it == nil || f.Image == "" {
			it = newItem(f)
			byImage[f.Image] = it
			all = append(all, it)
		}
		it.findings = append(it.findings, f)
		it.counts.add(f)
	}
	for _, it := range all {
		slices.SortStableFunc(it.findings, func(a, b *result.Finding) int {
			return cmp.Compare(urgency(a.Severity), urgency(b.Severity))
		})
	}
	return all
}

func newItem(f *result.Finding) *item {
	it := &item{}
	if f.Placed() {
		it.line = f.Locations[0].Line
		it.also = f.Locations[1:]
	}
	return it
}

func compareItems(a, b *item) int {
	return cmp.Or(
		cmp.Compare(urgency(a.severity()), urgency(b.severity())),
		cmp.Compare(a.line, b.line),
		cmp.Compare(a.first().Summary, b.first().Summary),
		cmp.Compare(a.first().Resource, b.first().Resource),
		cmp.Compare(a.first().Fingerprint, b.first().Fingerprint),
	)
}

func compareGroups(a, b *group) int {
	if (a.path == "") != (b.path == "") {
		return cmp.Compare(b.path, a.path)
	}
	for _, s := range ranked() {
		if a.counts[s] != b.counts[s] {
			return cmp.Compare(b.counts[s], a.counts[s])
		}
	}
	return cmp.Compare(a.path, b.path)
}
