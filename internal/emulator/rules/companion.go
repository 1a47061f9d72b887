package rules

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// companion is a resource that completes another one, such as the versioning of a
// bucket, which is a resource of its own in Terraform's AWS provider.
type companion struct {
	// Types are the types of the companion, and By its attribute that refers to
	// the resource.
	Types []string `yaml:"types"`
	By    string   `yaml:"by"`
	// Own is set where both refer to a third resource: it is the attribute of the
	// resource that does.
	Own string `yaml:"own"`
	// When is a condition on the companion, if there is one.
	When *condition `yaml:"when"`
}

// eval says whether the subject's folder has the companion.
func (c *companion) eval(s subject) truth {
	result := no
	for _, res := range s.folder.resources {
		if !slices.Contains(c.Types, res.Type) {
			continue
		}
		other := s.at(res.root)
		refers := c.refers(other.node, s.res)
		if c.When != nil && refers != no {
			refers = min(refers, c.When.eval(other))
		}
		result = max(result, refers)
	}
	return result
}

// refers says whether a companion refers to the resource: by an expression that
// names it, or by the same literal name. An expression that names no resource of
// the type, such as each.value, may refer to any.
func (c *companion) refers(other *tree.Node, res *resource) truth {
	by := other.Get(c.By)
	if by == nil {
		return no
	}
	if c.Own != "" {
		return sameTarget(by, res.Body.Get(c.Own))
	}
	if text, ok := by.Literal(); ok {
		return sameName(res.Body.Get(c.By), text)
	}
	names := referredNames(by.Text, res.Type)
	if len(names) == 0 {
		return maybe
	}
	return truthOf(slices.Contains(names, res.Name))
}

// sameTarget compares two references to a third resource, by whichever of its
// attributes (id, bucket, arn).
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

// target is the resource of a reference: aws_s3_bucket.logs.
func target(text string) string {
	text = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text), "${"), "}")
	parts := strings.Split(text, ".")
	if len(parts) < 3 || parts[0] == "var" || parts[0] == "module" {
		return text
	}
	name, _, _ := strings.Cut(parts[1], "[")
	return parts[0] + "." + name
}

// sameName compares a literal with the name of a resource, which may be unknown.
func sameName(own *tree.Node, text string) truth {
	if own == nil {
		return no
	}
	if name, ok := own.Literal(); ok {
		return truthOf(name == text)
	}
	return maybe
}

// referredNames lists the names of the resources of a type in an expression: logs
// in aws_s3_bucket.logs.id.
func referredNames(expression, typ string) []string {
	var names []string
	for {
		_, after, ok := strings.Cut(expression, typ+".")
		if !ok {
			return names
		}
		name := after[:len(after)-len(strings.TrimLeftFunc(after, isNameRune))]
		names = append(names, name)
		expression = after[len(name):]
	}
}

func isNameRune(r rune) bool {
	return r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
