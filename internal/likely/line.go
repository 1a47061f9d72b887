package likely

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

const (
	// maxEntries bounds the keys of a block that are compared, and maxRead those of all blocks
	// that are read: templates share nodes, and an answer may name a large block often.
	maxEntries = 20_000
	maxRead    = 10_000_000
	// maxFaults and maxNames are how many texts and names of keys are kept.
	maxFaults = 1_000
	maxNames  = 20_000
)

// Guesser keeps what it has read, because many findings share a rule or a resource. It is not safe
// for concurrent use.
type Guesser struct {
	names  map[string]key
	faults map[string]*fault
	text   []byte // of the last fault
	// last is the resource of the block that was read last.
	last   *template.Resource
	block  *block
	budget *tree.Budget
}

// NewGuesser returns one that has read nothing.
func NewGuesser() *Guesser {
	return &Guesser{names: map[string]key{}, faults: map[string]*fault{}, budget: tree.NewSteps(maxRead)}
}

// Line returns the line in the block of a resource that probably holds the fault which the
// summary of a rule and the service's prose about the resource describe. It is 0 if no line
// fits, or several do, and never the first line of the block. The resource must not change.
func (g *Guesser) Line(res *template.Resource, summary, prose string) int {
	b := g.read(res)
	if b == nil {
		return 0
	}
	f := g.fault(summary, prose)
	line := b.in(f.parts).guess(f)
	if line == res.Range.Start || !res.Range.Contains(line) {
		return 0
	}
	return line
}

// fault reads texts. The names that they quote are left out, so that what a rule says of many
// resources is read once.
func (g *Guesser) fault(summary, prose string) *fault {
	g.text = appendUnquoted(g.text[:0], summary)
	n := len(g.text)
	g.text = appendUnquoted(append(g.text, '\n'), prose)
	if f := g.faults[string(g.text)]; f != nil {
		return f
	}
	id := string(g.text)
	f := faultOf(id[:n], id[n+1:])
	if len(g.faults) == maxFaults {
		clear(g.faults)
	}
	g.faults[id] = f
	return f
}

// name returns what a key is called.
func (g *Guesser) name(ident string) key {
	k, known := g.names[ident]
	if !known {
		if len(g.names) == maxNames {
			clear(g.names)
		}
		k = keyOf(ident)
		g.names[ident] = k
	}
	return k
}

// guess asks for the attribute, in the order of how much the texts say of it. Where the remedy
// names an attribute that is not there, no other attribute is it.
func (b *block) guess(f *fault) int {
	line := b.wished(f.wishes)
	switch {
	case line != 0 || slices.ContainsFunc(f.wishes, func(w wish) bool { return w.certain }):
	case f.opensPorts():
		line = b.network(f)
	default:
		line = cmp.Or(b.network(f), b.worded(f), b.shouted(f.shouted))
	}
	return cmp.Or(line, b.parent(f))
}

// block is the body of a resource as a list of its entries.
type block struct {
	entries []entry
	// named are the items of lists that have a name, in their order.
	named []namedItem
	// parts are the items that the fault is in, such as containers; nil for the whole block.
	parts []*tree.Node
}

type namedItem struct {
	name string
	item *tree.Node
}

// entry is a key of the block with what it stands in.
type entry struct {
	key
	line  int
	value *tree.Node
	above *entry
	// items are the items of lists that the entry stands in, outer ones first.
	items []*tree.Node
}

// read returns the block of a resource, nil for one with too many entries. It is valid until the
// next call.
func (g *Guesser) read(res *template.Resource) *block {
	if g.last == res {
		return g.block
	}
	var entries []entry
	if g.block != nil {
		entries = g.block.entries[:0]
	}
	g.last, g.block = res, nil
	budget := tree.NewSteps(min(maxEntries, g.budget.Left()))
	n := countEntries(res.Body, budget)
	g.budget.Spend(n)
	if budget.Exceeded() {
		return nil
	}
	if cap(entries) < n {
		entries = make([]entry, 0, n) // entries point to those above them
	}
	g.block = &block{entries: entries}
	g.add(res.Body, nil, nil)
	return g.block
}

func countEntries(n *tree.Node, budget *tree.Budget) int {
	if n == nil || !budget.Spend(1) {
		return 0
	}
	count := len(n.Entries)
	for _, item := range n.Items {
		count += countEntries(item, budget)
	}
	for _, e := range n.Entries {
		count += countEntries(e.Value, budget)
	}
	return count
}

func (g *Guesser) add(n *tree.Node, above *entry, items []*tree.Node) {
	if n == nil {
		return
	}
	for _, item := range n.Items {
		g.add(item, above, append(slices.Clone(items), item))
	}
	b := g.block
	for _, e := range n.Entries {
		b.entries = append(b.entries, entry{g.name(e.Key), e.Line, e.Value, above, items})
		one := &b.entries[len(b.entries)-1]
		if name := e.Value.Str(); name != "" && one.normal == "name" && len(items) > 0 {
			b.named = append(b.named, namedItem{name, last(items)})
		}
		g.add(e.Value, one, items)
	}
}

// all yields the entries in their order.
func (b *block) all() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for i := range b.entries {
			if !yield(&b.entries[i]) {
				return
			}
		}
	}
}

// in returns the block restricted to the items of lists with these names, if there are any.
func (b *block) in(names []string) *block {
	part := *b
	for _, n := range b.named {
		if len(part.parts) < maxParts && slices.Contains(names, n.name) {
			part.parts = append(part.parts, n.item)
		}
	}
	return &part
}

