package render

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/kustomize"
	"github.com/scangate/scangate/internal/template/tree"
)

// field says what the values of a kustomization's field name.
type field uint8

const (
	plain   field = iota // names no file
	folders              // files, or folders with a kustomization, or remote ones
	inlines              // the same, or the text of a document
	files
	patches // files, or the text of a patch
	entries // mappings with fields that name files
	refused // Helm charts, which Kustomize would have Helm fetch
)

// fieldOf returns what a field names. Kustomize takes names of fields in any case, and
// refuses those that it does not know.
func fieldOf(name string) (f field, known bool) {
	switch strings.ToLower(name) {
	case "resources", "bases", "components":
		return folders, true
	case "generators", "transformers", "validators":
		return inlines, true
	case "crds", "configurations":
		return files, true
	case "patchesstrategicmerge":
		return patches, true
	case "patches", "patchesjson6902", "replacements", "configmapgenerator", "secretgenerator", "openapi":
		return entries, true
	case "helmcharts", "helmchartinflationgenerator", "helmglobals":
		return refused, true
	case "apiversion", "kind", "metadata", "nameprefix", "namesuffix", "namespace", "commonlabels", "labels",
		"commonannotations", "images", "imagetags", "replicas", "vars", "sortoptions", "generatoroptions", "buildmetadata":
		return plain, true
	}
	return plain, false
}

// valuesOf returns the values of a key, in any case, and the items of lists.
func valuesOf(n *tree.Node, key string) []*tree.Node {
	var all []*tree.Node
	for _, e := range n.Pairs() {
		if strings.EqualFold(e.Key, key) {
			all = append(all, e.Value.All()...)
		}
	}
	return all
}

// visit examines a kustomization and those that it builds upon.
func (x *examination) visit(file string) {
	if x.visited[file] {
		return
	}
	x.visited[file] = true
	x.roots = append(x.roots, parent(file))
	content, err := fs.ReadFile(x.tree.FS, file)
	if err != nil {
		x.wrong(file, "%v", err)
		return
	}
	stream, syntax := tree.ReadYAML(content, tree.NewBudget(len(content)))
	if syntax != nil {
		x.wrong(fmt.Sprintf("%s:%d", file, syntax.Line), "%s", syntax.Msg)
		return
	}
	for _, doc := range stream.Docs {
		for _, kind := range valuesOf(doc, "kind") {
			x.components[file] = x.components[file] || kind.Scalar() == "Component"
		}
		for _, e := range doc.Pairs() {
			x.field(file, e)
		}
	}
}

// field examines a field of a kustomization.
func (x *examination) field(file string, e tree.Entry) {
	place := fmt.Sprintf("%s:%d", file, e.Line)
	kind, known := fieldOf(e.Key)
	switch {
	case !known:
		x.wrong(place, "unknown field %q", e.Key)
	case kind == refused:
		x.notHere(place, "%s has Kustomize run Helm, which it is not allowed to", e.Key)
	case kind == entries:
		x.entries(file, e)
	case kind != plain:
		for _, v := range e.Value.All() {
			x.value(file, kind, v)
		}
	}
}

// value examines an entry of a field that names files.
func (x *examination) value(file string, kind field, v *tree.Node) {
	name := v.Scalar()
	isText := (kind == inlines || kind == patches) && (strings.Contains(name, "\n") || strings.HasPrefix(name, "{"))
	if name != "" && !isText {
		x.reference(file, v.Range.Start, name, kind == folders || kind == inlines)
	}
}

// entries examines the fields that name files inside of the entries of a field.
func (x *examination) entries(file string, e tree.Entry) {
	for _, item := range e.Value.All() {
		for _, key := range []string{"path", "env", "envs", "files"} {
			for _, v := range valuesOf(item, key) {
				name := v.Scalar()
				if _, after, found := strings.Cut(name, "="); found && key == "files" {
					name = after
				}
				if name != "" {
					x.reference(file, v.Range.Start, name, false)
				}
			}
		}
	}
}

// reference examines a path that a kustomization names. mayBeFolder is set where it may
// name another kustomization.
func (x *examination) reference(file string, line int, name string, mayBeFolder bool) {
	place := fmt.Sprintf("%s:%d", file, line)
	target := path.Join(parent(file), name)
	switch {
	case kustomize.IsRemote(name):
		x.notHere(place, "%q is remote", name)
	case path.IsAbs(name), target == "..", strings.HasPrefix(target, "../"):
		x.notHere(place, "%q lies outside of the repository", name)
	case x.tree.has(target):
		if !slices.Contains(x.files, target) {
			x.files = append(x.files, target)
		}
	case mayBeFolder && x.tree.kustomizationIn(dot(target)) != "":
		x.visit(x.tree.kustomizationIn(dot(target)))
	case mayBeFolder && x.tree.hasFolder(dot(target)):
		x.wrong(place, "the folder %q has no kustomization that git tracks", name)
	default:
		x.absent(place, name, target)
	}
}

// absent notes a path at which there is no file that may be read.
func (x *examination) absent(place, name, target string) {
	if why := x.tree.Absent(target); why != Missing {
		x.notHere(place, "%q %s", name, why.reason())
		return
	}
	x.wrong(place, "%q %s", name, Missing.reason())
}

// dot returns "" for the root.
func dot(folder string) string {
	if folder == "." {
		return ""
	}
	return folder
}
