package gate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// Comparison is what became of a baseline in the findings of a run. It is made by [Compare].
type Comparison struct {
	// Matches has one for each finding, in their order.
	Matches []Match
	// Fixed are the entries that no finding has any more, with the part of their count that is
	// gone.
	Fixed []result.BaselineEntry
	// Unseen are those in places that the run did not look at.
	Unseen []result.BaselineEntry
}

// Match is what a baseline says of a finding.
type Match struct {
	// Known is the part of the finding's count that entries cover.
	Known int
	// Entries are the indexes of the entries that have the finding.
	Entries []int
	// Worse: an entry has the finding with a lower severity, and covers nothing.
	Worse bool
	// Changed: the lines of the resource are not those that the entry was made of.
	Changed bool
}

// Compare matches findings with the entries of a baseline. An entry is matched by its fingerprint,
// which no shifted line changes. If its place is gone, it is also matched by a finding of the same
// rule, resource and block elsewhere. No entry covers more than its count, so that a further
// finding of the same rule is never covered.
//
// counts has the part of each finding that is to be covered; nil stands for all of it. What is left
// of a finding uses up what the others leave of its entries, and is not known.
func Compare(rows []result.Row, findings []result.Finding, b *result.Baseline, c *result.Change, counts []int) Comparison {
	return compare(findings, b, newSurvey(b.Gone, rows, c != nil), counts)
}

func compare(findings []result.Finding, b *result.Baseline, s *survey, counts []int) Comparison {
	m := newMatcher(findings, b, s, counts)
	var rest []int
	order := m.order()
	for _, i := range order {
		if m.counts[i] > 0 && !m.match(i) {
			rest = append(rest, i)
		}
	}
	for _, i := range rest {
		m.keep(i, m.counts[i])
	}
	m.indexMoves()
	for _, i := range rest {
		if !m.matchRenamed(i, b.Moved) {
			m.matchMoved(i)
		}
	}
	for _, i := range order {
		m.keep(i, countOf(&findings[i])-m.counts[i])
	}
	return m.comparison()
}

// matcher uses up the entries of a baseline.
type matcher struct {
	findings []result.Finding
	counts   []int
	matches  []Match
	entries  []result.BaselineEntry
	// left is the part of each entry's count that no finding has yet.
	left   []int
	byKey  map[result.BaselineKey]int
	survey *survey
	// moves are the entries that are left, and whose places are gone.
	moves map[moveKey][]int
}

// moveKey is what stays the same of a finding if its block moves to another file.
type moveKey struct {
	kind                         result.Kind
	rule, resource, image, block string
}

func newMatcher(findings []result.Finding, b *result.Baseline, s *survey, counts []int) *matcher {
	if counts == nil {
		counts = allOf(findings)
	}
	m := &matcher{
		findings: findings, counts: counts, matches: make([]Match, len(findings)), entries: b.Entries, left: make([]int, len(b.Entries)),
		byKey: make(map[result.BaselineKey]int, len(b.Entries)), survey: s, moves: map[moveKey][]int{},
	}
	for i := range m.entries {
		m.byKey[m.entries[i].Key()] = i
		m.left[i] = m.entries[i].Count
	}
	return m
}

// allOf are the counts of findings of which nothing is left out.
func allOf(findings []result.Finding) []int {
	counts := make([]int, len(findings))
	for i := range findings {
		counts[i] = countOf(&findings[i])
	}
	return counts
}

func (m *matcher) comparison() Comparison {
	c := Comparison{Matches: m.matches}
	for at, left := range m.left {
		if left <= 0 {
			continue
		}
		e := m.entries[at]
		e.Count = left
		if m.survey.covers(&e) {
			c.Fixed = append(c.Fixed, e)
		} else {
			c.Unseen = append(c.Unseen, e)
		}
	}
	return c
}

// order is that of matching. It must not depend on the order of the findings, because several
// may share an entry.
func (m *matcher) order() []int {
	order := make([]int, len(m.findings))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := &m.findings[i], &m.findings[j]
		return cmp.Or(
			cmp.Compare(a.Fingerprint, b.Fingerprint), cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Image, b.Image),
			cmp.Compare(m.counts[j], m.counts[i]), slices.Compare(namingFiles(a), namingFiles(b)),
		)
	})
	return order
}

// match matches a finding with the entries of its own keys. It reports whether they cover any of
// it.
func (m *matcher) match(i int) bool {
	f := &m.findings[i]
	match := Match{Known: m.counts[i]}
	for _, e := range entriesOf(f, "") {
		at, ok := m.byKey[e.Key()]
		if !ok || isWorse(e.Severity, m.entries[at].Severity) && !m.survey.isRelative(f) {
			return false
		}
		match.Known = min(match.Known, m.left[at])
		match.Entries = append(match.Entries, at)
		match.Changed = match.Changed || e.Image == "" && m.entries[at].Block != "" && e.Block != m.entries[at].Block
	}
	m.take(i, match)
	return true
}

// take notes a match, and uses up its entries.
func (m *matcher) take(i int, match Match) {
	for _, at := range match.Entries {
		m.left[at] -= match.Known
	}
	m.matches[i] = match
}

