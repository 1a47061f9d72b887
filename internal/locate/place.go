package locate

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/secret"
)

// Checkout is the repository that findings are placed in.
type Checkout struct {
	// Read returns the content of a file, by its path relative to the root.
	Read func(path string) ([]byte, error)
	// Former maps files to the paths that they had before they were moved.
	Former map[string]string
	// Targets are those of the ledger: images with the lines that name them, and the
	// templates and Dockerfiles that were planned.
	Targets []result.Target
	// Secrets masks the credentials that are known. Snippets don't show them, whatever their shape.
	Secrets secret.Masker
}

// maxWorkers bounds the submissions whose files are in memory at the same time, and the files that
// snippets are cut from.
const maxWorkers = 4

// workers is how many goroutines place findings.
func workers() int { return min(maxWorkers, runtime.GOMAXPROCS(0)) }

// Place makes findings of the service's answers and puts them on files and lines.
// An IaC alert becomes one finding for each reference in its details, at least
// one. An image becomes one finding for each severity that it has vulnerabilities
// of. Findings stand in the order of the submissions, their alerts and the
// references in the details; those of images follow.
//
// The files of a folder are read and parsed together when the first alert of a
// submission needs one of them. Submissions are placed side by side, at most four: more
// files are not in memory, and Read is called by several goroutines.
// After the end of ctx no file is read: findings that need one are on its first line.
// The error is a panic.
func Place(ctx context.Context, submissions []result.Submission, images []result.ImageAnswer, repo Checkout) ([]result.Finding, error) {
	p := newPlacer(ctx, repo)
	out := newPlaced(numberOf(submissions, images), repo.Former)
	err := safe.InOrder(len(submissions), workers(), func(i int) *placed {
		part := out // of one submission: the findings are not in memory twice
		if len(submissions) > 1 {
			part = newPlaced(numberOf(submissions[i:i+1], nil), repo.Former)
		}
		p.placeAlerts(part, &submissions[i])
		return part
	}, func(_ int, part *placed) {
		if part != out {
			out.append(part)
		}
	})
	if err != nil {
		return nil, err
	}
	for i := range images {
		p.placeImage(out, &images[i])
	}
	setFingerprints(out.findings, out.bases, out.formerBases)
	return out.findings, nil
}

// numberOf is about how many findings the answers become. A slice that grows takes twice its
// memory, beside the files.
func numberOf(submissions []result.Submission, images []result.ImageAnswer) int {
	n := 0
	for i := range submissions {
		for j := range submissions[i].Alerts {
			n += max(1, strings.Count(submissions[i].Alerts[j].Details, "(Ref: "))
		}
	}
	for i := range images {
		n += len(images[i].Counts) + 1
	}
	return n
}

// placed collects the findings, and for each what its fingerprint is made of.
type placed struct {
	findings []result.Finding
	bases    []hash
	former   map[string]string
	// formerBases are the bases, by index, of findings in files that were moved.
	formerBases map[int]hash
}

func newPlaced(n int, former map[string]string) *placed {
	return &placed{findings: make([]result.Finding, 0, n), bases: make([]hash, 0, n), former: former, formerBases: map[int]hash{}}
}

// append takes the findings of a part.
func (p *placed) append(part *placed) {
	for i, base := range part.formerBases {
		p.formerBases[len(p.bases)+i] = base
	}
	p.findings, p.bases = append(p.findings, part.findings...), append(p.bases, part.bases...)
}

// add takes a finding, the prose of its details, and its block, nil without one.
func (p *placed) add(f result.Finding, prose string, b *block) {
	f.Block = b.hash()
	if old := formerPath(&f, p.former); old != "" {
		moved := f
		moved.Locations = []result.Location{{Path: old}}
		p.formerBases[len(p.bases)] = baseFingerprint(&moved, prose, b)
	}
	p.bases = append(p.bases, baseFingerprint(&f, prose, b))
	p.findings = append(p.findings, f)
}

// formerPath is the path that the file of a finding had, "" if it was not moved.
func formerPath(f *result.Finding, former map[string]string) string {
	if f.Kind == result.KindImage || !f.Placed() {
		return ""
	}
	return former[f.Locations[0].Path]
}

// placer holds what all answers of a run share. Several goroutines read it.
type placer struct {
	read        func(path string) ([]byte, error)
	summaries   summaries
	templates   map[string]string // the IDs of planned templates, by path
	rendered    map[string]string // the files that templates are rendered from
	images      map[string]*result.Target
	dockerfiles *pathIndex
	stages      map[string][]stage // by the path of the Dockerfile
}

// summary is the summary of an alert as plain text, and the rule made of it.
type summary struct{ text, rule string }

