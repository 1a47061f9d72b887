package locate

import (
	"context"
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
// Each file is read and parsed once, when the first finding needs it. When ctx
// ends, no further file is read, and what needs it lies on the file's first line.
func Place(ctx context.Context, findings []result.Finding, src Source) []result.Finding {
	r := newRun(ctx, src)
	out := make([]result.Finding, 0, len(findings))
	bases := make([]string, 0, len(findings))
	for i := range findings {
		for _, p := range r.place(&findings[i]) {
			out = append(out, p.finding)
			bases = append(bases, baseFingerprint(&p.finding, p.prose))
		}
	}
	fingerprints(out, bases)
	return out
}

// placed is a finding with the text that its fingerprint is made of.
type placed struct {
	finding result.Finding
	prose   string
}

func (r *run) place(f *result.Finding) []placed {
	switch f.Kind {
	case result.KindIaC:
		return r.placeAlert(f)
	case result.KindImage:
		return []placed{{finding: r.placeImage(*f)}}
	}
	other := *f
	if other.Rule == "" {
		other.Rule = RuleID(f.Summary)
	}
	if other.Placement == "" {
		other.Placement = result.Unplaced
	}
	return []placed{{finding: other, prose: oneLine(f.Details)}}
}

// placeAlert splits an alert and places each part.
func (r *run) placeAlert(f *result.Finding) []placed {
	sub := r.submission(f)
	summary := r.summary(f.Summary)
	parts := segments(f.Details)
	if len(parts) == 0 {
		details := PlainText(f.Details)
		parts = []segment{{details: details, prose: details}}
	}
	out := make([]placed, 0, len(parts))
	for i := range parts {
		seg := &parts[i]
		one := *f
		one.Summary, one.Rule = summary.text, summary.rule
		one.Details = seg.details
		one.Ref, one.File, one.KindWord = seg.ref.shown(), seg.file.shown(), seg.kind
		r.settle(&one, sub.locate(seg, summary.text), seg)
		out = append(out, placed{one, seg.prose})
	}
	return out
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
