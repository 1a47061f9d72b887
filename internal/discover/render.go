package discover

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/kustomize"
	"github.com/scangate/scangate/internal/render"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// rendered is what programs render.
type rendered struct {
	// all is what the manifests are.
	all []classified
	// contents are by the names of targets, and siblings those of [result.Plan].
	contents map[string][]byte
	siblings map[string][]string
	// folders are those of charts that were rendered, and named the files that overlays
	// name: true if they were rendered, and false if one of them was not.
	folders map[string]bool
	named   map[string]bool
}

// render renders the charts and overlays among the classified files, and replaces what
// these were.
func (s *selection) render(ctx context.Context, o *opener, candidates []candidate, all []classified, known charts) (*rendered, error) {
	out := &rendered{contents: map[string][]byte{}, siblings: map[string][]string{}, folders: map[string]bool{}, named: map[string]bool{}}
	charts, overlays := s.renderable(all, known)
	if len(charts)+len(overlays) == 0 {
		return out, nil
	}
	tree, err := s.renderTree(ctx, o)
	if err != nil {
		return nil, err
	}
	r := render.New(render.Options{Tree: tree, Env: o.tree.env, Bounds: render.DefaultBounds(), SettingName: s.Names.Render})
	steps := []struct {
		at     map[string]int
		render func(context.Context, []string) ([]render.Rendering, error)
	}{{charts, r.Charts}, {overlays, r.Overlays}}
	for _, step := range steps {
		files := slices.Sorted(maps.Keys(step.at))
		renderings, err := step.render(ctx, files)
		if err != nil {
			return nil, err
		}
		for i, file := range files {
			all[step.at[file]] = s.outcome(all[step.at[file]], file, &renderings[i])
			out.add(s, o, file, &renderings[i])
		}
	}
	for i, c := range candidates {
		if c.kind == result.KindIaC {
			out.replace(&all[i], c.path)
		}
	}
	return out, nil
}

// replace removes what is known better once it was rendered: a template, a chart in a
// chart with its values, and the images of the manifests that overlays are made of.
func (out *rendered) replace(f *classified, file string) {
	charts := path.Dir(path.Dir(file))
	isPart := f.chart != nil && path.Base(charts) == "charts" && out.folders[path.Dir(charts)]
	if isPart {
		out.folders[path.Dir(file)] = true // what it holds comes after it
	}
	if _, isTemplate := out.contents[file]; isTemplate || isPart {
		*f = classified{}
	}
	if out.named[file] {
		f.images = nil
	}
}

// renderable returns the charts and overlays that are to be rendered, with their numbers
// among the classified files.
func (s *selection) renderable(all []classified, known charts) (charts, overlays map[string]int) {
	charts, overlays = map[string]int{}, map[string]int{}
	if !s.wants(result.KindIaC) && !s.wants(result.KindImage) {
		return charts, overlays
	}
	for i, f := range all {
		switch {
		case f.notSent == nil || known.cover(f):
		case s.RenderHelm && path.Base(f.notSent.Path) == "Chart.yaml":
			charts[f.notSent.Path] = i
		case s.RenderKustomize && kustomize.IsName(f.notSent.Path):
			overlays[f.notSent.Path] = i
		}
	}
	return charts, overlays
}

// outcome is what a chart or an overlay is once it was rendered.
func (s *selection) outcome(f classified, file string, r *render.Rendering) classified {
	switch {
	case r.Fault != nil:
		t := result.Target{Kind: result.KindIaC, Name: file, Framework: template.Kubernetes}
		return classified{row: failed(t, *r.Fault)}
	case r.NotSent != "":
		f.notSent.Why = r.NotSent
		return f
	}
	return classified{kustomization: f.kustomization}
}

