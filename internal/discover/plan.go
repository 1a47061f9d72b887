package discover

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/kustomize"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// plan collects what the candidates are.
type plan struct {
	*selection
	rows    []result.Row
	images  images
	helpers []helper
	notSent []result.NotSent
	covered []result.NotSent
	charts  charts
	// listed are the first files of the projects that are not sent, by folder and kind, and
	// parts their other files.
	listed map[[2]string]string
	parts  map[string][]string
	// notes are files with the name of a Dockerfile and another content.
	notes []string
	// siblings are those of [result.Plan].
	siblings map[string][]string
	// rendered are the contents of [result.Plan].
	rendered map[string][]byte
	// declared and variables are those of [result.Plan].
	declared  []result.Build
	variables []result.Variable
	// used marks the globs over templates that have matched one, and usedArgs the build
	// arguments that a Dockerfile declares.
	used, usedArgs []bool
}

func newPlan(s *selection) *plan {
	return &plan{
		selection: s,
		listed:    map[[2]string]string{},
		parts:     map[string][]string{},
		images:    newImages(s.exclude),
		used:      make([]bool, len(s.templates)),
		usedArgs:  make([]bool, len(s.BuildArgs)),
	}
}

// addNamedImages adds the images that the user names.
func (p *plan) addNamedImages() error {
	if !p.wants(result.KindImage) {
		return nil
	}
	return p.images.addNamed(p.Images)
}

// add adds what one candidate is.
func (p *plan) add(f classified) {
	if f.row != nil && p.wanted(f.row, p.used) {
		p.rows = append(p.rows, *f.row)
	}
	for _, r := range f.references {
		p.images.add(r)
	}
	if f.file != nil {
		p.buildArgs.mark(f.row.Target.Name, f.file.Args(), p.usedArgs)
	}
	if f.note != "" {
		p.notes = append(p.notes, f.note)
	}
	if f.helper != nil {
		p.helpers = append(p.helpers, *f.helper)
	}
	switch {
	case f.notSent == nil:
	case p.charts.cover(f), p.isListed(f):
		p.covered = append(p.covered, *f.notSent)
	default:
		p.notSent = append(p.notSent, *f.notSent)
	}
}

// isListed reports whether what is not sent is a part of a project that is listed already.
// A change of the part touches the project.
func (p *plan) isListed(f classified) bool {
	if !f.isPart {
		return false
	}
	key := [2]string{path.Dir(f.notSent.Path), f.notSent.What}
	first, known := p.listed[key]
	if !known {
		p.listed[key] = f.notSent.Path
		return false
	}
	p.parts[first] = append(p.parts[first], f.notSent.Path)
	return true
}

// addBuilds adds what projects declare, and the images of FROM lines.
func (p *plan) addBuilds(b *builds) {
	for _, r := range b.references() {
		p.images.add(r)
	}
	p.notSent = append(p.notSent, b.elsewhere()...)
	p.siblings = b.siblings()
	p.declared, p.variables = b.declared(), b.variables()
}

// addSiblings adds the files that decide about the images of others.
func (p *plan) addSiblings(all []classified, overlays *kustomize.Overlays) {
	add := func(file string, siblings []string) {
		if len(siblings) > 0 {
			p.siblings[file] = slices.Concat(p.siblings[file], siblings)
		}
	}
	for _, f := range all {
		if len(f.images) > 0 {
			add(f.images[0].Path, f.siblings)
		}
	}
	for _, manifest := range overlays.Manifests() {
		add(manifest, overlays.Siblings(manifest))
	}
	for first, others := range p.parts {
		add(first, others)
	}
}

// addRendered adds what decides about manifests, and their contents.
func (p *plan) addRendered(r *rendered) {
	p.rendered = r.contents
	for file, deciding := range r.siblings {
		p.siblings[file] = slices.Concat(p.siblings[file], deciding)
	}
}

// wanted reports whether a row belongs in the plan. Of the templates these are the
// ones that are asked for, and those that could not be read and may name an image or a
// Dockerfile. Dockerfiles that are not asked for were read to prove what is built here.
// Globs that match are marked in used.
func (p *plan) wanted(row *result.Row, used []bool) bool {
	if row.Target.Kind == result.KindDockerfile {
		return p.wants(result.KindDockerfile)
	}
	matches := p.templates.matching(row.Target.File(), used) || len(p.templates) == 0
	return matches && p.wants(result.KindIaC) ||
		row.Status == result.Failed && (p.wants(result.KindImage) && template.MayNameImages(row.Target.Name) ||
			p.wantsProjects() && template.ComposeName(row.Target.Name))
}

