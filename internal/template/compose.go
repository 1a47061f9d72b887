package template

import (
	"github.com/scangate/scangate/internal/result"
)

// parseCompose reads a file that has the name of a Compose file; nil where it
// has no services.
func parseCompose(path string, content []byte) (*File, *SyntaxError) {
	if err := tooLarge(content); err != nil {
		return nil, err
	}
	s, err := readYAML(content)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, Role: RoleCompose, Framework: result.Compose}
	for _, doc := range s.docs {
		services := doc.Get("services")
		if services == nil && isLegacyCompose(doc) {
			services = doc
		}
		for _, e := range mapEntries(services) {
			f.service(e)
		}
	}
	if len(f.Resources) == 0 {
		return nil, nil
	}
	return f, nil
}

// isLegacyCompose tells the first format, whose services stand at the top.
func isLegacyCompose(doc *Node) bool {
	if !doc.is(Map) || doc.Get("version") != nil {
		return false
	}
	for _, e := range doc.Entries {
		if !e.Value.is(Map) || e.Value.Get("image") == nil && e.Value.Get("build") == nil {
			return false
		}
	}
	return len(doc.Entries) > 0
}

func (f *File) service(e Entry) {
	if !e.Value.is(Map) {
		return
	}
	r := entryRange(e)
	name := e.Value.Get("container_name").str()
	f.Resources = append(f.Resources, Resource{
		Type: "service", Name: e.Key, Address: "service." + e.Key, Range: r, Body: e.Value,
		Aliases: unique(e.Key, "service."+e.Key, "services."+e.Key, name),
	})
	image, build := e.Value.Get("image"), e.Value.Entry("build")
	built := build != nil && build.Value.Kind != Null
	switch {
	case image.lit() != "":
		ref, missing := interpolate(image.Text)
		f.Images = append(f.Images, Image{Ref: ref, Line: image.Range.Start, Block: r, Service: e.Key, Built: built, Unresolved: missing})
	case built:
		f.Images = append(f.Images, Image{Line: build.Line, Block: r, Service: e.Key, Built: true})
	}
}
