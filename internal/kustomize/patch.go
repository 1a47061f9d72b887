package kustomize

import (
	"path"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// patch adds the images of a patch that is a text in a file.
func (f *File) patch(file string, text *tree.Node) {
	for _, i := range template.PatchTextImages(text) {
		f.Patched = append(f.Patched, template.PlacedImage{Path: file, Image: i})
	}
}

// replacements adds those of a kustomization or transformer.
func (f *File) replacements(file string, doc *tree.Node) {
	for _, r := range field(doc, "replacements").All() {
		f.Replacements = append(f.Replacements, paths(path.Dir(f.Path), field(r, "path"))...)
		f.replacement(file, r)
	}
}

// replacement adds the places of a replacement that set an image: its value stands in another
// object.
func (f *File) replacement(file string, r *tree.Node) {
	for _, target := range r.All("targets") {
		for _, field := range target.All("fieldPaths") {
			if strings.HasSuffix(field.Str(), ".image") {
				f.Unknown = append(f.Unknown, result.Location{Path: file, Line: field.Range.Start, Block: &r.Range})
			}
		}
	}
}
