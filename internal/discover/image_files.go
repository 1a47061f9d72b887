package discover

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/kustomize"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/template"
)

// placed are the images that a file names.
func placed(file *template.File) []template.PlacedImage {
	all := make([]template.PlacedImage, 0, len(file.Images))
	for _, i := range file.Images {
		all = append(all, template.PlacedImage{Path: file.Path, Image: i})
	}
	return all
}

// settleImages makes references of the images that files name, as kustomizations replace
// them. Placeholders that remain are not sent.
func (s *selection) settleImages(all []classified) *kustomize.Overlays {
	var files []kustomize.File
	for _, f := range all {
		if f.kustomization != nil {
			files = append(files, *f.kustomization)
		}
	}
	overlays := kustomize.New(files)
	for i := range all {
		all[i].settle(overlays, s.exclude)
	}
	return overlays
}

func (f *classified) settle(overlays *kustomize.Overlays, exclude Exclusions) {
	var open []placeholder
	for _, i := range f.images {
		for _, made := range overlays.Images(i.Path, i.Ref) {
			if part := image.Placeholder(made.Ref); part != "" && exclude.Image(made.Ref) == nil {
				open = append(open, placeholder{i.Line, made.Ref, part})
				continue
			}
			f.refer(i, made)
			if made.Ref != i.Ref && image.Placeholder(i.Ref) == "" {
				f.refer(i, kustomize.Image{Ref: i.Ref}).skip(result.CauseReplaced, fmt.Sprintf("%s:%d replaces it by %s", made.At[0].Path, made.At[0].Line, made.Ref))
			}
		}
		if overlays.TooMany(i.Path) {
			f.refer(i, kustomize.Image{Ref: i.Ref}).fail(result.CauseTooLarge, i.Path+": more kustomizations use it than are read", "exclude kustomizations")
		}
	}
	if len(open) > 0 && f.excluded == nil && f.notSent == nil {
		f.notSent = notSentPlaceholders(f.images[0].Path, open)
	}
}

// placeholder is a part of an image that is filled in before the deployment.
type placeholder struct {
	line      int
	ref, part string
}

// notSentPlaceholders lists the placeholders of a file.
func notSentPlaceholders(file string, open []placeholder) *result.NotSent {
	name := open[0].ref
	lines := make([]string, len(open))
	for i, p := range open {
		lines[i] = fmt.Sprintf("line %d: %s", p.line, shown(p.part))
		if p.ref != name {
			name = "" // there are several
		}
	}
	n := placeholdersIn(file, lines)
	n.Image = name
	return &n
}

// shown is a placeholder as people read it: a blank in quotes.
func shown(part string) string {
	if strings.TrimSpace(part) == "" {
		return strconv.Quote(part)
	}
	return part
}

// placeholdersIn lists the lines of a file that name no image yet.
func placeholdersIn(file string, lines []string) result.NotSent {
	return result.NotSent{Path: file, What: "placeholder for an image", Why: "its value is not in the file: " + strings.Join(lines, ", ")}
}

// refer adds the reference of what an image of a file becomes.
func (f *classified) refer(i template.PlacedImage, made kustomize.Image) *reference {
	i.Ref = made.Ref
	r := imageLine(i.Path, i.Image)
	r.places = append(r.places, made.At...)
	if f.excluded != nil {
		r.exclude(f.excluded)
	}
	f.references = append(f.references, r)
	return &f.references[len(f.references)-1]
}

// imageFiles reads the files that name images and are nothing else: the values of charts,
// and the CI files that are asked for.
func (s *selection) imageFiles(ctx context.Context, o *opener, names []string, all []classified) ([]classified, error) {
	if !s.wants(result.KindImage) {
		return nil, nil
	}
	isRow := map[string]bool{}
	for _, f := range all {
		if f.row != nil {
			isRow[f.row.Target.Name] = true
		}
	}
	o.resolveModules(names, all)
	o.readTransformers(all)
	patches := s.patches(o, all)
	more, err := s.chartValues(ctx, o, names, all)
	if err != nil {
		return nil, err
	}
	ci, err := s.ciFiles(o, names)
	if err != nil {
		return nil, err
	}
	more = slices.Concat(more, ci, patches)
	return slices.DeleteFunc(more, func(f classified) bool { return f.row != nil && isRow[f.row.Target.Name] }), nil
}

// maxModule bounds the files of a Terraform module that are read together, in bytes.
const maxModule = 8 << 20

