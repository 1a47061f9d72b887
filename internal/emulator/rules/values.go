package rules

import (
	"strings"

	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// values are the values at a path of a subject.
type values struct {
	nodes []*tree.Node
	// unsure is set where there may be more: a value on the way is unknown.
	unsure bool
	// filled is set where there is a value that is not known: an unknown item of a
	// list, or a text with a placeholder.
	filled bool
}

// find collects the values at a path, through every item of lists.
func find(s subject, path string) values {
	start := s.node
	if rest, ok := strings.CutPrefix(path, "pod."); ok {
		start, path = s.pod, rest
	}
	var keys []string
	if path != "" {
		keys = strings.Split(path, ".")
	}
	var v values
	v.walk(start, keys)
	return v
}

func (v *values) walk(n *tree.Node, keys []string) {
	switch {
	case n == nil || n.Kind == tree.Null:
	case n.Kind == tree.Unknown:
		v.unsure = true
	case n.Kind == tree.List:
		v.walkItems(n.Items, keys)
	case n.Kind == tree.String && strings.Contains(n.Text, "{{"): // a placeholder
		v.unsure, v.filled = true, true
	case len(keys) == 0:
		v.nodes = append(v.nodes, n)
	default:
		for _, e := range n.Entries {
			if e.Key == keys[0] {
				v.walk(e.Value, keys[1:])
			}
		}
	}
}

func (v *values) walkItems(items []*tree.Node, keys []string) {
	for _, item := range items {
		if item.Tag == template.DynamicTag { // it is not known whether it creates blocks
			v.unsure = true
			continue
		}
		v.filled = v.filled || len(keys) == 0 && item.Kind == tree.Unknown
		v.walk(item, keys)
	}
}

// exist says whether there is a value at all.
func (v values) exist() truth {
	switch {
	case len(v.nodes) > 0 || v.filled:
		return yes
	case v.unsure:
		return maybe
	}
	return no
}

// any says whether the condition holds for a value.
func (v values) any(holds func(*tree.Node) truth) truth {
	result := no
	if v.unsure {
		result = maybe
	}
	for _, n := range v.nodes {
		result = max(result, holds(n))
	}
	return result
}

// texts returns the literals among the values.
func (v values) texts() []string {
	var texts []string
	for _, n := range v.nodes {
		if text, ok := n.Literal(); ok {
			texts = append(texts, text)
		}
	}
	return texts
}
