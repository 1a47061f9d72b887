package render

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/kustomize"
)

const fixOverlay = "fix the overlay, or exclude it"

// Overlays renders kustomizations. One that others build upon is a part of them, and is
// rendered by itself only if none of them can be. It ends early with the cause of ctx's end.
func (r *Renderer) Overlays(ctx context.Context, files []string) ([]Rendering, error) {
	isPart := r.parts(files)
	all := map[string]Rendering{}
	for _, parts := range []bool{false, true} {
		due := slices.DeleteFunc(slices.Clone(files), func(file string) bool {
			_, done := all[file]
			return done || isPart[file] != parts
		})
		renderings, err := r.each(ctx, due, r.overlay)
		if err != nil {
			return nil, err
		}
		for i, file := range due {
			all[file] = renderings[i]
		}
		for i, file := range due {
			renderings[i].cover(file, all)
		}
	}
	ordered := make([]Rendering, len(files))
	for i, file := range files {
		ordered[i] = all[file]
	}
	return ordered, nil
}

// parts returns the kustomizations that others among the files build upon.
func (r *Renderer) parts(files []string) map[string]bool {
	parts := map[string]bool{}
	for _, file := range files {
		for used := range r.examine(file).visited {
			parts[used] = parts[used] || used != file
		}
	}
	return parts
}

// cover notes what was rendered with an overlay, unless it is known already.
func (out *Rendering) cover(file string, all map[string]Rendering) {
	for _, part := range out.parts {
		if _, known := all[part]; !known {
			all[part] = Rendering{PartOf: file}
		}
	}
}

// overlay renders a kustomization. It must be the only one in its folder.
func (r *Renderer) overlay(ctx context.Context, file string) Rendering {
	x := r.examine(file)
	out := Rendering{Roots: x.roots, Files: x.files}
	switch {
	case x.components[file]:
		out.NotSent = "a component is rendered with an overlay, and none that uses it was rendered"
		return out
	case x.elsewhere != "":
		out.NotSent = x.elsewhere
		return out
	case x.fault != "":
		out.Fault = failed(fixOverlay, "%s", x.fault).Fault
		return out
	}
	text, err := r.build(ctx, file, x)
	switch {
	case errors.Is(err, errNotInstalled):
		return r.notInstalled(file, "kustomize", "neither kustomize nor kubectl is on the PATH")
	case needsPlugin(err):
		out.NotSent = "it needs a plugin or a function of Kustomize, and these are not run"
		return out
	case err != nil:
		out.Fault = failed(fixOf(err, fixOverlay), "%s: kustomize can't render it: %v", file, err).Fault
		return out
	}
	out.parts = slices.Collect(maps.Keys(x.visited))
	if len(text) > 0 {
		out.Documents = []Document{{Source: file, Name: path.Join(parent(file), "kustomization.rendered.yaml"), Text: text}}
	}
	return out
}

// needsPlugin reports whether Kustomize fails because plugins are off.
func needsPlugin(err error) bool {
	tool, ok := errors.AsType[*toolError](err)
	return ok && strings.Contains(tool.stderr, "external plugins disabled")
}

// errNotInstalled is returned if there is no program.
var errNotInstalled = errors.New("not installed")

// build runs Kustomize on a copy of what was examined.
func (r *Renderer) build(ctx context.Context, file string, x *examination) ([]byte, error) {
	program := r.kustomize()
	if program == nil {
		return nil, errNotInstalled
	}
	s, err := r.scratch(x.roots, x.files)
	if err != nil {
		return nil, err
	}
	defer s.remove() //nolint:errcheck // nothing in it is needed any more
	text, err := r.run(ctx, s, append(program, "./"+parent(file))...)
	if err != nil {
		return nil, err
	}
	return withoutData(text)
}

// kustomize returns the command that renders a folder, nil if no program for it is
// installed.
func (r *Renderer) kustomize() []string {
	if program := r.find("kustomize"); program != "" {
		return []string{program, "build"}
	}
	if program := r.find("kubectl"); program != "" {
		return []string{program, "kustomize"}
	}
	return nil
}

// examination finds out what a kustomization needs, before Kustomize looks for it: what is
// not there as a file it would fetch.
type examination struct {
	tree *Tree
	// roots are the folders of the kustomizations, and files what they name elsewhere.
	roots, files []string
	components   map[string]bool
	visited      map[string]bool
	// elsewhere and fault are the first problems of each sort.
	elsewhere, fault string
}

// examine examines a kustomization and those that it builds upon.
func (r *Renderer) examine(file string) *examination {
	x := &examination{tree: &r.Tree, components: map[string]bool{}, visited: map[string]bool{}}
	x.visit(file)
	return x
}

// notHere notes what is not in the repository.
func (x *examination) notHere(place, format string, args ...any) {
	if x.elsewhere == "" {
		x.elsewhere = place + ": " + fmt.Sprintf(format, args...)
	}
}

// wrong notes what is wrong with a kustomization.
func (x *examination) wrong(place, format string, args ...any) {
	if x.fault == "" {
		x.fault = place + ": " + fmt.Sprintf(format, args...)
	}
}

// kustomizationIn returns the kustomization of a folder, "" if there is none.
func (t *Tree) kustomizationIn(folder string) string {
	for _, name := range kustomize.Names() {
		if file := path.Join(folder, name); t.has(file) {
			return file
		}
	}
	return ""
}