// finish returns the plan. unreadable are folders that could not be listed.
func (p *plan) finish(unreadable []string) (*result.Plan, error) {
	out := &result.Plan{Rows: append(p.withoutLarge(p.rows), p.images.rows()...), NotSent: p.notSent, Covered: p.covered, Siblings: p.siblings, Rendered: p.rendered, Builds: p.declared, Variables: p.variables}
	for _, h := range p.beside(out.Rows) {
		if h.withheld != nil {
			// Without it the templates beside it are not what is deployed.
			out.Rows = append(out.Rows, *failed(result.Target{Kind: result.KindIaC, Name: h.Path, Size: h.Size}, *h.withheld))
			continue
		}
		out.Helpers = append(out.Helpers, h.Helper)
	}
	for _, folder := range unreadable {
		out.Rows = append(out.Rows, *p.unreadableFolder(folder))
	}
	if p.wants(result.KindDockerfile) {
		out.Notices = append(p.buildArgs.unused(p.usedArgs), otherContents(p.notes)...)
	}
	out.Sort()
	if !p.wants(result.KindIaC) {
		return out, nil
	}
	return out, unusedGlob(p.Names.Templates, p.templates, p.used,
		"matches no IaC template; fix: "+globHint)
}

// withoutLarge returns the rows of files, in which those fail that name too many images: not
// all of these are in the plan.
func (p *plan) withoutLarge(rows []result.Row) []result.Row {
	isRow := map[string]bool{}
	for i, row := range rows {
		file := row.Target.File()
		if line, large := p.images.beyond[file]; large && row.Status == result.Pending {
			rows[i] = *tooManyImages(row.Target, file, line)
		}
		isRow[file] = true
	}
	for file, line := range p.images.beyond {
		t := result.Target{Kind: result.KindIaC, Name: file}
		switch by := p.exclude.File(file); {
		case isRow[file]:
		case by != nil:
			rows = append(rows, by.Skip(t))
		default:
			rows = append(rows, *tooManyImages(t, file, line))
		}
	}
	return rows
}

func tooManyImages(t result.Target, file string, line int) *result.Row {
	return failed(t, result.Fault{
		Cause:  result.CauseTooLarge,
		Reason: fmt.Sprintf("%s:%d: too large to read: the file names more than %d images up to here", file, line, maxImages),
		Fix:    "split the file, or exclude it",
	})
}

// otherContents returns a notice about files with the name of a Dockerfile and another
// content.
func otherContents(files []string) []result.Notice {
	const shown = 3
	switch n := len(files); {
	case n == 0:
		return nil
	case n == 1:
		return []result.Notice{{Path: files[0], Text: "has the name of a Dockerfile, but is not one"}}
	case n > shown:
		return []result.Notice{{Text: fmt.Sprintf("%d files have the name of a Dockerfile, but are not: %s, …", n, strings.Join(files[:shown], ", "))}}
	default:
		return []result.Notice{{Text: fmt.Sprintf("%d files have the name of a Dockerfile, but are not: %s", n, strings.Join(files, ", "))}}
	}
}

// beside returns the helpers in the folder of a template that is to be sent.
func (p *plan) beside(rows []result.Row) []helper {
	folders := map[string]bool{}
	for _, row := range rows {
		if row.Target.Kind == result.KindIaC && row.Status == result.Pending {
			folders[path.Dir(row.Target.Name)] = true
		}
	}
	return slices.DeleteFunc(p.helpers, func(h helper) bool { return !folders[path.Dir(h.Path)] })
}

func (s *selection) unreadableFolder(folder string) *result.Row {
	t := result.Target{Kind: result.KindIaC, Name: folder}
	if !s.wants(result.KindIaC) {
		t.Kind = result.KindDockerfile
	}
	if by := s.exclude.File(folder); by != nil {
		row := by.Skip(t)
		return &row
	}
	if !utf8.ValidString(folder) {
		return failed(t, *s.invalidName(folder))
	}
	return unreadable(t, errors.New("the folder can't be listed"))
}
