package compose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// source is a Compose file as it is read for one project.
type source struct {
	path string
	// dir is the folder that relative paths begin at.
	dir string
	env *env
}

// node is a value of a Compose file, reduced to what its rule knows. Nodes are shared,
// and not changed once they are read.
type node struct {
	kind tree.Kind // Null, String (all scalars), List or Map
	src  *source
	rng  result.Range
	// raw is the text of a scalar, with its variables.
	raw string
	tag tag
	// tagged is set if this or a value below has a tag.
	tagged bool
	// listed pairs were written as a list.
	listed bool
	// entries of a Map, each key once.
	entries []entry
	items   []*node
	// spans are where a service stands in each of the files that it comes from.
	spans []result.Location
}

type entry struct {
	key   string
	value *node
}

// tag says how a value is merged with the one of an earlier file.
type tag uint8

const (
	noTag tag = iota
	// overrideTag replaces the earlier value.
	overrideTag
	// resetTag removes it.
	resetTag
)

// get walks down by keys and returns nil where there is no such value, or where it is
// null.
func (n *node) get(path ...string) *node {
	for _, key := range path {
		n = n.child(key)
	}
	if n == nil || n.kind == tree.Null {
		return nil
	}
	return n
}

func (n *node) child(key string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.entries {
		if e.key == key {
			return e.value
		}
	}
	return nil
}

// list returns the items of a list, none for nil.
func (n *node) list() []*node {
	if n == nil {
		return nil
	}
	return n.items
}

// set gives a key another value. The entries must not be shared.
func (n *node) set(key string, value *node) {
	n.tagged = n.tagged || value.tagged
	for i := range n.entries {
		if n.entries[i].key == key {
			n.entries[i].value = value
			return
		}
	}
	n.entries = append(n.entries, entry{key, value})
}

// serviceKinds are the maps of a file that hold services.
func serviceKinds() []string { return []string{"services", "jobs"} }

// withServices returns a copy of a file whose services are replaced. by is called for each
// map of services, and returns the function that replaces one of them.
func (n *node) withServices(by func(kind string, services *node) func(entry) *node) *node {
	out := *n
	out.entries = slices.Clone(n.entries)
	for _, kind := range serviceKinds() {
		services := n.get(kind)
		if services == nil {
			continue
		}
		replace := by(kind, services)
		all := *services
		all.entries = slices.Clone(services.entries)
		for i, e := range all.entries {
			all.entries[i].value = replace(e)
		}
		out.set(kind, &all)
	}
	return &out
}

// size counts the values of a node, shared ones each time, and where they stand.
func (n *node) size() int {
	if n == nil {
		return 0
	}
	total := 1 + len(n.spans)
	for _, e := range n.entries {
		total += e.value.size()
	}
	for _, item := range n.items {
		total += item.size()
	}
	return total
}

// value returns the text of a scalar with its variables replaced, "" for nil.
func (n *node) value() (string, error) {
	if n == nil {
		return "", nil
	}
	return expand(n.raw, n.src.env.find)
}

// location is where the node stands.
func (n *node) location() result.Location {
	return result.Location{Path: n.src.path, Line: n.rng.Start}
}

// reader reads the nodes of one file. A problem is about one value, which is left out.
type reader struct {
	src      *source
	problems []problem
	// seen keeps the nodes of YAML anchors shared.
	seen map[seenKey]*node
	// replacing is set below an !override, where Compose ignores tags.
	replacing bool
}

type seenKey struct {
	node      *tree.Node
	rule      *rule
	replacing bool
}

// problem is a value that can't be used. what is the path of its keys.
type problem struct {
	at        result.Location
	what, msg string
}

func (r *reader) fail(line int, what, msg string) {
	r.problems = append(r.problems, problem{result.Location{Path: r.src.path, Line: line}, what, msg})
}

// read returns nil for a value that the rule does not take.
func (r *reader) read(t *tree.Node, u *rule, what string) *node {
	key := seenKey{t, u, r.replacing}
	if n, ok := r.seen[key]; ok {
		return n
	}
	n := r.readNew(t, u, what)
	if n == nil {
		r.fail(t.Range.Start, what, "must be "+u.kind.String())
	}
	r.seen[key] = n
	return n
}

