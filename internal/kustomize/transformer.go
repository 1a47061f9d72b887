package kustomize

import (
	"path"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// AddTransformer adds what a transformer of Kustomize's own does with images. It stands in a
// file by itself
// (https://kubectl.docs.kubernetes.io/references/kustomize/builtins/).
func (f *File) AddTransformer(file string, doc *tree.Node) {
	f.configs = append(f.configs, file)
	switch doc.Get("kind").Str() {
	case "ImageTagTransformer":
		if image := doc.Get("imageTag"); image.Is(tree.Map) {
			f.replace(file, image)
		}
	case "PatchTransformer", "PatchJson6902Transformer", "PatchStrategicMergeTransformer":
		f.patchFiles(doc.Get("path"))
		f.patchFiles(doc.Get("paths"))
		for _, key := range []string{"patch", "jsonOp", "patches"} {
			f.patch(file, doc.Get(key))
		}
	case "ReplacementTransformer":
		f.replacements(file, doc)
	}
}

// AddReplacement adds a file of replacements, which holds one or a list.
func (f *File) AddReplacement(file string, doc *tree.Node) {
	f.configs = append(f.configs, file)
	for _, r := range doc.All() {
		f.replacement(file, r)
	}
}

// inlineTransformer adds a transformer that is a text in the kustomization.
func (f *File) inlineTransformer(text *tree.Node) {
	if !strings.Contains(text.Str(), ":") {
		return // a path
	}
	s, err := tree.ReadYAML([]byte(text.Text), tree.NewBudget(len(text.Text)))
	if err != nil {
		return // Kustomize refuses it
	}
	images, patched, unknown := len(f.images), len(f.Patched), len(f.Unknown)
	for _, doc := range s.Docs {
		f.AddTransformer(f.Path, doc)
	}
	at := result.Location{Path: f.Path, Line: text.Range.Start, Block: &text.Range}
	for i := range f.images[images:] {
		f.images[images+i].at = at
	}
	for i := range f.Patched[patched:] {
		p := &f.Patched[patched+i]
		p.Line, p.Block = text.Range.Start, text.Range
	}
	for i := range f.Unknown[unknown:] {
		f.Unknown[unknown+i] = at
	}
}

// patchFiles adds the files of patches that a value names, one or a list.
func (f *File) patchFiles(value *tree.Node) {
	files := paths(path.Dir(f.Path), value)
	f.PatchFiles = append(f.PatchFiles, files...)
	f.resources = append(f.resources, files...)
}