// resolveModules reads the Terraform files whose images depend on variables or locals once
// more, with the other files of their folder.
func (o *opener) resolveModules(names []string, all []classified) {
	modules := modulesOf(names, all)
	resolved := map[string][]template.PlacedImage{}
	for _, files := range modules {
		for _, parsed := range template.ParseFolder(o.module(files)) {
			if parsed.File != nil {
				resolved[parsed.File.Path] = placed(parsed.File)
			}
		}
	}
	for i := range all {
		f := &all[i]
		if f.ofFolder == "" {
			continue
		}
		f.siblings = modules[path.Dir(f.ofFolder)]
		if images, ok := resolved[f.ofFolder]; ok {
			f.images = images
		}
	}
}

// modulesOf returns the files of the Terraform modules that images depend on, by folder.
func modulesOf(names []string, all []classified) map[string][]string {
	modules := map[string][]string{}
	for i := range all {
		if f := &all[i]; f.ofFolder != "" {
			modules[path.Dir(f.ofFolder)] = nil
		}
	}
	if len(modules) == 0 {
		return nil
	}
	for _, name := range names {
		if _, wanted := modules[path.Dir(name)]; wanted && template.IsTerraform(name) {
			modules[path.Dir(name)] = append(modules[path.Dir(name)], name)
		}
	}
	return modules
}

// module reads the files of a Terraform module. A file that can't be read is failed by
// itself.
func (o *opener) module(files []string) []template.RawFile {
	var all []template.RawFile
	size := 0
	for _, file := range files {
		content, err := o.readProject(file)
		if size += len(content); err == nil && size <= maxModule {
			all = append(all, template.RawFile{Path: file, Content: content})
		}
	}
	return all
}

// badImageFile is a file whose images are not known. A text for a template engine is a part
// of what is listed as not sent.
func (s *selection) badImageFile(f classified, file string, content []byte, err error) classified {
	if f.excluded != nil || bytes.Contains(content, []byte("{{")) {
		return f
	}
	target := result.Target{Kind: result.KindIaC, Name: file, Size: int64(len(content))}
	if f.row = unparsable(target, err); content == nil {
		f.row = unreadable(target, err)
	}
	return f
}

// chartFiles finds the values files of each chart, which are values.yaml and those beside it
// whose names begin in the same way, and its templates. Excluded ones are left out.
func (s *selection) chartFiles(names []string, charts map[string]*chart) {
	for _, name := range names {
		if dir, _, found := strings.Cut("/"+name, "/templates/"); found {
			if c := charts[path.Clean("."+dir)]; c != nil {
				c.templates = append(c.templates, name)
			}
		}
		base := strings.ToLower(path.Base(name))
		if ext := path.Ext(base); !strings.HasPrefix(base, "values") || ext != ".yaml" && ext != ".yml" {
			continue
		}
		if c := charts[path.Dir(name)]; c != nil && s.exclude.File(name) == nil {
			c.files = append(c.files, name)
		}
	}
}

// chartValues reads the images in the values of all charts.
func (s *selection) chartValues(ctx context.Context, o *opener, names []string, all []classified) ([]classified, error) {
	charts := map[string]*chart{}
	for _, f := range all {
		if f.chart != nil {
			charts[path.Dir(f.notSent.Path)] = &chart{path: f.notSent.Path, doc: f.chart}
		}
	}
	s.chartFiles(names, charts)
	dirs := slices.Sorted(maps.Keys(charts))
	bad := make([][]classified, len(dirs))
	err := safe.Each(ctx, len(dirs), func(i int) { bad[i] = s.readValues(o, charts[dirs[i]]) })
	if err != nil {
		return nil, err // calls may still be writing to bad
	}
	more := slices.Concat(bad...)
	for _, dir := range dirs {
		more = append(more, charts[dir].classified(charts)...)
	}
	return more, nil
}

// readValues reads the values files of a chart, and returns those that can't be read.
func (s *selection) readValues(o *opener, c *chart) []classified {
	var bad []classified
	for _, file := range c.files {
		content, err := o.readProject(file)
		if err == nil {
			var values template.ValuesFile
			if values, err = template.ReadValues(file, content); err == nil {
				c.values = append(c.values, values)
				continue
			}
		}
		bad = append(bad, s.badImageFile(classified{}, file, content, err))
	}
	if c.appVersion() != "" && c.lacksTag() {
		c.tag = o.tagForms(c).Tag(c.appVersion())
	}
	return bad
}

// tagForms are those of the templates of a chart, without the ones that can't be read.
func (o *opener) tagForms(c *chart) template.TagForms {
	var all template.TagForms
	for _, file := range c.templates {
		forms, known := o.contents.forms[file]
		if !known {
			content, _ := o.readProject(file)
			forms = template.FormsOf(content)
		}
		all |= forms
	}
	return all
}