// maxParts bounds the parts that a fault is looked for in.
const maxParts = 20

// inParts reports whether an entry stands in what the fault is in.
func (b *block) inParts(e *entry) bool {
	return b.parts == nil || slices.ContainsFunc(e.items, func(item *tree.Node) bool { return slices.Contains(b.parts, item) })
}

// aroundParts reports whether an entry stands in no item of a list, so that it may be about all.
func (b *block) aroundParts(e *entry) bool { return b.parts != nil && len(e.items) == 0 }

// wished returns the line of the first attribute that the remedy names and that has another value
// than it should; else that of the nearest thing around it.
func (b *block) wished(wishes []wish) int {
	for _, in := range []func(*entry) bool{b.inParts, b.aroundParts} {
		for e := range b.all() {
			if in(e) && slices.ContainsFunc(wishes, func(w wish) bool { return w.means(e, len(w.path)) && w.isUnmet(e) }) {
				return b.switchOf(e)
			}
		}
	}
	for _, w := range wishes {
		if line := b.around(w); line != 0 {
			return line
		}
	}
	return 0
}

// around returns the line of the nearest thing on the path of a wish that is there.
func (b *block) around(w wish) int {
	for n := len(w.path) - 1; n > 0; n-- {
		for e := range b.all() {
			if b.inParts(e) && e.value.Is(tree.Map) && w.means(e, n) {
				return e.line
			}
		}
	}
	return 0
}

// switchOf returns the line of the one switch in an entry, else that of the entry.
func (b *block) switchOf(e *entry) int {
	line := 0
	for inner := range b.all() {
		if inner.above != e || len(inner.stems) > 0 || !inner.value.Is(tree.Bool) {
			continue
		}
		if line != 0 {
			return e.line
		}
		line = inner.line
	}
	return cmp.Or(line, e.line)
}

// means reports whether an entry is the one at the first n parts of the path.
func (w wish) means(e *entry, n int) bool {
	for i := n - 1; i >= 0; i-- {
		if e == nil || e.normal != w.path[i].normal {
			return false
		}
		e = e.above
	}
	return len(w.path) > 1 || len(w.path[0].stems) > 0
}

// isUnmet reports whether an entry doesn't have the value already.
func (w wish) isUnmet(e *entry) bool {
	text, ok := e.value.Literal()
	return w.value == "" || !ok || !strings.EqualFold(text, w.value)
}

// worded returns the line of the one attribute whose name the texts use to say what is wrong.
func (b *block) worded(f *fault) int {
	best, line := 0, 0
	var name string
	for e := range b.all() {
		score := 0
		if b.inParts(e) && !f.approves(e) {
			score = f.score(e)
		}
		switch {
		case score == 0 || score < best || score == best && e.normal == name:
		case score == best:
			line = 0
		default:
			best, line, name = score, b.switchOf(e), e.normal
		}
	}
	return line
}

// score is how much of an entry's name is in the texts, 0 if that is not enough.
func (f *fault) score(e *entry) int {
	matched, faulty := 0, 0
	for _, s := range e.stems {
		if f.stems[s] {
			matched++
		}
		if f.faulty[s] {
			faulty++
		}
	}
	switch n := len(e.stems); {
	case faulty == 0 || n == 1 && !e.isOne():
		return 0
	case matched == n:
		return 2*matched + 1
	case n > 2 && 3*matched >= 2*n && f.stems[e.stems[n-1]]:
		return 2 * matched
	}
	return 0
}

// isOne reports whether an entry with one word is about that word: storage_encrypted and the block
// VersioningConfiguration are, storage_type and the key of a tag are not.
func (e *entry) isOne() bool {
	_, scalar := e.value.Literal()
	return (e.whole || !scalar) && e.normal != "key"
}

// approves reports whether an entry is a switch that is as it should be.
func (f *fault) approves(e *entry) bool {
	text := strings.ToLower(e.value.Scalar())
	on := text == wrongValue(true)
	isSwitch := on || text == wrongValue(false)
	return isSwitch && f.wrong != "" && f.wrong != wrongValue(on != e.inverse)
}

// shouted returns the line of the one value that the texts have in capitals: HTTP.
func (b *block) shouted(words map[string]bool) int {
	line := 0
	for e := range b.all() {
		text, ok := e.value.Literal()
		if !ok || !b.inParts(e) || !words[strings.ToUpper(text)] {
			continue
		}
		if line != 0 {
			return 0
		}
		line = e.line
	}
	return line
}

// parent returns the line of what an attribute that is missing would stand in, as far as the texts
// name it: the settings of a part, the part, or the pod.
func (b *block) parent(f *fault) int {
	if b.parts == nil {
		return b.pod(f)
	}
	for _, in := range []func(*entry) bool{b.inParts, b.aroundParts} {
		for e := range b.all() {
			if in(e) && e.value.Is(tree.Map) && len(e.stems) > 1 && f.score(e) > 2*len(e.stems) {
				return e.line
			}
		}
	}
	return b.parts[0].Range.Start
}

// pod returns the line of the pod's spec if the texts speak of a pod.
func (b *block) pod(f *fault) int {
	if !f.stems["pod"] {
		return 0
	}
	for e := range b.all() {
		if e.normal == "contain" && e.value.Is(tree.List) && e.above != nil {
			return e.above.line
		}
	}
	return 0
}
