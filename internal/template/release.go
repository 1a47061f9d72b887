package template

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

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

// without returns a map without a key.
func without(n *tree.Node, key string) *tree.Node {
	if n.Entry(key) == nil {
		return n
	}
	rest := *n
	rest.Entries = slices.DeleteFunc(slices.Clone(n.Entries), func(e tree.Entry) bool { return e.Key == key })
	return &rest
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

// maxKeys is how deep a value may be that --set gives.
const maxKeys = 64

// WithValues returns values of a chart with others over them, whose keys are joined by
// dots, as those of --set: image.tag is the tag in the image. What sets a part of a list is
// left out.
func WithValues(values *tree.Node, set map[string]*tree.Node) *tree.Node {
	root := &tree.Node{Kind: tree.Map}
	at := map[string]*tree.Node{} // by their joined keys
	for _, name := range slices.Sorted(maps.Keys(set)) {
		text, ok := set[name].Literal()
		keys := strings.Split(name, ".")
		if !ok || slices.Contains(keys, "") || len(keys) > maxKeys || strings.ContainsAny(name, `[]\,{`) {
			continue
		}
		n, joined := root, ""
		for _, key := range keys {
			joined += "." + key
			child := at[joined]
			if child == nil {
				child = &tree.Node{Range: set[name].Range}
				at[joined] = child
				n.Entries = append(n.Entries, tree.Entry{Key: key, Line: set[name].Range.Start, Value: child})
			}
			n.Kind, n = tree.Map, child
		}
		n.Kind, n.Text = tree.String, text
	}
	if len(root.Entries) == 0 {
		return values
	}
	return valuesWalk{origin: map[*tree.Node]string{}}.merge("", values, "", root, 0)
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

// move moves a tree, which is not shared, to the lines of a text.
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

// inlineDockerfile adds the images of FROM lines in the Dockerfile of a BuildConfig.
func (w *objectWalk) inlineDockerfile(text *tree.Node) {
	stages := map[string]bool{"scratch": true}
	number := 0
	for line := range strings.Lines(text.Str()) {
		number++
		from := fromLine().FindStringSubmatch(line)
		if from == nil {
			continue
		}
		if ref := from[1]; !stages[ref] {
			at := Within(text.Range, result.Range{Start: number, End: number})
			w.found(&tree.Node{Range: at}, &tree.Node{Range: at}, ref)
		}
		stages[from[2]] = true
	}
}

// fromLine matches a FROM instruction: its image, and the name of the stage.
var fromLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?`)
})

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
