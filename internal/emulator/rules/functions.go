package rules

import (
	"strings"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/template/tree"
)

// floatingTag says whether the image of a container has the tag latest or no tag,
// and no digest.
func floatingTag(s subject) truth {
	text, ok := s.node.Get("image").Literal()
	if !ok {
		return no
	}
	ref, err := image.Parse(text)
	return truthOf(err == nil && ref.Digest == "" && ref.Tag == "latest")
}

// hasAccessKey reports whether a text of the tree, the source of unknown values
// included, contains the id of an AWS access key.
func hasAccessKey(n *tree.Node) bool {
	if n == nil {
		return false
	}
	if isAccessKey(n.Text) {
		return true
	}
	for _, item := range n.Items {
		if hasAccessKey(item) {
			return true
		}
	}
	for _, e := range n.Entries {
		if hasAccessKey(e.Value) {
			return true
		}
	}
	return false
}

// isAccessKey looks for AKIA and 16 capitals or digits. The ids in the documentation
// of AWS end in EXAMPLE.
func isAccessKey(text string) bool {
	const length = 16
	for {
		_, rest, found := strings.Cut(text, "AKIA")
		if !found {
			return false
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') })
		if end < 0 {
			end = len(rest)
		}
		if end == length && !strings.HasSuffix(rest[:end], "EXAMPLE") {
			return true
		}
		text = rest
	}
}
