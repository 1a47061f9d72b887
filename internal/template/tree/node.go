package tree

import (
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// Kind is the kind of a value.
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Map
	// Unknown is a value that the files don't give: an expression, a function, a
	// reference. Text holds its source.
	Unknown
)

// Node is a value with its lines. Trees share nodes (YAML aliases, values of
// variables), so a node must not be changed once it is read. Methods accept nil.
type Node struct {
	Kind Kind
	// Tag is a YAML tag that is not of YAML's own schema, such as !Ref; other
	// languages have tags of their own.
	Tag string
	// Text is a scalar's value, as written for numbers, true or false for
	// booleans; the source of Unknown; and the text of a string that was read as a
	// JSON document.
	Text  string
	Range result.Range
	// Entries of a Map, and of an Unknown function with named arguments.
	Entries []Entry
	// Items of a List.
	Items []*Node
}

// Entry is a key of a Map; Line is the line of the key.
type Entry struct {
	Key   string
	Line  int
	Value *Node
}

// Range runs from the line of the key to the end of the value.
func (e Entry) Range() result.Range {
	return result.Range{Start: e.Line, End: max(e.Line, e.Value.Range.End)}
}

// Is reports whether n exists and has the kind.
func (n *Node) Is(k Kind) bool { return n != nil && n.Kind == k }

// Get walks down by keys and returns nil where there is no such value. A list on
// the way is entered at its first item, because a Terraform block that occurs
// once is a list of one.
func (n *Node) Get(path ...string) *Node {
	for _, key := range path {
		for n.Is(List) {
			if len(n.Items) == 0 {
				return nil
			}
			n = n.Items[0]
		}
		e := n.Entry(key)
		if e == nil {
			return nil
		}
		n = e.Value
	}
	return n
}

// All is Get for every item of the lists on the way and at the end. It returns
// the values that are not lists, in order.
func (n *Node) All(path ...string) []*Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == List:
		var out []*Node
		for _, item := range n.Items {
			out = append(out, item.All(path...)...)
		}
		return out
	case len(path) == 0:
		return []*Node{n}
	}
	return n.Get(path[0]).All(path[1:]...)
}

// Entry returns the entry of a key, the last of duplicates, or nil.
func (n *Node) Entry(key string) *Entry {
	if n == nil {
		return nil
	}
	for i := len(n.Entries) - 1; i >= 0; i-- {
		if n.Entries[i].Key == key {
			return &n.Entries[i]
		}
	}
	return nil
}

// Pairs returns the entries of a Map, and none for all else.
func (n *Node) Pairs() []Entry {
	if !n.Is(Map) {
		return nil
	}
	return n.Entries
}

// Literal returns the text of a string, number or boolean; false for all else.
func (n *Node) Literal() (string, bool) {
	if n.Is(String) || n.Is(Number) || n.Is(Bool) {
		return n.Text, true
	}
	return "", false
}

// Scalar returns the text of a string, number or boolean, "" for all else.
func (n *Node) Scalar() string {
	text, _ := n.Literal()
	return text
}

// Str returns the text of a string, "" for all else.
func (n *Node) Str() string {
	if n.Is(String) {
		return n.Text
	}
	return ""
}

// Strs returns the strings at the keys, without those that are missing or empty.
func (n *Node) Strs(keys ...string) []string {
	var out []string
	for _, key := range keys {
		if text := n.Get(key).Str(); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// Size counts the nodes of the tree, shared ones each time, up to about limit.
func (n *Node) Size(limit int) int {
	if n == nil || limit <= 0 {
		return 0
	}
	total := 1
	for _, item := range n.Items {
		total += item.Size(limit - total)
	}
	for _, e := range n.Entries {
		total += e.Value.Size(limit - total)
	}
	return total
}

// At copies a tree to other lines: the value of a variable gets the lines of its
// use, which may be in another file than its declaration.
func (n *Node) At(r result.Range) *Node {
	out := &Node{Kind: n.Kind, Tag: n.Tag, Text: n.Text, Range: r}
	for _, item := range n.Items {
		out.Items = append(out.Items, item.At(r))
	}
	for _, e := range n.Entries {
		out.Entries = append(out.Entries, Entry{e.Key, r.Start, e.Value.At(r)})
	}
	return out
}

// Rewrite replaces each value of a tree, from the leaves up, by what replace returns
// for it. replace must not change its argument, and may return it. Values without
// a replacement are shared with n; the others are paid from the budget. What exceeds
// MaxDepth or the budget becomes Unknown.
func (n *Node) Rewrite(budget *Budget, replace func(*Node) *Node) *Node {
	return n.rewrite(budget, replace, 0)
}

func (n *Node) rewrite(budget *Budget, replace func(*Node) *Node, depth int) *Node {
	if depth > MaxDepth || budget.Exceeded() {
		return n.AsUnknown()
	}
	inside := n
	for i, item := range n.Items {
		if to := item.rewrite(budget, replace, depth+1); to != item {
			inside = n.unshare(inside)
			inside.Items[i] = to
		}
	}
	for i := range n.Entries {
		value := n.Entries[i].Value
		if to := value.rewrite(budget, replace, depth+1); to != value {
			inside = n.unshare(inside)
			inside.Entries[i].Value = to
		}
	}
	out := replace(inside)
	if out != n {
		budget.Spend(1)
	}
	return out
}

// unshare returns the copy of n, and makes one where there is none yet.
func (n *Node) unshare(inside *Node) *Node {
	if inside != n {
		return inside
	}
	out := *n
	out.Items, out.Entries = slices.Clone(n.Items), slices.Clone(n.Entries)
	return &out
}

// AsUnknown returns an Unknown with the text and lines of n.
func (n *Node) AsUnknown() *Node { return &Node{Kind: Unknown, Text: n.Text, Range: n.Range} }
