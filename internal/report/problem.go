package report

import (
	"cmp"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// problem is what one fix solves: the findings of one rule with all their places, or the
// vulnerabilities of one image.
type problem struct {
	// findings are never empty. Those that cross a limit come first, then the most urgent.
	findings []*result.Finding
	counts   counts
	// turn is the problem's place among those of its kind and severity.
	turn int
}

// worst is the finding that the problem is named after.
func (p *problem) worst() *result.Finding { return p.findings[0] }

func (p *problem) isImage() bool { return p.worst().Image != "" }

// blocks reports whether the problem crosses a limit.
func (p *problem) blocks() bool { return p.worst().Stamp.Blocks() }

// problemKey identifies a problem. A rule that two checks share has one summary for each.
type problemKey struct {
	image         string
	kind          result.Kind
	rule, summary string
}

func problemKeyOf(f *result.Finding) problemKey {
	if f.Image != "" {
		return problemKey{image: f.Image}
	}
	return problemKey{kind: f.Kind, rule: f.Rule, summary: f.Summary}
}

// problemsOf groups findings. Problems that cross a limit come first, then the most urgent. Among
// equals the kinds take turns, each with its largest number first: an image has hundreds of
// vulnerabilities, and would hide every template that opens a port.
func problemsOf(findings []*result.Finding) []*problem {
	byKey := map[problemKey]*problem{}
	var all []*problem
	for _, f := range findings {
		key := problemKeyOf(f)
		p, ok := byKey[key]
		if !ok {
			p = &problem{}
			byKey[key] = p
			all = append(all, p)
		}
		p.findings = append(p.findings, f)
		p.counts.addFinding(f)
	}
	for _, p := range all {
		sortFindings(p.findings)
	}
	slices.SortFunc(all, compareInKind)
	takeTurns(all)
	slices.SortStableFunc(all, func(a, b *problem) int {
		return cmp.Or(compareUrgency(a.worst(), b.worst()), cmp.Compare(a.turn, b.turn))
	})
	return all
}

// takeTurns numbers the problems of each kind and severity, in their order.
func takeTurns(all []*problem) {
	type rank struct {
		kind     result.Kind
		severity result.Severity
		blocks   bool
	}
	turns := map[rank]int{}
	for _, p := range all {
		r := rank{p.worst().Kind, p.worst().Severity.Known(), p.blocks()}
		p.turn = turns[r]
		turns[r]++
	}
}

// compareInKind orders the problems of one kind and severity by their number. Templates come before
// images.
func compareInKind(a, b *problem) int {
	x, y := a.worst(), b.worst()
	return cmp.Or(
		compareUrgency(x, y), compareKinds(y.Kind, x.Kind),
		cmp.Compare(b.counts.of(x.Severity), a.counts.of(x.Severity)), compareFindings(x, y),
	)
}

// compareBool puts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// firstLocation is the zero value for a finding without a place.
func firstLocation(f *result.Finding) *result.Location {
	if !f.Placed() {
		return &result.Location{}
	}
	return &f.Locations[0]
}

// entry is one line in a list of findings: a finding, or all findings of an image, which differ
// only in severity.
type entry struct {
	findings []*result.Finding // the worst first
}

// entries lists the problem's findings.
func (p *problem) entries() []entry {
	if p.isImage() {
		return []entry{{p.findings}}
	}
	all := make([]entry, len(p.findings))
	for i := range p.findings {
		all[i] = entry{p.findings[i : i+1]}
	}
	return all
}

func (e entry) worst() *result.Finding { return e.findings[0] }

func (e entry) counts() counts { return countsOf(e.findings) }

// furtherPlaces are the entry's locations after the first.
func (e entry) furtherPlaces() []result.Location {
	if f := e.worst(); f.Placed() {
		return f.Locations[1:]
	}
	return nil
}

// entriesOf lists the findings of all problems, in the order of compareFindings.
func entriesOf(problems []*problem) []entry {
	var all []entry
	for _, p := range problems {
		all = append(all, p.entries()...)
	}
	sortByFinding(all, entry.worst)
	return all
}
