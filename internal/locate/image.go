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
// of, on every line that names the image. An image that is marked as not secure without
// a critical or high vulnerability is one finding of severity high: the service gives no
// reason.
func (p *placer) placeImage(out *placed, a *result.ImageAnswer) {
	f := result.Finding{
		Kind:       result.KindImage,
		Rule:       result.RuleImageVulnerabilities,
		Target:     a.Target,
		Image:      a.Image,
		Submission: a.Submission,
		Unplanned:  a.Target == "",
	}
	p.locateImage(&f, a.Paths)
	for _, c := range a.Counts {
		word := cmp.Or(c.RawSeverity, c.Severity.String())
		f.Severity, f.RawSeverity, f.Count = c.Severity, c.RawSeverity, c.N
		f.Summary = oneLine(fmt.Sprintf("%s vulnerabilities in %s", word, a.Image))
		f.Details = PlainText(fmt.Sprintf("%d %s", c.N, word))
		out.add(f, "", nil)
	}
	if a.Insecure && !explained(a.Counts) {
		f.Rule, f.Severity, f.RawSeverity, f.Count, f.Details = result.RuleImageNotSecure, result.High, "", 1, ""
		f.Summary = oneLine(a.Image + " is marked not secure by the service's policy without a critical or high vulnerability")
		out.add(f, "", nil)
	}
}

// explained reports whether the counts explain why an image is marked as not secure.
func explained(counts []result.SeverityCount) bool {
	return slices.ContainsFunc(counts, func(c result.SeverityCount) bool { return c.Severity >= result.High })
}

// locateImage sets the locations of an image's finding; paths are the Dockerfiles
// that the answer names.
func (p *placer) locateImage(f *result.Finding, paths []string) {
	target := p.images[f.Image]
	if target == nil {
		p.locateUnplanned(f, paths)
		return
	}
	f.Target = target.ID()
	if len(target.Places) == 0 {
		f.Placement, f.Note = result.Unplaced, "no file of the repository names this image"
		return
	}
	f.Placement, f.Locations = result.PlacedResource, target.Places
}

// locateUnplanned places an image without a row on the Dockerfiles that the answer
// names.
func (p *placer) locateUnplanned(f *result.Finding, names []string) {
	for _, name := range names {
		paths := p.dockerfiles.find(name).paths
		if naming := p.naming(paths, f.Image); len(naming) > 0 {
			paths = naming
		}
		if len(paths) == 1 {
			p.addStages(f, p.dockerfiles.paths[paths[0]])
			continue
		}
		for _, n := range paths {
			f.Candidates = append(f.Candidates, result.Location{Path: p.dockerfiles.paths[n], Line: 1})
		}
	}
	switch {
	case len(f.Locations) > 0:
		f.Candidates = nil
	case len(f.Candidates) > 0:
		f.Placement, f.Note = result.PlacedAmbiguous, "the file that the answer names matches several Dockerfiles"
		f.Uncertain = f.Note
	default:
		f.Placement, f.Note = result.Unplaced, "the answer names this image and no file of this repository"
		f.Uncertain = f.Note
	}
}

// addStages adds the lines of a Dockerfile that name the image, or its first line.
func (p *placer) addStages(f *result.Finding, path string) {
	f.Placement = cmp.Or(f.Placement, result.PlacedResource)
	found := false
	for _, st := range p.stagesOf(path) {
		if st.names(f.Image) {
			block := st.block
			f.Locations = append(f.Locations, result.Location{Path: path, Line: block.Start, Block: &block})
			found = true
		}
	}
	if !found {
		f.Placement, f.Note = result.PlacedFile, "the answer names this file, and no FROM line in it names the image"
		f.Uncertain = f.Note
		f.Locations = append(f.Locations, result.Location{Path: path, Line: 1})
	}
}

// naming keeps the Dockerfiles that have a line with the image.
func (p *placer) naming(paths []int, image string) []int {
	return slices.DeleteFunc(slices.Clone(paths), func(n int) bool {
		stages := p.stagesOf(p.dockerfiles.paths[n])
		return !slices.ContainsFunc(stages, func(st stage) bool { return st.names(image) })
	})
}

// stage is a FROM instruction that names an image.
type stage struct {
	block     result.Range
	raw, base string
}

// names reports whether the instruction names the image: it resolves to it, or is
// written with the same name and a variable after it.
func (s stage) names(ref string) bool {
	parsed, err := image.Parse(ref)
	if err != nil {
		return s.raw == ref
	}
	if s.base == parsed.String() {
		return true
	}
	head, _, variable := strings.Cut(s.raw, "$")
	return variable && slices.Contains(parsed.Forms(), strings.TrimRight(head, ":@"))
}

// stagesOf reads the FROM instructions of a Dockerfile once. A file that can't be
// read or parsed has none: its own row of the ledger says why.
func (p *placer) stagesOf(path string) []stage {
	stages, known := p.stages[path]
	if !known {
		stages = p.readStages(path)
		p.stages[path] = stages
	}
	return stages
}

func (p *placer) readStages(path string) []stage {
	content, err := p.read(path)
	if err != nil {
		return nil
	}
	f, err := dockerfile.Parse(path, content)
	if err != nil {
		return nil
	}
	var stages []stage
	for _, st := range f.Stages(dockerfile.Options{}) {
		if st.Kind == dockerfile.Image {
			stages = append(stages, stage{st.Range, st.Raw, st.Base})
		}
	}
	return stages
}