func newPlacer(ctx context.Context, repo Checkout) *placer {
	p := &placer{
		read: func(path string) ([]byte, error) {
			if err := context.Cause(ctx); err != nil {
				return nil, fmt.Errorf("the run was interrupted: %w", err)
			}
			return repo.Read(path)
		},
		summaries: summaries{known: map[string]summary{}},
		templates: map[string]string{},
		rendered:  map[string]string{},
		images:    map[string]*result.Target{},
		stages:    map[string][]stage{},
	}
	var dockerfiles []string
	for i := range repo.Targets {
		t := &repo.Targets[i]
		switch t.Kind {
		case result.KindIaC:
			p.templates[t.Name] = t.ID()
			if t.RenderedFrom != "" {
				p.rendered[t.Name] = t.RenderedFrom
			}
		case result.KindImage:
			p.images[t.Name] = t
		case result.KindDockerfile:
			dockerfiles = append(dockerfiles, t.Name)
		}
	}
	p.dockerfiles = newPathIndex(dockerfiles)
	return p
}

// summaries makes equal summaries share their memory: an answer may have a million.
type summaries struct {
	mu    sync.Mutex
	known map[string]summary // by the raw text
}

func (s *summaries) of(raw string) summary {
	s.mu.Lock()
	defer s.mu.Unlock()
	made, known := s.known[raw]
	if !known {
		made = summary{text: oneLine(raw), rule: ruleOf(raw)}
		s.known[raw] = made
	}
	return made
}

func (p *placer) placeAlerts(out *placed, sub *result.Submission) {
	m := newMatcher(p.read, sub)
	for n := range sub.Alerts {
		alert := &sub.Alerts[n]
		summary := p.summaries.of(alert.Summary)
		for seg := range eachSegment(alert.Details) {
			f := result.Finding{
				Kind:        result.KindIaC,
				Rule:        summary.rule,
				Severity:    alert.Severity,
				RawSeverity: alert.RawSeverity,
				Count:       1,
				Summary:     summary.text,
				Details:     seg.details,
				Ref:         seg.ref.display(),
				File:        seg.file.display(),
				KindWord:    seg.kind,
				Submission:  sub.ID,
				Alert:       n + 1,
			}
			at := m.match(&seg, summary.text)
			p.setPlace(&f, m, at, &seg)
			out.add(f, seg.prose, m.block(at))
		}
	}
}

// setPlace writes a match into its finding.
func (p *placer) setPlace(f *result.Finding, m *matcher, at match, seg *segment) {
	f.Placement, f.Note, f.Candidates = at.placement, at.note, p.inSources(at.candidates)
	f.Uncertain = cmp.Or(seg.doubt, at.doubt)
	if at.path == "" {
		return
	}
	switch id, planned := p.templates[at.path]; {
	case planned:
		f.Target = id // shared: an answer may have a million findings
	case len(p.templates) == 0:
		f.Target = result.Target{Kind: result.KindIaC, Name: at.path}.ID()
	}
	loc := result.Location{Path: at.path, Line: 1}
	if at.resource >= 0 {
		file := m.file(at.path)
		res := &file.names.resources[at.resource]
		f.Resource = sharing(res.Address, f.Ref)
		block := res.Range
		loc.Line, loc.Block = block.Start, &block
		if line := file.quotedLine(at.resource, seg); line > 0 {
			loc.Line, f.Placement = line, result.PlacedAttribute
		} else if at.note == "" {
			loc.Likely = m.likely.Line(res, f.Summary, seg.prose)
		}
	}
	if source, rendered := p.rendered[at.path]; rendered {
		loc, f.Placement = fileAlone(source), result.PlacedFile
		f.Note, f.Candidates = "the line is unknown: the service scanned what is rendered from the file", nil
	}
	f.Locations = []result.Location{loc}
}

// sharing returns text, in the memory of other if they are equal: most details have the address of
// the resource.
func sharing(text, other string) string {
	if text == other {
		return other
	}
	return text
}

// fileAlone is the location of what is in a file, at an unknown place.
func fileAlone(path string) result.Location { return result.Location{Path: path, Line: 1} }

// inSources replaces the locations in rendered templates by the files that these are
// rendered from. Findings share the list.
func (p *placer) inSources(list []result.Location) []result.Location {
	isRendered := func(l result.Location) bool { return p.rendered[l.Path] != "" }
	if !slices.ContainsFunc(list, isRendered) {
		return list
	}
	var all []result.Location
	for _, l := range list {
		if isRendered(l) {
			l = fileAlone(p.rendered[l.Path])
		}
		if !slices.ContainsFunc(all, func(known result.Location) bool { return known.Path == l.Path && known.Line == l.Line }) {
			all = append(all, l)
		}
	}
	return all
}

// display returns the value for people. If its end is uncertain and its first word
// looks like an address or a path, that is the first word.
func (v value) display() string {
	if w := wordOf(v.text); v.loose && strings.ContainsAny(w, "./") {
		return w
	}
	return v.text
}
