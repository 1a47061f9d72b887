package template

import (
	"maps"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// applicationImages adds the images in the values that an application of Argo CD gives to a
// chart: values, which are a text, valuesObject in its place, and parameters over both.
func applicationImages(helm *tree.Node, add func(Image)) {
	values := helm.Get("valuesObject")
	if text := helm.Get("values"); values == nil && text.Str() != "" {
		values = valuesText(text, add)
	}
	parameters := map[string]*tree.Node{}
	for _, p := range helm.All("parameters") {
		parameters[p.Get("name").Str()] = p.Get("value")
	}
	valuesImages(WithValues(values, parameters), add)
}

// valuesText returns the values that a text holds. Those that a template engine must fill
// in are a placeholder.
func valuesText(text *tree.Node, add func(Image)) *tree.Node {
	values := inText(text)
	if values == nil && strings.Contains(text.Text, "{{") {
		add(newImage("{{ values }}", text, text.Range, ""))
	}
	return values
}

// WithValues returns values of a chart with others over them, whose keys are joined by
// dots, as those of --set: image.tag is the tag in the image. What sets a part of a list is
// left out.
func WithValues(values *tree.Node, set map[string]*tree.Node) *tree.Node {
	w := valuesWalk{origin: map[*tree.Node]string{}}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		text, ok := set[name].Literal()
		keys := strings.Split(name, ".")
		if !ok || slices.Contains(keys, "") || len(keys) > tree.MaxDepth || strings.ContainsAny(name, `[]\,{`) {
			continue
		}
		one := &tree.Node{Kind: tree.String, Text: text, Range: set[name].Range}
		for _, key := range slices.Backward(keys) {
			one = &tree.Node{Kind: tree.Map, Range: one.Range, Entries: []tree.Entry{{Key: key, Line: one.Range.Start, Value: one}}}
		}
		values = w.merge("", values, "", one, 0)
	}
	return values
}

// ValuesImages returns the images in values that a release gives to a chart.
func ValuesImages(values *tree.Node) []Image {
	var all []Image
	valuesImages(values, func(i Image) { all = append(all, i) })
	return all
}

// replacedImages adds the images that an overlay in an object puts in the place of others,
// as Flux writes it: items with newName, newTag or digest.
func (w *objectWalk) replacedImages(list *tree.Node) {
	for _, item := range list.All() {
		name, tag, digest := item.Get("newName"), item.Get("newTag").Scalar(), item.Get("digest").Str()
		if name.Str() == "" {
			name = item.Get("name")
		}
		if name.Str() == "" || item.Get("newName") == nil && tag == "" && digest == "" {
			continue
		}
		ref := name.Text
		switch {
		case digest != "":
			ref += "@" + digest
		case tag != "":
			ref += ":" + tag
		default:
			ref += ":{{ tag }}" // that of the manifest
		}
		w.found(item, name, ref)
	}
}

// inText returns the YAML document that is the value of a key, with the lines of the file,
// nil if it can't be parsed.
func inText(text *tree.Node) *tree.Node {
	s, err := tree.ReadYAML([]byte(text.Text), tree.NewBudget(len(text.Text)))
	if err != nil || len(s.Docs) == 0 {
		return nil
	}
	move(s.Docs[0], text.Range, map[*tree.Node]bool{})
	return s.Docs[0]
}

// Within returns the lines of a file for those of a text in it. A text of several lines
// begins after its first one.
func Within(text, lines result.Range) result.Range {
	line := func(n int) int {
		if text.End > text.Start {
			n++
		}
		return min(text.Start+n-1, text.End)
	}
	return result.Range{Start: line(lines.Start), End: line(lines.End)}
}

// move moves a tree, which nobody else has, to the lines of a text.
func move(n *tree.Node, text result.Range, seen map[*tree.Node]bool) {
	if n == nil || seen[n] {
		return
	}
	seen[n] = true
	n.Range = Within(text, n.Range)
	for i, e := range n.Entries {
		n.Entries[i].Line = Within(text, result.Range{Start: e.Line, End: e.Line}).Start
		move(e.Value, text, seen)
	}
	for _, item := range n.Items {
		move(item, text, seen)
	}
}

// dockerImage adds the image of a reference in an object of OpenShift: a BuildConfig builds
// upon it, and an ImageStream follows it.
func (w *objectWalk) dockerImage(from *tree.Node, values scope) {
	name := from.Get("name")
	if from.Get("kind").Str() != "DockerImage" || name.Str() == "" {
		return
	}
	text := strings.TrimPrefix(values.resolve(name.Text), "docker://")
	if _, err := image.Parse(text); err == nil || image.Placeholder(text) != "" {
		w.found(from, name, text)
	}
}
