// Package kustomize finds out which images the kustomizations of a tree give to the
// manifests that they are made of. It renders nothing.
package kustomize

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// Names are the names of the files that Kustomize reads
// (https://kubectl.docs.kubernetes.io/references/kustomize/glossary/#kustomization-root).
func Names() []string { return []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} }

// IsName reports whether Kustomize reads a file of this name.
func IsName(file string) bool { return slices.Contains(Names(), path.Base(file)) }

// File is a kustomization.
type File struct {
	Path string
	// resources are the paths of files and folders that it is made of, components those of
	// folders whose images count for all of them. Both are paths of the tree.
	resources, components []string
	images                []replacement
	component             bool
	// Standalone is set if Kustomize can render it from files alone.
	Standalone bool
	// Patched are the images in its patches, as far as these stand in the kustomization.
	Patched []template.PlacedImage
	// PatchFiles are the files of its other patches, Transformers those of transformers, or folders
	// with these, and Replacements those of replacements.
	PatchFiles, Transformers, Replacements []string
	// configs are the transformers, and what they are made of: they decide, too.
	configs []string
	// Unknown are the replacements that set an image.
	Unknown []result.Location
}

// replacement is an entry of images: what a name becomes.
type replacement struct {
	name, newName, newTag, digest, tagSuffix string
	// pattern is what Kustomize makes of the name, nil if that fits the name alone.
	pattern *regexp.Regexp
	at      result.Location
}

// Read reads a kustomization. Kustomize takes the names of fields in any case.
func Read(file string, doc *tree.Node) File {
	f := File{Path: file, component: field(doc, "kind").Str() == "Component"}
	f.Standalone = !f.component && !needsOthers(doc)
	dir := path.Dir(file)
	for _, key := range []string{"resources", "bases", "patchesStrategicMerge", "generators", "transformers"} {
		f.resources = append(f.resources, paths(dir, field(doc, key))...)
	}
	for _, key := range []string{"patches", "patchesJson6902"} {
		for _, patch := range field(doc, key).All() {
			f.patchFiles(field(patch, "path"))
			f.patch(file, field(patch, "patch"))
		}
	}
	for _, patch := range field(doc, "patchesStrategicMerge").All() {
		f.patch(file, patch)
	}
	f.replacements(file, doc)
	f.components = paths(dir, field(doc, "components"))
	for _, key := range []string{"images", "imageTags"} {
		for _, image := range field(doc, key).All() {
			f.replace(file, image)
		}
	}
	for _, transformer := range field(doc, "transformers").All() {
		f.inlineTransformer(transformer)
	}
	f.Transformers = paths(dir, field(doc, "transformers"))
	f.configs = slices.Clone(f.Transformers)
	return f
}

// field returns the value of a key in any case.
func field(n *tree.Node, name string) *tree.Node {
	for _, e := range n.Pairs() {
		if strings.EqualFold(e.Key, name) {
			return e.Value
		}
	}
	return nil
}

// replace adds an entry of images that stands in a file.
func (f *File) replace(file string, image *tree.Node) {
	name := field(image, "name").Str()
	f.images = append(f.images, replacement{
		name: name, pattern: patternOf(name), newName: field(image, "newName").Str(), newTag: field(image, "newTag").Scalar(),
		digest: field(image, "digest").Str(), tagSuffix: field(image, "tagSuffix").Str(),
		at: result.Location{Path: file, Line: image.Range.Start, Block: &image.Range},
	})
}

// patternOf returns the expression that an image must match as a whole, nil if it is the name and
// nothing else. A name that is no expression fits itself alone.
// (https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/image/image.go)
func patternOf(name string) *regexp.Regexp {
	if regexp.QuoteMeta(name) == name {
		return nil
	}
	pattern, err := regexp.Compile("^" + name + "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$")
	if err != nil {
		return nil
	}
	return pattern
}

// fits reports whether an entry of images is about an image with this name.
func (r replacement) fits(ref, name string) bool {
	return r.name != "" && (name == r.name || r.pattern != nil && r.pattern.MatchString(ref))
}

// Uses returns the paths of the files and folders that the kustomization is made of.
func (f File) Uses() []string { return slices.Concat(f.resources, f.components) }

// paths returns the paths of the tree that a value names, one or a list. Others are
// addresses, or lie elsewhere.
func paths(dir string, value *tree.Node) []string {
	var all []string
	for _, item := range value.All() {
		if text := item.Str(); text != "" && !strings.ContainsAny(text, "\n:?") {
			all = append(all, path.Join(dir, text))
		}
	}
	return all
}

// IsRemote reports whether Kustomize would fetch what a name means, whether or not there is
// a file of that name.
func IsRemote(name string) bool {
	lower := strings.ToLower(strings.TrimSpace(name))
	for _, prefix := range []string{"http:", "https:", "git::", "gh:", "github.com/", "github.com:"} {
		if strings.HasPrefix(lower, prefix) {
			return true
		}
	}
	user, _, isAddress := strings.Cut(lower, "@")
	return strings.Contains(lower, "://") || isAddress && user != "" && !strings.ContainsAny(user, "/.")
}

// needsOthers reports whether a kustomization needs what Kustomize fetches, or Helm.
func needsOthers(doc *tree.Node) bool {
	for _, key := range []string{"resources", "bases", "components"} {
		if slices.ContainsFunc(field(doc, key).All(), func(item *tree.Node) bool { return IsRemote(item.Str()) }) {
			return true
		}
	}
	return field(doc, "helmCharts") != nil || field(doc, "helmChartInflationGenerator") != nil
}

const (
	// maxChains bounds the ways in which one manifest is used.
	maxChains = 2000
	// maxSteps bounds the kustomizations and replacements of all of them together.
	maxSteps = 300_000
)

