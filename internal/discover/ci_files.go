package discover

import (
	"maps"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// ciFiles reads the images of the CI files that are asked for.
func (s *selection) ciFiles(o *opener, names []string) ([]classified, error) {
	var all []classified
	for _, name := range names {
		if template.IsCIFile(name, s.CIFiles) {
			all = append(all, s.ciFile(o, name))
		}
	}
	if !slices.Contains(s.CIFiles, result.GitLabFiles) {
		return all, nil
	}
	pipelines, err := s.pipelines(o, names)
	return append(all, pipelines...), err
}

// ciFile reads the images of a CI file that stands alone.
func (s *selection) ciFile(o *opener, file string) classified {
	f := classified{excluded: s.exclude.File(file)}
	content, err := o.readProject(file)
	if err != nil {
		return s.badImageFile(f, file, content, err)
	}
	images, err := template.CIImages(file, content)
	if err != nil {
		return s.badImageFile(f, file, content, err)
	}
	for _, i := range images {
		f.images = append(f.images, template.PlacedImage{Path: file, Image: i})
	}
	return f
}

// pipelines reads the pipelines of GitLab, with what they include. One that another one
// includes does not stand for itself.
func (s *selection) pipelines(o *opener, names []string) ([]classified, error) {
	known, err := o.known()
	if err != nil {
		return nil, err
	}
	files := pipelineFiles{selection: s, contents: map[string][]byte{}, byPath: map[string]*classified{}, elsewhere: map[string][]string{}}
	tree := &template.PipelineTree{
		Read: func(file string) ([]byte, error) {
			content, err := o.readProject(file)
			files.contents[file] = content
			return content, err
		},
		Match: func(glob string) []string { return matchInclude(glob, known) },
	}
	var all []*template.Pipeline
	isIncluded := map[string]bool{}
	for _, name := range names {
		if template.IsPipeline(name) && s.exclude.File(name) == nil {
			p := template.ReadPipeline(name, tree)
			for _, file := range p.Files[1:] {
				isIncluded[file] = true
			}
			all = append(all, p)
		}
	}
	for _, included := range []bool{false, true} { // the latter only if they include each other
		for _, p := range all {
			if first := p.Files[0]; isIncluded[first] == included && files.byPath[first] == nil {
				files.add(p)
			}
		}
	}
	return files.classified(), nil
}

// matchInclude returns the files that a local include of GitLab means. There two stars
// stand for any path.
func matchInclude(glob string, known pathSet) []string {
	if !strings.Contains(glob, "*") {
		if !known.has(glob) {
			return nil
		}
		return []string{glob}
	}
	parts := strings.Split(glob, "**")
	for i, part := range parts[1:] {
		if !strings.HasPrefix(part, "/") {
			parts[i+1] = "/*" + part
		}
	}
	glob = strings.Join(parts, "**")
	var files []string
	for name := range known.all() {
		if doublestar.MatchUnvalidated(glob, name) {
			files = append(files, name)
		}
	}
	slices.Sort(files)
	return files
}

// pipelineFiles are the files of all pipelines, each once.
type pipelineFiles struct {
	*selection
	contents map[string][]byte
	byPath   map[string]*classified
	// elsewhere are the includes that name no file, by the files with them.
	elsewhere map[string][]string
}

// add adds the files of a pipeline. All of them decide about the images.
func (p *pipelineFiles) add(one *template.Pipeline) {
	for _, file := range one.Files {
		f := p.byPath[file]
		if f == nil {
			f = &classified{excluded: p.exclude.File(file)}
			p.byPath[file] = f
		}
		if err := one.Bad[file]; err != nil {
			*f = p.badImageFile(*f, file, p.contents[file], err)
		}
		f.siblings = append(f.siblings, one.Files...)
		p.elsewhere[file] = one.Elsewhere[file]
	}
	for _, i := range one.Images {
		f := p.byPath[i.Path]
		isSame := func(other template.PlacedImage) bool { return other.Ref == i.Ref && other.Line == i.Line }
		if !slices.ContainsFunc(f.images, isSame) {
			f.images = append(f.images, i)
		}
	}
}

func (p *pipelineFiles) classified() []classified {
	var all []classified
	for _, file := range slices.Sorted(maps.Keys(p.byPath)) {
		f := *p.byPath[file]
		all = append(all, f)
		if lines := p.elsewhere[file]; len(lines) > 0 && f.excluded == nil {
			all = append(all, classified{notSent: &result.NotSent{
				Path: file, What: "include of a GitLab pipeline", Why: "it is not in the repository: " + strings.Join(lines, ", "),
			}})
		}
	}
	return all
}
