package kustomize

import (
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// patch adds the images of a patch that is a text.
func (f *File) patch(text *tree.Node) {
	if !strings.Contains(text.Str(), ":") {
		return // a path
	}
	s, err := tree.ReadYAML([]byte(text.Text), tree.NewBudget(len(text.Text)))
	if err != nil {
		return // Kustomize refuses it
	}
	for _, doc := range s.Docs {
		for _, i := range template.PatchImages(doc) {
			f.Patched = append(f.Patched, template.PlacedImage{Path: f.Path, Image: within(text.Range, i)})
		}
	}
}

// within moves an image of a text to the lines of the file.
func within(text result.Range, i template.Image) template.Image {
	i.Line = template.Within(text, result.Range{Start: i.Line, End: i.Line}).Start
	i.Block = template.Within(text, i.Block)
	return i
}

// replacements adds the places of replacements that set an image: its value stands in
// another object.
func (f *File) replacements(doc *tree.Node) {
	for _, r := range field(doc, "replacements").All() {
		for _, target := range r.All("targets") {
			for _, field := range target.All("fieldPaths") {
				if strings.HasSuffix(field.Str(), ".image") {
					f.Unknown = append(f.Unknown, result.Location{Path: f.Path, Line: field.Range.Start, Block: &r.Range})
				}
			}
		}
	}
}