// Overlays are the kustomizations of a tree.
type Overlays struct {
	byDir map[string]File
	// done holds what the kustomizations of folders are made of, and nil while that is read.
	done map[string]map[string][]chain
	// chains are the ways in which each manifest is used. In tooMany there are more than
	// maxChains.
	chains  map[string][]chain
	tooMany map[string]bool
	// steps is what is left of maxSteps.
	steps *tree.Budget
}

// chain is one way in which a manifest is used: the kustomizations from the innermost one
// to one that no other uses, and their replacements in this order.
type chain struct {
	files        []string
	replacements []replacement
}

// New finds out how the kustomizations of a tree use its manifests.
func New(files []File) *Overlays {
	o := &Overlays{byDir: map[string]File{}, done: map[string]map[string][]chain{}, chains: map[string][]chain{}, tooMany: map[string]bool{}, steps: tree.NewSteps(maxSteps)}
	used := map[string]bool{}
	for _, f := range files {
		o.byDir[path.Dir(f.Path)] = f
		for _, p := range slices.Concat(f.resources, f.components) {
			used[p] = true
		}
	}
	for _, f := range files {
		if dir := path.Dir(f.Path); !used[dir] && !f.component {
			o.collect(dir)
		}
	}
	return o
}

// collect adds the chains that end with the kustomization of a folder.
func (o *Overlays) collect(dir string) {
	for manifest, chains := range o.made(dir) {
		o.add(o.chains, manifest, chains)
	}
}

// add adds ways in which a manifest is used, up to maxChains.
func (o *Overlays) add(all map[string][]chain, manifest string, chains []chain) {
	if room := maxChains - len(all[manifest]); len(chains) > room {
		chains, o.tooMany[manifest] = chains[:room], true
	}
	o.steps.Spend(len(chains))
	all[manifest] = append(all[manifest], chains...)
}

// made returns the manifests that the kustomization of a folder is made of, each with the
// ways in which it is used. One that uses itself, which Kustomize refuses, ends there.
func (o *Overlays) made(dir string) map[string][]chain {
	if all, known := o.done[dir]; known || o.steps.Exceeded() {
		return all
	}
	o.done[dir] = nil
	f := o.byDir[dir]
	all := map[string][]chain{}
	if f.Path != "" {
		o.add(all, f.Path, []chain{{}}) // its own patches
	}
	for _, p := range f.resources {
		if _, isFolder := o.byDir[p]; !isFolder {
			o.add(all, p, []chain{{}})
			continue
		}
		for manifest, chains := range o.made(p) {
			o.add(all, manifest, chains)
		}
	}
	for _, p := range f.components {
		for manifest, chains := range o.made(p) {
			o.add(all, manifest, chains)
		}
		o.extend(all, o.byDir[p])
	}
	o.extend(all, f)
	o.done[dir] = all
	return all
}

// extend adds a kustomization at the end of all chains.
func (o *Overlays) extend(all map[string][]chain, f File) {
	if f.Path == "" {
		return
	}
	for _, chains := range all {
		for i, c := range chains {
			if !o.steps.Spend(len(c.files) + len(c.replacements) + len(f.images) + len(f.configs)) {
				return
			}
			chains[i] = chain{append(append(slices.Clip(c.files), f.Path), f.configs...), append(slices.Clip(c.replacements), f.images...)}
		}
	}
}

// Image is what an image of a manifest becomes. At are the entries that decide so.
type Image struct {
	Ref string
	At  []result.Location
}

// Images returns what an image of a manifest becomes in the ways in which it is used: the
// image itself if no kustomization uses the manifest.
func (o *Overlays) Images(manifest, ref string) []Image {
	chains := o.chains[manifest]
	if len(chains) == 0 {
		return []Image{{Ref: ref}}
	}
	var all []Image
	for _, c := range chains {
		one := c.apply(ref)
		if !slices.ContainsFunc(all, func(seen Image) bool { return seen.Ref == one.Ref }) {
			all = append(all, one)
		}
	}
	return all
}

// TooMany reports whether a manifest may be used in more ways than are known here.
func (o *Overlays) TooMany(manifest string) bool { return o.tooMany[manifest] || o.steps.Exceeded() }

// Siblings are the other kustomizations that decide about the images of a file.
func (o *Overlays) Siblings(file string) []string {
	var all []string
	for _, c := range o.chains[file] {
		all = append(all, c.files...)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(other string) bool { return other == file })
}

// Manifests are the manifests that kustomizations use, in no particular order.
func (o *Overlays) Manifests() []string {
	all := make([]string, 0, len(o.chains))
	for manifest := range o.chains {
		all = append(all, manifest)
	}
	return all
}

func (c chain) apply(ref string) Image {
	i := Image{Ref: ref}
	for _, r := range c.replacements {
		name, tag, digest := split(i.Ref)
		if !r.fits(i.Ref, name) {
			continue
		}
		i.Ref = r.applyTo(name, tag, digest)
		i.At = append(i.At, r.at)
	}
	return i
}

// applyTo replaces as Kustomize does: a new tag or digest replaces both.
func (r replacement) applyTo(name, tag, digest string) string {
	if r.newName != "" {
		name = r.newName
	}
	switch {
	case r.newTag != "" || r.digest != "":
		tag, digest = r.newTag, r.digest
	case r.tagSuffix != "":
		tag, digest = tag+r.tagSuffix, ""
	}
	if tag != "" {
		name += ":" + tag
	}
	if digest != "" {
		name += "@" + digest
	}
	return name
}

// split splits a reference as it is written.
func split(ref string) (name, tag, digest string) {
	name, digest, _ = strings.Cut(ref, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name, tag = name[:i], name[i+1:]
	}
	return name, tag, digest
}
