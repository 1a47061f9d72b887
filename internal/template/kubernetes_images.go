package template

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// objectImages adds the images that a Kubernetes object names.
func objectImages(doc *tree.Node, add func(Image)) {
	w := objectWalk{add: add}
	w.object(doc)
}

// object adds the images of an object, or of a part of one.
func (w *objectWalk) object(doc *tree.Node) {
	kind := doc.Get("kind").Str()
	group, _, _ := strings.Cut(doc.Get("apiVersion").Str(), "/")
	switch {
	case kind == "CustomResourceDefinition", kind == "ConfigMap", kind == "Secret", describesImages(group):
		return
	case kind == "HelmRelease":
		valuesImages(doc.Get("spec", "values"), w.add)
		w.below(doc.Get("spec", "postRenderers"), false, nil, 0)
		return
	}
	w.containersOnly, w.versions, w.streams = namesMachines(group), kind == "ArgoCD", imageStreams(doc)
	if kind == "BuildConfig" {
		w.inlineDockerfile(doc.Get("spec", "source", "dockerfile"))
	}
	values := scope{}.with(doc, kind == "Template")
	for _, e := range doc.Entries {
		if e.Key != "status" {
			w.entry(e, doc, values, 0)
		}
	}
}

// describesImages reports whether the objects of an API group are about images that
// others deploy: policies, whose patterns look like pods, and what watches registries.
func describesImages(group string) bool {
	return slices.Contains([]string{"kyverno.io", "templates.gatekeeper.sh", "policy.sigstore.dev", "image.toolkit.fluxcd.io"}, group)
}

// namesMachines reports whether the images of an API group are of virtual machines,
// unless they are those of containers.
func namesMachines(group string) bool {
	return group == "machine.openshift.io" || slices.ContainsFunc(
		[]string{"cluster.x-k8s.io", "cnrm.cloud.google.com", "crossplane.io", "upbound.io"},
		func(suffix string) bool { return group == suffix || strings.HasSuffix(group, "."+suffix) })
}

// objectWalk collects the images below an object. In containers every image counts, and
// one that is not a reference is a mistake. Elsewhere an image is one that parses.
type objectWalk struct {
	add            func(Image)
	containersOnly bool
	// versions is set if an image's tag may stand beside it.
	versions bool
	// inPatch is set in a patch, whose texts are not patches.
	inPatch bool
	// streams are the tags of image streams that OpenShift takes the images of containers
	// from, by the names of the containers, whatever image stands there.
	streams map[string]string
}

// imageStreams returns the streams of a DeploymentConfig whose triggers set its images.
func imageStreams(doc *tree.Node) map[string]string {
	if doc.Get("kind").Str() != "DeploymentConfig" {
		return nil
	}
	streams := map[string]string{}
	for _, trigger := range doc.All("spec", "triggers") {
		p := trigger.Get("imageChangeParams")
		if p.Get("automatic").Scalar() != "true" || p.Get("from", "kind").Str() != "ImageStreamTag" {
			continue
		}
		for _, name := range p.All("containerNames") {
			streams[name.Str()] = p.Get("from", "name").Str()
		}
	}
	return streams
}

// isContainers reports whether a key holds containers: those in the lists of a pod
// spec, and the single ones of Argo workflows and Tekton tasks.
func isContainers(key string) bool {
	switch key {
	case "containers", "initContainers", "ephemeralContainers", "sidecars", "steps", "container", "script", "stepTemplate":
		return true
	}
	return false
}

func (w *objectWalk) entry(e tree.Entry, parent *tree.Node, values scope, depth int) {
	switch e.Key {
	case "metadata", "annotations", "labels", "matchLabels":
		return
	case "image", "imageName":
		w.elsewhere(e.Value, parent, values)
	case "images":
		w.replacedImages(e.Value)
	case "valuesContent": // of a chart of k3s
		if e.Value.Is(tree.String) {
			valuesImages(valuesText(e.Value, w.add), w.add)
		}
	case "valuesObject": // of an application of Argo CD
		valuesImages(e.Value, w.add)
		return
	case "from":
		w.dockerImage(e.Value, values)
	case "patch": // of a Kustomization of Flux, or an application of Argo CD
		if !w.inPatch {
			for _, i := range PatchTextImages(e.Value) {
				w.add(i)
			}
		}
	case "helm":
		applicationImages(e.Value, w.add)
		e.Value = without(e.Value, "valuesObject")
	case "kustomize":
		for _, override := range e.Value.All("images") { // [NAME=]IMAGE
			if _, ref, named := strings.Cut(override.Str(), "="); named || image.HasVersion(override.Str()) {
				w.found(e.Value, override, cmp.Or(ref, override.Text))
			}
		}
	}
	w.below(e.Value, isContainers(e.Key), values, depth+1)
}

