package template

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// applicationImages adds the images in the values that an application of Argo CD gives to a
// chart: values, which are a text, valuesObject in its place, and parameters over both.
func applicationImages(helm *tree.Node, add func(Image)) {
	w := valuesWalk{origin: map[*tree.Node]string{}}
	values := helm.Get("valuesObject")
	if text := helm.Get("values"); values == nil && text.Str() != "" {
		if values = inText(text); values == nil && strings.Contains(text.Text, "{{") {
			add(newImage("{{ helm.values }}", text, text.Range, "")) // what fills it in decides
		}
	}
	if parameters := parametersOf(helm); parameters != nil {
		values = w.merge("", values, "", parameters, 0)
	}
	w.start(values, "", Chart{}, func(_ string, i Image) { add(i) })
}

// parametersOf returns the parameters of an application as values: image.tag is the tag in
// the image.
func parametersOf(helm *tree.Node) *tree.Node {
	var values *tree.Node
	for _, p := range helm.All("parameters") {
		value := p.Get("value")
		text, ok := value.Literal()
		keys := strings.Split(p.Get("name").Str(), ".")
		if !ok || slices.Contains(keys, "") || len(keys) > tree.MaxDepth || strings.ContainsAny(p.Get("name").Str(), `[]\,{`) {
			continue
		}
		one := &tree.Node{Kind: tree.String, Text: text, Range: value.Range}
		for _, key := range slices.Backward(keys) {
			one = &tree.Node{Kind: tree.Map, Range: p.Range, Entries: []tree.Entry{{Key: key, Line: p.Range.Start, Value: one}}}
		}
		values = valuesWalk{origin: map[*tree.Node]string{}}.merge("", values, "", one, 0)
	}
	return values
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

// move moves a tree to the lines of a text.
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
