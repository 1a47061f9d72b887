package locate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/dockerfile"
	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
)

// placeImage makes a finding of each severity that the image has vulnerabilities
// of, and puts them on every line that names the image. An image that is marked
// not secure although nothing is counted is one finding of an unknown severity:
// the service gives no reason.
func (r *run) placeImage(out *outcome, a *result.ImageAnswer) {
	f := result.Finding{
		Kind:       result.KindImage,
		Rule:       ruleImageVulnerabilities,
		Target:     a.Target,
		Image:      a.Image,
		Submission: a.Submission,
		Unplanned:  a.Target == "",
	}
	r.locateImage(&f, a.Paths)
	for _, c := range a.Counts {
		word := cmp.Or(c.RawSeverity, c.Severity.String())
		f.Severity, f.RawSeverity, f.Count = c.Severity, c.RawSeverity, c.N
		f.Summary = oneLine(fmt.Sprintf("%s vulnerabilities in %s", word, a.Image))
		f.Details = PlainText(fmt.Sprintf("%d %s", c.N, word))
		out.add(f, "")
	}
	if len(a.Counts) == 0 && a.Insecure {
		f.Rule, f.Count = ruleImageNotSecure, 1
		f.Summary = oneLine(a.Image + " is marked not secure by the service's policy without a counted vulnerability")
		out.add(f, "")
	}
}

// locateImage sets the finding's locations; paths are the Dockerfiles that the
// answer names.
func (r *run) locateImage(f *result.Finding, paths []string) {
	target, planned := r.images[f.Image]
	switch {
	case planned && len(target.Places) > 0:
		f.Placement, f.Locations = result.PlacedResource, target.Places
	case planned:
		f.Placement, f.Note = result.Unplaced, "named by --image or the config"
	default:
		r.placeUnplanned(f, paths)
	}
	if planned && f.Target == "" {
		f.Target = target.ID()
	}
}

// placeUnplanned puts an image that nobody planned on the Dockerfiles that the
// answer names for it.
func (r *run) placeUnplanned(f *result.Finding, paths []string) {
	f.Placement, f.Note = result.Unplaced, "the answer names this image and no file of this repository"
	for _, name := range paths {
		fits := r.dockerfiles.find(name).fits
		if named := r.naming(fits, f.Image); len(named) > 0 {
			fits = named
		}
		switch len(fits) {
		case 0:
		case 1:
			r.addStages(f, r.dockerfiles.paths[fits[0]])
		default:
			f.Candidates = append(f.Candidates, r.firstLines(fits)...)
		}
	}
	switch {
	case len(f.Locations) > 0:
		f.Candidates = nil
	case len(f.Candidates) > 0:
		f.Placement, f.Note = result.PlacedAmbiguous, "the file that the answer names fits several Dockerfiles"
	}
}

// addStages adds the lines of a Dockerfile that name the image, or its first one.
func (r *run) addStages(f *result.Finding, path string) {
	if f.Placement == result.Unplaced {
		f.Placement, f.Note = result.PlacedResource, ""
	}
	found := false
	for _, st := range r.stagesOf(path) {
		if st.names(f.Image) {
			block := st.block
			f.Locations = append(f.Locations, result.Location{Path: path, Line: block.Start, Block: &block})
			found = true
		}
	}
	if !found {
		f.Placement, f.Note = result.PlacedFile, "the service names this file for the image; no FROM line in it does"
		f.Locations = append(f.Locations, result.Location{Path: path, Line: 1})
	}
}

// naming keeps the Dockerfiles that have a line with the image.
func (r *run) naming(paths []int, image string) []int {
	var kept []int
	for _, n := range paths {
		for _, st := range r.stagesOf(r.dockerfiles.paths[n]) {
			if st.names(image) {
				kept = append(kept, n)
				break
			}
		}
	}
	return kept
}

func (r *run) firstLines(paths []int) []result.Location {
	var out []result.Location
	for _, n := range paths {
		out = append(out, result.Location{Path: r.dockerfiles.paths[n], Line: 1})
	}
	return out
}

// stage is a FROM instruction that builds upon an image.
type stage struct {
	block     result.Range
	raw, base string
}

// names says that the instruction names the image: it resolves to it, or it is
// written with the same name and a variable behind it.
func (s stage) names(ref string) bool {
	parsed, err := image.Parse(ref)
	if err != nil {
		return s.raw == ref
	}
	if s.base == parsed.String() || s.raw == ref {
		return true
	}
	head, _, variable := strings.Cut(s.raw, "$")
	return variable && slices.Contains(parsed.Forms(), strings.TrimRight(head, ":@"))
}

// stagesOf reads the FROM instructions of a Dockerfile once; none if it can't be
// read or parsed, which its own row of the ledger says.
func (r *run) stagesOf(path string) []stage {
	if known, ok := r.stages[path]; ok {
		return known
	}
	var out []stage
	if content, err := r.content(path); err == nil {
		if f, err := dockerfile.Parse(path, content, dockerfile.Options{}); err == nil {
			for i := range f.Stages {
				st := &f.Stages[i]
				if st.Kind == dockerfile.Image {
					out = append(out, stage{st.Range, st.Raw, st.Base})
				}
			}
		}
	}
	r.stages[path] = out
	return out
}