// below goes through the maps of a value, which are containers or not.
func (w *objectWalk) below(n *tree.Node, containers bool, values scope, depth int) {
	if n == nil || depth > tree.MaxDepth {
		return
	}
	for _, item := range n.Items {
		w.below(item, containers, values, depth+1)
	}
	if n.Kind != tree.Map {
		return
	}
	values = values.with(n, false)
	if streams := imageStreams(n); streams != nil { // an object of a template
		inner := *w
		inner.streams = streams
		w = &inner
	}
	for _, e := range n.Entries {
		if containers && e.Key == "image" {
			w.container(n, e.Value, values)
			continue
		}
		w.entry(e, n, values, depth)
	}
}

func (w *objectWalk) container(c, ref *tree.Node, values scope) {
	stream, fromStream := w.streams[c.Get("name").Str()]
	switch {
	case fromStream:
		w.found(c, ref, "<ImageStreamTag "+values.resolve(stream)+">")
	case ref.Kind == tree.Map: // {{ x }} without quotes
		w.found(c, ref, "{{ }}")
	case ref.Scalar() != "":
		w.found(c, ref, values.resolve(ref.Scalar()))
	}
}

// elsewhere adds an image that is not one of a container: of a volume of a pod, or a
// field of a custom resource.
func (w *objectWalk) elsewhere(ref, parent *tree.Node, values scope) {
	if volume := ref.Get("reference"); volume.Str() != "" {
		w.found(parent, volume, values.resolve(volume.Text))
		return
	}
	if ref.Is(tree.Map) {
		if i, repository := valuesImage(ref, Chart{}, true); repository != nil && !w.containersOnly {
			w.add(i)
		}
		return
	}
	text := values.resolve(ref.Str())
	if text == "" || w.containersOnly {
		return
	}
	if tag := parent.Get("version").Str(); w.versions && tag != "" && !image.HasVersion(text) {
		text += ":" + tag
	}
	if _, err := image.Parse(text); err == nil || image.Placeholder(text) != "" {
		w.found(parent, ref, text)
	}
}

func (w *objectWalk) found(block, ref *tree.Node, text string) {
	w.add(newImage(text, ref, block.Range, block.Get("name").Scalar()))
}

// PatchTextImages returns the images in a patch that is a text in a file, at the lines of the file.
func PatchTextImages(text *tree.Node) []Image {
	if !strings.Contains(text.Str(), ":") {
		return nil // a path
	}
	s, err := tree.ReadYAML([]byte(text.Text), tree.NewBudget(len(text.Text)))
	if err != nil {
		return nil // Kustomize refuses it
	}
	var all []Image
	for _, doc := range s.Docs {
		for _, i := range PatchImages(doc) {
			i.Line = Within(text.Range, result.Range{Start: i.Line, End: i.Line}).Start
			i.Block = Within(text.Range, i.Block)
			all = append(all, i)
		}
	}
	return all
}

// PatchImages returns the images in a patch: a part of an object, or a list of operations
// (RFC 6902).
func PatchImages(doc *tree.Node) []Image {
	var all []Image
	add := func(i Image) { all = append(all, i) }
	w := objectWalk{add: add, inPatch: true}
	if !doc.Is(tree.List) {
		w.object(doc)
		return all
	}
	for _, operation := range doc.Items {
		value := operation.Get("value")
		key := ""
		for part := range strings.SplitSeq(operation.Get("path").Str(), "/") {
			if strings.Trim(part, "-0123456789") != "" {
				key = part
			}
		}
		switch {
		case operation.Get("op").Str() == "remove", value == nil:
		case key == "image" && value.Is(tree.String):
			w.container(operation, value, nil)
		default:
			w.entry(tree.Entry{Key: key, Value: value}, operation, nil, 0)
		}
	}
	return all
}
