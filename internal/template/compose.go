package template

import (
	"path"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// Compose is the framework of Compose files.
const Compose result.Framework = "compose"

func compose() *Language {
	return &Language{
		Framework: Compose, Title: "Compose", Names: yamlNames(), NamesImages: true,
		sniff: sniffCompose, parse: parseCompose,
	}
}

// sniffCompose decides by the name: files of other tools have services too.
func sniffCompose(in *input) certainty {
	if ComposeName(in.path) {
		return certain
	}
	return unlikely
}

// ComposeName reports whether a file has a name that docker compose looks for, or
// one that its users commonly give.
func ComposeName(file string) bool {
	name := strings.ToLower(path.Base(file))
	ext := path.Ext(name)
	if ext != ".yaml" && ext != ".yml" {
		return false
	}
	stem := strings.TrimSuffix(name, ext)
	return stem == "compose" || strings.HasPrefix(stem, "compose.") ||
		strings.HasPrefix(stem, "docker-compose") || strings.HasSuffix(stem, ".compose")
}

// parseCompose returns nil for a file without services.
func parseCompose(in *input) (*File, *tree.SyntaxError) {
	s, err := in.documents()
	if err != nil {
		return nil, err
	}
	f := &File{Role: RoleCompose}
	for _, doc := range s.Docs {
		services := doc.Get("services")
		if services == nil && isLegacyCompose(doc) {
			services = doc
		}
		for _, e := range services.Pairs() {
			f.service(e)
		}
	}
	if len(f.Resources) == 0 {
		return nil, nil
	}
	return f, nil
}

// isLegacyCompose reports whether a document is in the first format of Compose,
// whose services are the top-level keys.
func isLegacyCompose(doc *tree.Node) bool {
	if !doc.Is(tree.Map) || doc.Get("version") != nil {
		return false
	}
	for _, e := range doc.Entries {
		if !e.Value.Is(tree.Map) || e.Value.Get("image") == nil && e.Value.Get("build") == nil {
			return false
		}
	}
	return len(doc.Entries) > 0
}

// With returns the image of a Compose service with other values of its variables. Images of
// other files stay as they are.
func (i Image) With(vars map[string]string) Image {
	if i.written != "" {
		i.Ref, i.Unresolved = variables(vars).interpolate(i.written)
	}
	return i
}

// service adds a service and its image.
func (f *File) service(e tree.Entry) {
	if !e.Value.Is(tree.Map) {
		return
	}
	r := e.Range()
	name := e.Value.Get("container_name").Str()
	f.Resources = append(f.Resources, Resource{
		Type: "service", Name: e.Key, Address: "service." + e.Key, Range: r, Body: e.Value,
		Aliases: unique(e.Key, "service."+e.Key, "services."+e.Key, name),
	})
	image, build := e.Value.Get("image"), e.Value.Entry("build")
	built := build != nil && build.Value.Kind != tree.Null
	switch {
	case image.Scalar() != "":
		i := Image{written: image.Text, Line: image.Range.Start, Block: r, Service: e.Key, Built: built}
		f.Images = append(f.Images, i.With(nil))
	case built:
		f.Images = append(f.Images, Image{Line: build.Line, Block: r, Service: e.Key, Built: true})
	}
}
