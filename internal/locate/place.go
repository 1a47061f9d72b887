package locate

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// Source is what findings are matched against.
type Source struct {
	// Read returns the content of a repository-relative path.
	Read func(path string) ([]byte, error)
	// Targets are those of the ledger: the places of images, and the templates
	// and Dockerfiles that were planned.
	Targets []result.Target
}

// Place puts findings on files and lines. An IaC alert becomes one finding for
// each reference in its details, at least one; every other finding stays one. It
// sets Ref, File, KindWord, Target, Resource, Rule, Fingerprint, Placement,
// Locations, Note and Candidates, and makes Summary and Details plain text. The
// order is that of the input, references in that of the details.
//
// The files of a submission are read and parsed once, when the first finding
// needs them, and forgotten before the next submission: the service takes few at
// a time. When ctx ends, no further file is read, and what needs it lies on the
// file's first line.
func Place(ctx context.Context, findings []result.Finding, src Source) []result.Finding {
	r := newRun(ctx, src)
	out := outcome{findings: make([]result.Finding, 0, len(findings))}
	for _, members := range bySubmission(findings) {
		s := r.enter(findings, members)
		for _, i := range members {
			out.from = i
			r.place(&out, &findings[i], s)
		}
	}
	out.restore()
	fingerprints(out.findings, out.bases)
	return out.findings
}

// outcome takes in what was placed.
type outcome struct {
	findings []result.Finding
	// bases holds what the fingerprints are made of, and origins the numbers of
	// the alerts; from is that of the one at hand.
	bases   []hash
	origins []int
	from    int
}

func (o *outcome) add(f result.Finding, prose string) {
	o.bases = append(o.bases, baseFingerprint(&f, prose))
	o.origins = append(o.origins, o.from)
	o.findings = append(o.findings, f)
}

// restore brings the findings back into the order of the alerts, which they are
// in already unless submissions were mixed.
func (o *outcome) restore() {
	if slices.IsSorted(o.origins) {
		return
	}
	order := make([]int, len(o.origins))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(o.origins[a], o.origins[b]) })
	findings, bases := make([]result.Finding, 0, len(order)), make([]hash, 0, len(order))
	for _, i := range order {
		findings, bases = append(findings, o.findings[i]), append(bases, o.bases[i])
	}
	o.findings, o.bases = findings, bases
}

// bySubmission lists the findings of each submission: they share one list of
// paths.
func bySubmission(findings []result.Finding) [][]int {
	type key struct {
		first *string
		n     int
	}
	place := map[key]int{}
	var groups [][]int
	for i := range findings {
		k := key{n: len(findings[i].Files)}
		if k.n > 0 {
			k.first = &findings[i].Files[0]
		}
		at, known := place[k]
		if !known {
			at = len(groups)
			place[k] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], i)
	}
	return groups
}

func (r *run) place(out *outcome, f *result.Finding, s *submission) {
	switch f.Kind {
	case result.KindIaC:
		r.placeAlert(out, f, s)
		return
	case result.KindImage:
		out.add(r.placeImage(*f), "")
		return
	}
	other := *f
	if other.Rule == "" {
		other.Rule = RuleID(f.Summary)
	}
	if other.Placement == "" {
		other.Placement = result.Unplaced
	}
	out.add(other, oneLine(f.Details))
}

// placeAlert splits an alert and places each part.
func (r *run) placeAlert(out *outcome, f *result.Finding, sub *submission) {
	summary := r.summary(f.Summary)
	parts := segments(f.Details)
	if len(parts) == 0 {
		details := PlainText(f.Details)
		parts = []segment{{details: details, prose: details}}
	}
	for i := range parts {
		seg := &parts[i]
		one := *f
		one.Summary, one.Rule = summary.text, summary.rule
		one.Details = seg.details
		one.Ref, one.File, one.KindWord = seg.ref.shown(), seg.file.shown(), seg.kind
		r.settle(&one, sub.locate(seg, summary.text), seg)
		out.add(one, seg.prose)
	}
}

// shown is the value as reports show it: where its end is uncertain, the first
// word if that looks like an address or a path.
func (v value) shown() string {
	if w := wordOf(v.text); v.loose && strings.ContainsAny(w, "./") {
		return w
	}
	return v.text
}

// settle writes a spot into a finding.
func (r *run) settle(f *result.Finding, s spot, seg *segment) {
	f.Placement, f.Note, f.Candidates = s.placement, s.note, s.candidates
	if s.path == "" {
		return
	}
	if len(r.templates) == 0 || r.templates[s.path] {
		f.Target = result.Target{Kind: result.KindIaC, Name: s.path}.ID()
	}
	loc := result.Location{Path: s.path, Line: 1}
	if s.resource >= 0 {
		src := r.file(s.path)
		res := &src.names.resources[s.resource]
		f.Resource = res.Address
		block := res.Range
		loc.Line, loc.Block = block.Start, &block
		if line := src.attribute(s.resource, seg); line > 0 {
			loc.Line, f.Placement = line, result.PlacedAttribute
		}
	}
	f.Locations = []result.Location{loc}
}
