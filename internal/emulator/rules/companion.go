package rules

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// companion is a resource that completes another one, such as the versioning of
// a bucket, which Terraform's AWS provider has kept apart since version 4.
type companion struct {
	// Types are the companion's types, and By the attribute that refers.
	Types []string `yaml:"types"`
	By    string   `yaml:"by"`
	// Own is set where both refer to a third resource: the attribute that
	// refers on this side.
	Own string `yaml:"own"`
	// When is the condition on the companion; none means that it suffices.
	When *cond `yaml:"when"`
}

func (c *companion) eval(s subject) truth {
	result := no
	for _, res := range s.all.resources {
		if !slices.Contains(c.Types, res.Type) {
			continue
		}
		side := s.at(res.root)
		found := c.refers(side, s.res)
		if c.When != nil && found != no {
			found = both(found, c.When.eval(side))
		}
		result = either(result, found)
	}
	return result
}

// refers says whether the companion refers to the resource: by an expression
// that names it, or by the same literal name. An expression that names no
// resource of the type, such as each.value, may refer to any.
func (c *companion) refers(side subject, res *resource) truth {
	n := side.node.Get(c.By)
	if n == nil {
		return no
	}
	if c.Own != "" {
		return sameTarget(n, res.Body.Get(c.Own))
	}
	if text, ok := n.Literal(); ok {
		return sameName(res.Body.Get(c.By), text)
	}
	names := references(n, res.Type)
	if len(names) == 0 {
		return maybe
	}
	return truthOf(slices.Contains(names, res.Name))
}

// sameTarget compares two references to a third resource, whatever attribute
// of it (id, bucket, arn) they take.
func sameTarget(a, b *tree.Node) truth {
	if a == nil || b == nil {
		return no
	}
	left, right := target(a.Text), target(b.Text)
	switch {
	case left == right:
		return yes
	case left == "" || right == "" || strings.Contains(left+right, "each.") || strings.Contains(left+right, "local."):
		return maybe
	}
	return no
}

// target is the resource's part of a reference: aws_s3_bucket.logs.
func target(text string) string {
	text = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text), "${"), "}")
	parts := strings.Split(text, ".")
	if len(parts) < 3 || parts[0] == "var" || parts[0] == "module" {
		return text
	}
	name, _, _ := strings.Cut(parts[1], "[")
	return parts[0] + "." + name
}

// sameName compares a literal with a resource's own name, which may be unknown.
func sameName(own *tree.Node, text string) truth {
	if own == nil {
		return no
	}
	if name, ok := own.Literal(); ok {
		return truthOf(name == text)
	}
	return maybe
}

// references lists the names of resources of a type in an expression's source:
// logs for aws_s3_bucket.logs.id, Logs for the Ref of a logical id.
func references(n *tree.Node, kind string) []string {
	var names []string
	rest := n.Text
	for {
		_, after, ok := strings.Cut(rest, kind+".")
		if !ok {
			return names
		}
		end := strings.IndexFunc(after, func(r rune) bool { return !isWord(r) })
		if end < 0 {
			end = len(after)
		}
		names = append(names, after[:end])
		rest = after[end:]
	}
}

func isWord(r rune) bool {
	return r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