func (r *reader) readNew(t *tree.Node, u *rule, what string) *node {
	n := &node{kind: t.Kind, src: r.src, rng: t.Range}
	if !r.replacing {
		n.tag = tagOf(t)
		n.tagged = n.tag != noTag
		r.replacing = n.tag == overrideTag
		defer func() { r.replacing = false }()
	}
	isScalar := t.Kind != tree.Map && t.Kind != tree.List
	switch {
	case n.tag == resetTag || t.Kind == tree.Null:
		n.kind = tree.Null
	case t.Kind == tree.Map && u.kind != scalar && u.kind != list:
		r.entries(n, t, u, what)
	case t.Kind == tree.List && u.kind == pairs:
		n.kind, n.listed = tree.Map, !u.canonical
		r.pairs(n, t, u, what)
	case t.Kind == tree.List && u.kind == list:
		r.items(n, t, u, what)
	case isScalar && u.kind == scalar:
		n.kind, n.raw = tree.String, t.Text
		if t.Kind == tree.Number {
			n.raw = number(t.Text)
		}
	case isScalar && u.kind == list:
		n.kind = tree.List
		n.items = []*node{r.read(t, u.each, what)}
	case isScalar && u.short != "":
		n.kind = tree.Map
		n.entries = []entry{{u.short, r.read(t, u.fields[u.short], what)}}
	default:
		return nil
	}
	return n
}

func tagOf(t *tree.Node) tag {
	switch t.Tag {
	case "!reset":
		return resetTag
	case "!override":
		return overrideTag
	}
	return noTag
}

// number writes a number as Compose does, which reads it first: 3.10 becomes 3.1.
func number(text string) string {
	if i, err := strconv.ParseInt(text, 0, 64); err == nil {
		return strconv.FormatInt(i, 10)
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		return fmt.Sprint(f)
	}
	return text
}

// entries reads the values of a map that have a rule.
func (r *reader) entries(n *node, t *tree.Node, u *rule, what string) {
	have := make(map[string]bool, len(t.Entries))
	for _, e := range t.Entries {
		field, at := u.of(e.Key), strings.TrimPrefix(what+"."+e.Key, ".")
		if field == nil {
			continue
		}
		if have[e.Key] {
			r.fail(e.Line, at, "duplicate key")
			continue
		}
		have[e.Key] = true
		if value := r.read(e.Value, field, at); value != nil {
			n.entries = append(n.entries, entry{e.Key, r.spanned(value, field, e)})
			n.tagged = n.tagged || value.tagged
		}
	}
}

// spanned notes where a value stands if its rule asks for it. The value itself may be
// shared by several keys.
func (r *reader) spanned(value *node, u *rule, e tree.Entry) *node {
	if !u.spans {
		return value
	}
	own, rng := *value, e.Range()
	own.spans = []result.Location{{Path: r.src.path, Line: e.Line, Block: &rng}}
	return &own
}

func (r *reader) items(n *node, t *tree.Node, u *rule, what string) {
	for i, item := range t.Items {
		child := r.read(item, u.each, fmt.Sprintf("%s[%d]", what, i))
		if child != nil && child.kind != tree.Null {
			n.items = append(n.items, child)
		}
	}
}

// pairs reads a list of NAME=VALUE. The last one of a name counts.
func (r *reader) pairs(n *node, t *tree.Node, u *rule, what string) {
	at := make(map[string]int, len(t.Items))
	for i, item := range t.Items {
		child := r.read(item, u.each, fmt.Sprintf("%s[%d]", what, i))
		if child == nil || child.kind == tree.Null {
			continue
		}
		e := pair(child)
		if j, ok := at[e.key]; ok {
			n.entries[j] = e
			continue
		}
		at[e.key] = len(n.entries)
		n.entries = append(n.entries, e)
	}
}

// pair splits NAME=VALUE. Variables of the value are replaced later.
func pair(n *node) entry {
	name, raw, found := strings.Cut(n.raw, "=")
	if strings.Contains(name, "$") {
		if text, err := n.value(); err == nil {
			name, raw, found = strings.Cut(text, "=")
			raw = strings.ReplaceAll(raw, "$", "$$")
		}
	}
	value := &node{kind: tree.Null, src: n.src, rng: n.rng}
	if found {
		value.kind, value.raw = tree.String, raw
	}
	return entry{name, value}
}
