package template

import (
	"github.com/scangate/scangate/internal/result"
)

// NodeKind is the kind of a value in an attribute tree.
type NodeKind uint8

// The kinds of values.
const (
	Null NodeKind = iota
	Bool
	Number
	String
	List
	Map
	// Unknown is a value that can't be known from the files: an expression, an
	// intrinsic function, a reference. Text holds its source.
	Unknown
)

// Node is a value with its lines. Trees may share nodes (YAML aliases, locals),
// so they must not be changed; their expanded size is bounded.
type Node struct {
	Kind NodeKind
	// Text is a scalar's value, as written for numbers, true or false for
	// booleans; the source of Unknown; the text of a string that was read as a
	// JSON document.
	Text  string
	Range result.Range
	// Entries of a Map, and of an intrinsic function that is Unknown.
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

// Get walks down by keys and returns nil where there is no such value. A list
// on the way is entered at its first item, because a Terraform block that
// occurs once is a list of one. Where a key is repeated, the last one counts.
func (n *Node) Get(path ...string) *Node {
	for _, key := range path {
		for n != nil && n.Kind == List {
			n = n.first()
		}
		e := n.Entry(key)
		if e == nil {
			return nil
		}
		n = e.Value
	}
	return n
}

// All is Get for every item of the lists on the way and at the end: the values
// that are no lists, in order.
func (n *Node) All(path ...string) []*Node {
	if n == nil {
		return nil
	}
	if n.Kind == List {
		var out []*Node
		for _, item := range n.Items {
			out = append(out, item.All(path...)...)
		}
		return out
	}
	if len(path) == 0 {
		return []*Node{n}
	}
	return n.Get(path[0]).All(path[1:]...)
}

// Entry returns the entry of a key, the last one where it is repeated, or nil.
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

// Literal returns the text of a string, number or boolean; false for all else.
func (n *Node) Literal() (string, bool) {
	if n == nil {
		return "", false
	}
	switch n.Kind {
	case String, Number, Bool:
		return n.Text, true
	}
	return "", false
}

func (n *Node) first() *Node {
	if len(n.Items) == 0 {
		return nil
	}
	return n.Items[0]
}

// is reports whether n exists and has the kind.
func (n *Node) is(k NodeKind) bool { return n != nil && n.Kind == k }

// str is the text of a string node, "" for all else.
func (n *Node) str() string {
	if n.is(String) {
		return n.Text
	}
	return ""
}

// lit is Literal without the second answer.
func (n *Node) lit() string {
	s, _ := n.Literal()
	return s
}

// size counts the nodes of the expanded tree, but no further than limit.
func (n *Node) size(limit int) int {
	if n == nil || limit <= 0 {
		return 0
	}
	total := 1
	for _, item := range n.Items {
		if total >= limit {
			return total
		}
		total += item.size(limit - total)
	}
	for _, e := range n.Entries {
		if total >= limit {
			return total
		}
		total += e.Value.size(limit - total)
	}
	return total
}

// values returns the literal values at the given keys, for aliases.
func (n *Node) values(keys ...string) []string {
	var out []string
	for _, key := range keys {
		if s := n.Get(key).str(); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// moved copies a tree to other lines: the value of a variable stands where it is
// used, and may be declared in another file.
func (n *Node) moved(r result.Range) *Node {
	out := &Node{Kind: n.Kind, Text: n.Text, Range: r}
	for _, item := range n.Items {
		out.Items = append(out.Items, item.moved(r))
	}
	for _, e := range n.Entries {
		out.Entries = append(out.Entries, Entry{e.Key, r.Start, e.Value.moved(r)})
	}
	return out
}
