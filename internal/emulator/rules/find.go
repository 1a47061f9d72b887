package rules

import (
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// values are what stands at a path. Unsure is set where more could stand there:
// something on the way is unknown.
type values struct {
	nodes  []*tree.Node
	unsure bool
	// filled is set where something stands there, whatever its value: an unknown
	// item of a list, or a text with a placeholder.
	filled bool
	// dynamic holds the lines on which Terraform's dynamic blocks begin. Whether
	// such a block makes any blocks can't be known here.
	dynamic map[int]bool
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
	v := values{dynamic: s.res.dynamic}
	v.walk(start, keys)
	return v
}

func (v *values) walk(n *tree.Node, keys []string) {
	if n == nil || n.Kind == tree.Null {
		return
	}
	switch n.Kind {
	case tree.Unknown:
		v.unsure = true
	case tree.List:
		for _, item := range n.Items {
			if item.Kind == tree.Map && v.dynamic[item.Range.Start] {
				v.unsure = true
				continue
			}
			v.filled = v.filled || len(keys) == 0 && item.Kind == tree.Unknown
			v.walk(item, keys)
		}
	default:
		if n.Kind == tree.String && strings.Contains(n.Text, "{{") {
			v.unsure, v.filled = true, true // filled in by Ansible, CloudFormation or a script
			return
		}
		if len(keys) == 0 {
			v.nodes = append(v.nodes, n)
			return
		}
		v.step(n, keys)
	}
}

func (v *values) step(n *tree.Node, keys []string) {
	for _, e := range n.Entries {
		if e.Key == keys[0] {
			v.walk(e.Value, keys[1:])
		}
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

// any says whether one of the values fulfils a condition.
func (v values) any(holds func(*tree.Node) truth) truth {
	result := no
	if v.unsure {
		result = maybe
	}
	for _, n := range v.nodes {
		result = either(result, holds(n))
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
