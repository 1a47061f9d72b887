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

// companions are those of a folder that a condition takes, by what they refer to: the
// folder is read once for all resources of a type.
type companions struct {
	// named and literal say whether there is one, by the name of the resource in an
	// expression and by a literal. With [companion.Own], named is by the third resource.
	named, literal map[string]truth
	// some says whether there is one that refers by a literal, or to a third resource.
	some truth
	// any is set for an expression that names no resource of the type, such as each.value:
	// it may refer to any.
	any truth
}

// companionsKey is a condition and the type of the resources that it is about.
type companionsKey struct {
	condition *companion
	typ       string
}

// eval says whether the subject's folder has the companion.
func (c *companion) eval(s subject) truth {
	key := companionsKey{c, s.res.Type}
	all, ok := s.folder.companions[key]
	if !ok {
		all = c.find(s)
		s.folder.companions[key] = all
	}
	return c.among(all, s.res)
}

// find indexes the companions for resources of the type of the subject.
func (c *companion) find(s subject) *companions {
	all := &companions{named: map[string]truth{}, literal: map[string]truth{}}
	for _, res := range s.folder.resources {
		by := res.root.Get(c.By)
		if by == nil || !slices.Contains(c.Types, res.Type) {
			continue
		}
		holds := yes
		if c.When != nil {
			holds = c.When.eval(s.at(res.root))
		}
		c.add(all, by, s.res.Type, holds)
	}
	return all
}

// add takes in a companion that refers to something and fulfils its condition or not.
func (c *companion) add(all *companions, by *tree.Node, typ string, holds truth) {
	text, isLiteral := by.Literal()
	var names []string
	switch {
	case c.Own != "":
		names = []string{target(by.Text)}
		all.some = max(all.some, holds)
		if isVague(names[0]) {
			all.any = max(all.any, min(maybe, holds))
		}
	case isLiteral:
		all.literal[text] = max(all.literal[text], holds)
		all.some = max(all.some, holds)
	default:
		names = referredNames(by.Text, typ)
		if len(names) == 0 {
			all.any = max(all.any, min(maybe, holds))
		}
	}
	for _, name := range names {
		all.named[name] = max(all.named[name], holds)
	}
}

// among says whether a companion refers to the resource: by an expression that names it,
// or by the same literal name, which may be unknown.
func (c *companion) among(all *companions, res *resource) truth {
	if c.Own != "" {
		own := res.Body.Get(c.Own)
		if own == nil {
			return no
		}
		third := target(own.Text)
		result := max(all.named[third], all.any)
		if isVague(third) {
			result = max(result, min(maybe, all.some))
		}
		return result
	}
	result := max(all.named[res.Name], all.any)
	own := res.Body.Get(c.By)
	if own == nil {
		return result
	}
	if name, ok := own.Literal(); ok {
		return max(result, all.literal[name])
	}
	return max(result, min(maybe, all.some))
}

// isVague reports whether a target may be any resource.
func isVague(target string) bool {
	return target == "" || strings.Contains(target, "each.") || strings.Contains(target, "local.")
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
