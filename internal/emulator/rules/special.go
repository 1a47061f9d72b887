package rules

import (
	"strings"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/template/tree"
)

// The tests that are more than the language of conditions can say.

// floatingTag says whether a container's image has the tag latest, or none, and
// no digest.
func floatingTag(s subject) truth {
	text, ok := s.node.Get("image").Literal()
	if !ok {
		return no
	}
	ref, err := image.Parse(text)
	return truthOf(err == nil && ref.Digest == "" && ref.Tag == "latest")
}

// hasAccessKey looks for the id of an AWS access key in every text of a tree:
// AKIA and 16 capitals or digits. Those of AWS's own documentation end in
// EXAMPLE. Unknown texts count with their source.
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