// add adds the manifests of a chart or an overlay.
func (out *rendered) add(s *selection, o *opener, file string, r *render.Rendering) {
	deciding := slices.Clone(r.Files)
	for _, root := range r.Roots {
		deciding = append(deciding, root+"/")
	}
	out.siblings[file] = append(out.siblings[file], deciding...)
	isRendered := r.Fault == nil && r.NotSent == ""
	for _, named := range r.Files {
		before, known := out.named[named]
		out.named[named] = isRendered && (before || !known)
	}
	if path.Base(file) == "Chart.yaml" {
		out.folders[path.Dir(file)] = isRendered
	}
	var targets []string
	sources := map[string]string{}
	texts := map[string][][]byte{}
	for _, d := range r.Documents {
		if _, known := sources[d.Name]; !known {
			targets = append(targets, d.Name)
		}
		sources[d.Name] = d.Source
		texts[d.Name] = append(texts[d.Name], d.Text)
		if d.Source != file && !slices.Contains(out.siblings[d.Source], deciding[0]) {
			out.siblings[d.Source] = append(out.siblings[d.Source], deciding...)
		}
	}
	for _, name := range targets {
		content := joinDocuments(texts[name])
		target := out.targetName(name, sources[name], o)
		if f := s.manifest(o, target, sources[name], content); !f.empty() {
			out.all = append(out.all, f)
			out.contents[target] = content
		}
	}
}

func joinDocuments(texts [][]byte) []byte {
	var out [][]byte
	for _, text := range texts {
		out = append(out, append(bytes.TrimRight(text, "\n"), '\n'))
	}
	return bytes.Join(out, []byte("---\n"))
}

// targetName returns the name of a target: that of the template, if it is a name of a
// manifest, or one like it that no file has.
func (out *rendered) targetName(name, source string, o *opener) string {
	isFree := func(name string) bool {
		_, taken := out.contents[name]
		return !taken && (name == source || o.tree.Missing(name))
	}
	if !template.Candidate(name) || !isFree(name) {
		name += ".rendered.yaml"
	}
	for !isFree(name) {
		name = strings.TrimSuffix(name, ".yaml") + ".yaml.yaml"
	}
	return name
}

// manifest plans a rendered template. Findings and images are shown on the file that it is
// rendered from, without a line.
func (s *selection) manifest(o *opener, name, source string, content []byte) classified {
	c := candidate{path: name, kind: result.KindIaC}
	size := int64(len(content))
	f := s.withhold(o, c, size, content, s.template(c, size, content))
	if f.row != nil {
		f.row.Target.RenderedFrom = source
	}
	for i := range f.images {
		f.images[i].Path, f.images[i].Line = source, 1
	}
	f.settle(kustomize.New(nil), s.exclude)
	f.images = nil
	for i := range f.references {
		f.references[i].places = []result.Location{{Path: source, Line: 1}}
	}
	if f.notSent != nil {
		f.notSent.Path = source
	}
	if by := s.exclude.File(source); by != nil {
		f.exclude(candidate{path: source, kind: result.KindIaC}, by)
		for i := range f.references {
			f.references[i].exclude(by)
		}
	}
	return f
}

// renderTree returns the files that programs may see: the regular ones that git tracks, in
// the whole tree.
func (s *selection) renderTree(ctx context.Context, o *opener) (render.Tree, error) {
	tree := render.Tree{Root: o.tree.Root, FS: regularFS{o}, Absent: o.absent}
	known, err := o.known()
	if err != nil {
		return tree, err
	}
	if o.tree.Repo == nil {
		tree.Files = slices.Sorted(known.all())
		return tree, nil
	}
	err = o.tree.all(ctx, func(e git.Entry) {
		if e.Kind == git.Regular && e.Tracked && known.has(e.Path) {
			tree.Files = append(tree.Files, e.Path)
		}
	})
	slices.Sort(tree.Files)
	return tree, err
}

// absent says why programs don't see a path.
func (o *opener) absent(file string) render.Absence {
	switch n, err := o.tree.lstat(file); {
	case o.isOthers(file):
		return render.Elsewhere
	case !o.tree.isReal(path.Dir(file)), n.kind == isLink:
		return render.Link
	case err == nil && n.kind != isMissing:
		return render.Untracked
	}
	return render.Missing
}

// regularFS is the tree without links: what is one now does not exist.
type regularFS struct{ *opener }

// Open implements fs.FS.
func (f regularFS) Open(name string) (fs.File, error) {
	found, err := f.stat(name)
	switch {
	case errors.Is(err, errNotAFile), err == nil && found.target != "":
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case err != nil:
		return nil, err
	}
	return f.tree.FS.Open(name)
}
