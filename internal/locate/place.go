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

// Place makes the findings of the service's answers and puts them on files and
// lines. An IaC alert becomes one finding for each reference in its details, at
// least one; an image becomes one for each severity that it has vulnerabilities
// of. The order is that of the submissions, of the alerts in them and of the
// references in the details; the images follow.
//
// The files of a folder are read and parsed together, once, when the first alert
// of a submission needs them, and forgotten before the next submission. When ctx ends, no further file is read, and what needs it lies on the
// file's first line.
func Place(ctx context.Context, submissions []result.Submission, images []result.ImageAnswer, src Source) []result.Finding {
	r := newRun(ctx, src)
	alerts := 0
	for i := range submissions {
		alerts += len(submissions[i].Alerts)
	}
	out := outcome{findings: make([]result.Finding, 0, alerts+len(images))}
	for i := range submissions {
		s := r.newSubmission(&submissions[i])
		for n := range s.alerts {
			s.placeAlert(&out, n)
		}
	}
	for i := range images {
		r.placeImage(&out, &images[i])
	}
	fingerprints(out.findings, out.bases)
	return out.findings
}

// outcome takes in what was placed, and what its fingerprints are made of.
type outcome struct {
	findings []result.Finding
	bases    []hash
}

func (o *outcome) add(f result.Finding, prose string) {
	o.bases = append(o.bases, baseFingerprint(&f, prose))
	o.findings = append(o.findings, f)
}

// placeAlert makes a finding of each reference of the submission's alert n.
func (s *submission) placeAlert(out *outcome, n int) {
	a := &s.alerts[n]
	summary := s.run.summary(a.Summary)
	parts := segments(a.Details)
	if len(parts) == 0 {
		details := PlainText(a.Details)
		parts = []segment{{details: details, prose: details}}
	}
	for i := range parts {
		seg := &parts[i]
		f := result.Finding{
			Kind:        result.KindIaC,
			Rule:        summary.rule,
			Severity:    a.Severity,
			RawSeverity: a.RawSeverity,
			Count:       1,
			Summary:     summary.text,
			Details:     seg.details,
			Ref:         seg.ref.shown(),
			File:        seg.file.shown(),
			KindWord:    seg.kind,
			Submission:  s.id,
			Alert:       n + 1,
		}
		s.settle(&f, s.locate(seg, summary.text), seg)
		out.add(f, seg.prose)
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
func (s *submission) settle(f *result.Finding, at spot, seg *segment) {
	f.Placement, f.Note, f.Candidates = at.placement, at.note, at.candidates
	if at.path == "" {
		return
	}
	if templates := s.run.templates; len(templates) == 0 || templates[at.path] {
		f.Target = result.Target{Kind: result.KindIaC, Name: at.path}.ID()
	}
	loc := result.Location{Path: at.path, Line: 1}
	if at.resource >= 0 {
		src := s.file(at.path)
		res := &src.names.resources[at.resource]
		f.Resource = res.Address
		block := res.Range
		loc.Line, loc.Block = block.Start, &block
		if line := src.attribute(at.resource, seg); line > 0 {
			loc.Line, f.Placement = line, result.PlacedAttribute
		}
	}
	f.Locations = []result.Location{loc}
}
