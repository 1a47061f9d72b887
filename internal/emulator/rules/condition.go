package rules

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// condition is a condition over a tree of attributes. Exactly one operator is set;
// the operators from Is to Some also need Path. A path goes through every item of
// the lists on its way. A path that begins with "pod." starts at the pod of a
// container.
type condition struct {
	All []condition `yaml:"all"`
	Any []condition `yaml:"any"`
	Not *condition  `yaml:"not"`

	Path string `yaml:"path"`
	// Is and In: a value equals this literal, or one of these. Case is ignored.
	Is *string  `yaml:"is"`
	In []string `yaml:"in"`
	// Like: a value matches one of these patterns, in which * is any text.
	Like []string `yaml:"like"`
	// Exists: there is a value (true), or there is none (false).
	Exists *bool `yaml:"exists"`
	// Open: a value is a range of all addresses.
	Open bool `yaml:"open"`
	// Some: the condition holds for a value.
	Some *condition `yaml:"some"`

	// Covers: the ports include that of the rule.
	Covers *ports `yaml:"covers"`
	// Companion: the folder has such a companion of the resource.
	Companion *companion `yaml:"companion"`
	// Present: the folder has a resource of one of these types.
	Present []string `yaml:"present"`
	// Test is the name of a condition that is written in Go: floating-tag or
	// access-key.
	Test string `yaml:"test"`
}

// subject is what a condition is evaluated on.
type subject struct {
	node   *tree.Node
	pod    *tree.Node // the pod of a container
	res    *resource
	folder *folder
	port   int // of the rule
}

func (s subject) at(n *tree.Node) subject {
	s.node = n
	return s
}

// eval returns the value of the condition for a subject.
func (c *condition) eval(s subject) truth {
	switch {
	case c.All != nil:
		result := yes
		for i := range c.All {
			result = min(result, c.All[i].eval(s))
		}
		return result
	case c.Any != nil:
		result := no
		for i := range c.Any {
			result = max(result, c.Any[i].eval(s))
		}
		return result
	case c.Not != nil:
		return c.Not.eval(s).not()
	case c.Covers != nil:
		return c.Covers.eval(s)
	case c.Companion != nil:
		return c.Companion.eval(s)
	case c.Present != nil:
		return s.folder.present(c.Present)
	case c.Test == "floating-tag":
		return floatingTag(s)
	case c.Test == "access-key":
		return truthOf(hasAccessKey(s.node))
	}
	return c.evalPath(s)
}

// evalPath evaluates the condition on the values at the path.
func (c *condition) evalPath(s subject) truth {
	found := find(s, c.Path)
	switch {
	case c.Exists == nil:
		return found.any(func(n *tree.Node) truth { return c.holds(s, n) })
	case *c.Exists:
		return found.exist()
	}
	return found.exist().not()
}

// holds returns the value of the condition for one value at the path.
func (c *condition) holds(s subject, n *tree.Node) truth {
	if c.Some != nil {
		return c.Some.eval(s.at(n))
	}
	text, ok := n.Literal()
	if !ok {
		return no
	}
	switch {
	case c.Is != nil:
		return truthOf(strings.EqualFold(text, *c.Is))
	case c.In != nil:
		return truthOf(slices.ContainsFunc(c.In, func(want string) bool { return strings.EqualFold(text, want) }))
	case c.Like != nil:
		return truthOf(slices.ContainsFunc(c.Like, func(pattern string) bool { return like(text, pattern) }))
	}
	return truthOf(c.Open && isOpen(text))
}

// isOpen reports whether an address range is the whole of IPv4 or IPv6, in the
// words of any of the clouds.
func isOpen(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "*", "any", "internet":
		return true
	}
	prefix, err := netip.ParsePrefix(strings.TrimSpace(text))
	return err == nil && prefix.Bits() == 0
}

// like reports whether text matches a pattern in which * is any text. Case is
// ignored.
func like(text, pattern string) bool {
	parts := strings.Split(strings.ToLower(pattern), "*")
	rest, ok := strings.CutPrefix(strings.ToLower(text), parts[0])
	if !ok || len(parts) == 1 {
		return ok && rest == ""
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[last])
}
