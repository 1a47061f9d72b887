package change

import (
	"context"
	"path"
	"slices"

	"github.com/scangate/scangate/internal/bake"
	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/glob"
	"github.com/scangate/scangate/internal/kustomize"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/skaffold"
	"github.com/scangate/scangate/internal/template"
)

// addFormerSiblings adds files of the bases to the siblings of the files that they decided
// about: what is deployed is another image if nothing replaces or builds it any more.
func (s *Scope) addFormerSiblings(ctx context.Context, whole *result.Plan) error {
	objects := s.tree.Repo.Objects(ctx)
	defer objects.Close()
	files := paths(whole)
	slices.Sort(files)
	files = slices.Compact(files)
	for _, base := range s.bases {
		f := former{Scope: s, base: base, objects: objects, files: files}
		if err := f.overlays(); err != nil {
			return err
		}
		if err := f.deployments(); err != nil {
			return err
		}
		f.projects()
	}
	return nil
}

// former is a base of a change, and the files of the plan.
type former struct {
	*Scope
	base    *git.Snapshot
	objects *git.Objects
	files   []string
}

// decide notes that files of the base decided about another one.
func (f *former) decide(file string, deciding ...string) {
	if len(deciding) == 0 {
		return
	}
	f.siblings[file] = slices.Concat(f.siblings[file], deciding)
}

// decidesAnew reports whether a file decides about others in another way than at a base.
func (s *Scope) decidesAnew(file string) bool { return s.touched(file) || s.newlyExcluded(file) }

// those returns the files of the base that a function accepts, sorted.
func (f *former) those(accepts func(string) bool) []string {
	files := slices.DeleteFunc(f.base.Files(), func(file string) bool { return !accepts(file) })
	slices.Sort(files)
	return files
}

// read returns the content of a file of the base; known is false if the clone lacks it.
func (f *former) read(file string) (content []byte, known bool, err error) {
	id, ok := f.base.Blob(file)
	if !ok {
		return nil, false, nil
	}
	return f.objects.Read(id)
}

// overlays are about the kustomizations of the base.
func (f *former) overlays() error {
	files := f.those(kustomize.IsName)
	if !slices.ContainsFunc(files, f.decidesAnew) {
		return nil
	}
	var all []kustomize.File
	for _, file := range files {
		content, known, err := f.read(file)
		if err != nil {
			return err
		}
		if !known { // it may have decided about any file
			for _, other := range f.files {
				f.decide(other, file)
			}
		}
		// One that can't be parsed replaced nothing.
		if values, err := template.ReadValues(file, content); err == nil {
			all = append(all, kustomize.Read(file, values.Doc))
		}
	}
	overlays := kustomize.New(all)
	for _, manifest := range overlays.Manifests() {
		f.decide(manifest, overlays.Siblings(manifest)...)
	}
	return nil
}

// deployments are about the manifests that Skaffold deployed with what it built.
func (f *former) deployments() error {
	files, err := f.skaffold()
	if err != nil {
		return err
	}
	read := func(file string) ([]byte, error) {
		content, known, err := f.read(file)
		if err == nil && !known {
			err = build.ErrMissing
		}
		return content, err
	}
	for _, p := range skaffold.Load(files, skaffold.Options{Vars: f.now.vars, Read: read}) {
		manifests := patterns(p.Manifests)
		for _, file := range f.files {
			if slices.ContainsFunc(manifests, func(p glob.Pattern) bool { return p.Matches(file) }) {
				f.decide(file, p.Files...)
			}
		}
	}
	return nil
}

// skaffold returns the Skaffold files of the base that decide anew.
func (f *former) skaffold() ([]skaffold.File, error) {
	var files []skaffold.File
	for _, file := range f.those(func(file string) bool { return isYAML(file) && f.decidesAnew(file) }) {
		content, _, err := f.read(file)
		if err != nil {
			return nil, err
		}
		if skaffold.IsConfig(content) {
			files = append(files, skaffold.File{Path: file, Content: content})
		}
	}
	return files, nil
}

// patterns returns what manifests of a project are, as paths and as globs.
func patterns(manifests []string) []glob.Pattern {
	var all []glob.Pattern
	for _, manifest := range manifests {
		for _, raw := range []string{manifest, glob.Exact(manifest)} {
			if pattern, ok := glob.Compile(raw, ""); ok {
				all = append(all, pattern)
			}
		}
	}
	return all
}

// projects are about the files beside those of a Compose project or of bake: what one of them
// built was built here in all. The files of a Terraform module set variables and locals for all.
func (f *former) projects() {
	isGone := func(file string) bool { return !f.isThere(file) || f.isDeleted(file) || f.newlyExcluded(file) }
	f.beside(f.those(func(file string) bool { return isProject(file) && isGone(file) }), f.files)
	modules := slices.DeleteFunc(slices.Clone(f.files), func(file string) bool { return !template.IsTerraform(file) || len(f.siblings[file]) == 0 })
	f.beside(f.those(func(file string) bool { return template.IsTerraform(file) && isGone(file) }), modules)
}

// beside notes that files of the base decided about those of the same folder.
func (f *former) beside(deciding, files []string) {
	byDir := map[string][]string{}
	for _, file := range deciding {
		byDir[path.Dir(file)] = append(byDir[path.Dir(file)], file)
	}
	for _, file := range files {
		f.decide(file, byDir[path.Dir(file)]...)
	}
}

func isProject(file string) bool {
	return template.ComposeName(file) || bake.IsName(file) || path.Base(file) == ".env"
}

// isDeleted reports whether a file of the base is deleted, in the index or not. What a sparse
// checkout leaves out is there.
func (f *former) isDeleted(file string) bool {
	return f.tree.Missing(file) && !f.tree.Same(f.base, file)
}

// isThere reports whether a file of a base may be read now.
func (s *Scope) isThere(file string) bool {
	return s.listed[file] || !s.tree.Covers(file) && !s.tree.Missing(file)
}

func isYAML(file string) bool {
	ext := path.Ext(file)
	return ext == ".yaml" || ext == ".yml"
}
