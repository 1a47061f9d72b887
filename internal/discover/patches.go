package discover

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/scangate/scangate/internal/kustomize"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// patches are the images in the patches of kustomizations, and the replacements of images.
func (s *selection) patches(o *opener, all []classified) []classified {
	known := map[string]bool{}
	for _, f := range all {
		if len(f.images) > 0 {
			known[f.images[0].Path] = true
		}
	}
	var more []classified
	for _, f := range all {
		if f.kustomization == nil || f.notSent == nil {
			continue // what is rendered is known better
		}
		more = append(more, classified{images: f.kustomization.Patched, references: unknownImages(f.kustomization)})
		for _, file := range append(f.kustomization.PatchFiles, unread(f.kustomization.Uses())...) {
			if !known[file] {
				known[file] = true
				more = append(more, s.patchFile(o, file))
			}
		}
	}
	return more
}

// unread returns the files that are not read by their names, but that Kustomize takes.
func unread(files []string) []string {
	return slices.DeleteFunc(slices.Clone(files), func(file string) bool { return path.Ext(file) == "" || template.Candidate(file) })
}

// readTransformers adds what the transformers and files of replacements of kustomizations do. One
// that can't be read is a mistake of the kustomization, which is not sent.
func (o *opener) readTransformers(all []classified) {
	byDir := kustomizationsOf(all)
	parsed := map[string][]*tree.Node{} // many kustomizations may name the same file
	read := func(file string) []*tree.Node {
		if _, known := parsed[file]; !known {
			parsed[file] = o.documentsOf(file)
		}
		return parsed[file]
	}
	for _, dir := range slices.Sorted(maps.Keys(byDir)) {
		f := byDir[dir]
		for _, file := range withoutFolders(f.Transformers, byDir) {
			for _, doc := range read(file) {
				f.AddTransformer(file, doc)
			}
		}
		for _, file := range f.Replacements {
			for _, doc := range read(file) {
				f.AddReplacement(file, doc)
			}
		}
	}
}

// kustomizationsOf are the kustomizations among files, by their folders.
func kustomizationsOf(all []classified) map[string]*kustomize.File {
	byDir := map[string]*kustomize.File{}
	for _, f := range all {
		if f.kustomization != nil {
			byDir[path.Dir(f.kustomization.Path)] = f.kustomization
		}
	}
	return byDir
}

// withoutFolders replaces the folders with a kustomization among names by the files that these are
// made of.
func withoutFolders(names []string, byDir map[string]*kustomize.File) []string {
	names = slices.Clone(names)
	seen := map[string]bool{}
	var files []string
	for len(names) > 0 {
		name := names[0]
		names = names[1:]
		switch k := byDir[name]; {
		case seen[name]:
		case k != nil:
			names = append(names, k.Uses()...)
			files = append(files, k.Path)
		default:
			files = append(files, name)
		}
		seen[name] = true
	}
	return files
}

// documentsOf are those of a YAML file, none if it can't be read.
func (o *opener) documentsOf(file string) []*tree.Node {
	content, err := o.readProject(file)
	if err != nil {
		return nil
	}
	return documents(content)
}

// patchFile reads the images of a patch in a file of its own. One that can't be read is a
// mistake of the kustomization, which is not sent.
func (s *selection) patchFile(o *opener, file string) classified {
	f := classified{excluded: s.exclude.File(file)}
	for _, doc := range o.documentsOf(file) {
		for _, i := range template.PatchImages(doc) {
			f.images = append(f.images, template.PlacedImage{Path: file, Image: i})
		}
	}
	return f
}

// documents are those of a YAML text, none if it can't be parsed.
func documents(content []byte) []*tree.Node {
	s, err := tree.ReadYAML(content, tree.NewBudget(len(content)))
	if err != nil {
		return nil
	}
	return s.Docs
}

// unknownImages are the replacements that set an image.
func unknownImages(k *kustomize.File) []reference {
	var all []reference
	for _, at := range k.Unknown {
		r := reference{name: fmt.Sprintf("replacement in %s, line %d", at.Path, at.Line), named: true, places: []result.Location{at}}
		r.written = r.name
		r.fail(result.CauseUnresolved, fmt.Sprintf("%s:%d: a replacement sets an image to a value of another object", at.Path, at.Line),
			"set the image under images: in the kustomization, or exclude it")
		all = append(all, r)
	}
	return all
}
