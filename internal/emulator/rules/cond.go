package rules

import (
	"net/netip"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// cond is a condition over an attribute tree. Exactly one of its operators is
// set; Path goes with those that speak of an attribute. A path goes through
// every item of the lists on its way; one that begins with "pod." starts at the
// pod around a container.
type cond struct {
	All []cond `yaml:"all"`
	Any []cond `yaml:"any"`
	Not *cond  `yaml:"not"`

	Path string `yaml:"path"`
	// Is and In: one of the values is one of these literals, in any case.
	Is *string  `yaml:"is"`
	In []string `yaml:"in"`
	// Like: one of the values matches one of these, where * stands for anything.
	Like []string `yaml:"like"`
	// Exists: there is a value, or there is none.
	Exists *bool `yaml:"exists"`
	// Open: one of the values is a range of all addresses.
	Open bool `yaml:"open"`
	// Some: one of the values fulfils this condition.
	Some *cond `yaml:"some"`

	// Covers: the ports include the rule's.
	Covers *ports `yaml:"covers"`
	// Companion: a resource of this type refers to this one and fulfils When.
	Companion *companion `yaml:"companion"`
	// Present: the submission has a resource of one of these types.
	Present []string `yaml:"present"`
	// Test names a test in Go.
	Test string `yaml:"test"`
}

// subject is what a condition is about.
type subject struct {
	node *tree.Node
	pod  *tree.Node // the pod around a container
	res  *resource
	all  *folder
	port int
}

func (s subject) at(n *tree.Node) subject {
	s.node = n
	return s
}

// eval returns the condition's value for a subject.
func (c *cond) eval(s subject) truth {
	switch {
	case c.All != nil:
		result := yes
		for i := range c.All {
			result = both(result, c.All[i].eval(s))
		}
		return result
	case c.Any != nil:
		result := no
		for i := range c.Any {
			result = either(result, c.Any[i].eval(s))
		}
		return result
	case c.Not != nil:
		return c.Not.eval(s).not()
	case c.Covers != nil:
		return c.Covers.eval(s)
	case c.Companion != nil:
		return c.Companion.eval(s)
	case c.Present != nil:
		return s.all.present(c.Present)
	case c.Test == "floating-tag":
		return floatingTag(s)
	case c.Test == "access-key":
		return truthOf(hasAccessKey(s.node))
	}
	return c.evalPath(s)
}

// evalPath asks the values at the path one by one.
func (c *cond) evalPath(s subject) truth {
	found := find(s, c.Path)
	if c.Exists != nil {
		there := found.exist()
		if !*c.Exists {
			there = there.not()
		}
		return there
	}
	return found.any(func(n *tree.Node) truth { return c.holds(s, n) })
}

// holds is the condition's value for one value at the path.
func (c *cond) holds(s subject, n *tree.Node) truth {
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
		return oneOf(c.In, func(want string) bool { return strings.EqualFold(text, want) })
	case c.Like != nil:
		return oneOf(c.Like, func(pattern string) bool { return like(text, pattern) })
	case c.Open:
		return truthOf(isOpen(text))
	}
	return no
}

func oneOf(list []string, matches func(string) bool) truth {
	for _, item := range list {
		if matches(item) {
			return yes
		}
	}
	return no
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

// like matches text against a pattern in which * stands for any text. Case
// doesn't count.
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