// keep uses up the entries of a part of a finding that they don't cover, because it is worse now,
// because a further file names the image, or because nothing needs to cover it: they are not fixed.
func (m *matcher) keep(i, part int) {
	if part <= 0 {
		return
	}
	for _, e := range entriesOf(&m.findings[i], "") {
		at, ok := m.byKey[e.Key()]
		if !ok {
			continue
		}
		m.left[at] -= min(part, m.left[at])
		if m.counts[i] > 0 && isWorse(e.Severity, m.entries[at].Severity) {
			m.matches[i] = Match{Worse: true, Entries: []int{at}}
		}
	}
}

// isWorse reports whether a severity is higher than that of an entry. Unknown may be any.
func isWorse(now, before result.Severity) bool {
	return now != before && (now == result.Unknown || before == result.Unknown || now > before)
}

// matchRenamed matches a finding with the entry that it has at the former path of its file. It
// reports whether there is one.
func (m *matcher) matchRenamed(i int, moved map[string]string) bool {
	f, entries := &m.findings[i], entriesOf(&m.findings[i], "")
	if len(entries) != 1 {
		return false
	}
	e := entries[0]
	old := moved[e.Path]
	if e.Path, e.Fingerprint = old, f.Former; old == "" || e.Image == "" && f.Former == "" {
		return false
	}
	at, ok := m.byKey[e.Key()]
	if !ok || m.left[at] != m.entries[at].Count || !m.survey.isGone(&m.entries[at]) || isWorse(e.Severity, m.entries[at].Severity) {
		return false
	}
	changed := e.Image == "" && m.entries[at].Block != "" && e.Block != m.entries[at].Block
	m.take(i, Match{Known: min(m.counts[i], m.left[at]), Entries: []int{at}, Changed: changed})
	return true
}

// indexMoves finds the entries that may have moved.
func (m *matcher) indexMoves() {
	for at := range m.entries {
		e := &m.entries[at]
		if m.left[at] == e.Count && e.Block != "" && m.survey.isGone(e) {
			key := moveKeyOf(e)
			m.moves[key] = append(m.moves[key], at)
		}
	}
}

func moveKeyOf(e *result.BaselineEntry) moveKey {
	return moveKey{e.Kind, e.Rule, e.Resource, e.Image, e.Block}
}

// matchMoved matches a finding with an entry whose block moved to the finding's file.
func (m *matcher) matchMoved(i int) {
	entries := entriesOf(&m.findings[i], "")
	f := &entries[0]
	if len(entries) != 1 || m.findings[i].Uncertain != "" || f.Block == "" {
		return
	}
	key := moveKeyOf(f)
	n := slices.IndexFunc(m.moves[key], func(at int) bool {
		e := &m.entries[at]
		return e.Path != f.Path && !isWorse(f.Severity, e.Severity) && (e.Image == "" || e.Severity == f.Severity)
	})
	if n < 0 {
		return
	}
	at := m.moves[key][n]
	m.moves[key] = slices.Delete(m.moves[key], n, n+1)
	m.take(i, Match{Known: min(m.counts[i], m.left[at]), Entries: []int{at}})
}

// entriesOf returns the entries that a baseline of the given day has for a finding: one, or one
// for each file that names its image.
func entriesOf(f *result.Finding, since result.Day) []result.BaselineEntry {
	e := result.BaselineEntry{
		Kind: f.Kind, Rule: f.Rule, Resource: f.Resource, Severity: f.Severity.Known(), Fingerprint: f.Fingerprint,
		Block: f.Block, Count: countOf(f), Since: since,
	}
	switch {
	case f.Kind == result.KindAlerts, f.Kind == result.KindChecks:
		e.Source = f.Target
	case f.Placed():
		e.Path = f.Locations[0].Path
	}
	if f.Kind != result.KindImage {
		return []result.BaselineEntry{e}
	}
	e.Image = repositoryOf(f.Image)
	if f.Uncertain != "" {
		return []result.BaselineEntry{e}
	}
	// The fingerprint of an image is that of its reference: if its file moves, that has to be the
	// same.
	e.Fingerprint, e.Block = "", f.Fingerprint
	var all []result.BaselineEntry
	for _, path := range namingFiles(f) {
		e.Path = path
		all = append(all, e)
	}
	return all
}

// countOf is what a finding stands for: never less than one.
func countOf(f *result.Finding) int { return max(1, f.Count) }

// repositoryOf is a normalised reference without tag and digest.
func repositoryOf(ref string) string {
	name, _, _ := strings.Cut(ref, "@")
	if tag := strings.LastIndexByte(name, ':'); tag > strings.LastIndexByte(name, '/') {
		name = name[:tag]
	}
	return name
}

// namingFiles are the files of a finding; one "" without any.
func namingFiles(f *result.Finding) []string {
	if len(f.Locations) == 0 {
		return []string{""}
	}
	return pathsOf(f.Locations)
}

// pathsOf are the paths of locations, each once and sorted.
func pathsOf(locations []result.Location) []string {
	var paths []string
	for _, l := range locations {
		paths = append(paths, l.Path)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}
