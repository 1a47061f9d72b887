// Package treetest writes trees of values for tests.
package treetest

import (
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// Text writes a node in a short form: strings quoted, unknowns as <source>.
func Text(n *tree.Node) string {
	if n == nil {
		return "nil"
	}
	if n.Tag != "" {
		untagged := *n
		untagged.Tag = ""
		return n.Tag + " " + Text(&untagged)
	}
	var parts []string
	switch n.Kind {
	case tree.Null:
		return "null"
	case tree.String:
		return fmt.Sprintf("%q", n.Text)
	case tree.Unknown:
		return "<" + n.Text + ">"
	case tree.List:
		for _, item := range n.Items {
			parts = append(parts, Text(item))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case tree.Map:
		for _, e := range n.Entries {
			parts = append(parts, e.Key+":"+Text(e.Value))
		}
		return "{" + strings.Join(parts, " ") + "}"
	}
	return n.Text
}
