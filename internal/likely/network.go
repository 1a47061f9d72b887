package likely

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// network returns the line of the first value that stands for everybody and, if the texts name
// ports, lets everybody reach one of them.
func (b *block) network(f *fault) int {
	if !f.open {
		return 0
	}
	open := b.openValues()
	if !f.opensPorts() {
		if len(open) == 1 && !f.missing {
			return open[0].line
		}
		return 0
	}
	ports := f.placesOf(b.portRanges())
	for _, o := range open {
		if ports.besides(o.entry.items) {
			return o.line
		}
	}
	return 0
}

// opensPorts reports whether the texts name the ports that everybody reaches.
func (f *fault) opensPorts() bool { return f.open && (len(f.ports) > 0 || f.allPorts) }

// openValue is a value that stands for everybody.
type openValue struct {
	entry *entry
	line  int
}

// openValues are in the order of the block, those for outgoing traffic left out.
func (b *block) openValues() []openValue {
	var all []openValue
	for e := range b.all() {
		if isOutgoing(e) {
			continue
		}
		for _, v := range e.values() {
			if text, ok := v.Literal(); ok && isEverybody(text, e) {
				all = append(all, openValue{e, v.Range.Start})
			}
		}
	}
	return all
}

// values are the value of an entry, or the items of a list.
func (e *entry) values() []*tree.Node {
	if e.value.Is(tree.List) {
		return e.value.Items
	}
	return []*tree.Node{e.value}
}

// isEverybody reports whether a value is a range of all addresses, or a word for everybody.
func isEverybody(text string, e *entry) bool {
	switch strings.ToLower(text) {
	case "allusers", "allauthenticatedusers", "public-read", "public-read-write", "publicread", "publicreadwrite", "internet":
		return true
	case "*", "any":
		return slices.Contains(e.stems, "sourc") || slices.Contains(e.stems, "cidr")
	}
	prefix, err := netip.ParsePrefix(text)
	return err == nil && prefix.Bits() == 0
}

// isOutgoing reports whether an entry, or what it stands in, is for outgoing traffic.
func isOutgoing(e *entry) bool {
	for at := e; at != nil; at = at.above {
		if slices.Contains(at.stems, "egress") || slices.Contains(at.stems, "destin") {
			return true
		}
	}
	for _, item := range e.items {
		for _, one := range item.Pairs() {
			text, _ := one.Value.Literal()
			if strings.EqualFold(text, "outbound") || strings.EqualFold(text, "egress") {
				return true
			}
		}
	}
	return false
}

// maxPort is the highest port.
const maxPort = 65535

// portRange is a range of ports that an entry opens.
type portRange struct {
	items    []*tree.Node
	from, to int
}

// portRanges are those of the block, in which a protocol may stand for all ports.
func (b *block) portRanges() []portRange {
	var all []portRange
	var lowest *entry // the from_port that the next to_port belongs to
	for e := range b.all() {
		switch {
		case isAnyProtocol(e):
			all = append(all, portRange{e.items, 0, maxPort})
		case !slices.Contains(e.stems, "port") || slices.Contains(e.stems, "sourc"):
		case slices.Contains(e.stems, "from"):
			lowest = e
		case strings.HasPrefix(e.normal, "to_"):
			all = append(all, rangeBetween(lowest, e)...)
		default:
			all = append(all, e.ports()...)
		}
	}
	return all
}

func isAnyProtocol(e *entry) bool {
	if !slices.Contains(e.stems, "protocol") {
		return false
	}
	switch text, _ := e.value.Literal(); strings.ToLower(text) {
	case "-1", "*", "all", "any":
		return true
	}
	return false
}

// rangeBetween is the range from the value of one entry to that of another beside it.
func rangeBetween(low, high *entry) []portRange {
	if low == nil || low.above != high.above || !slices.Equal(low.items, high.items) {
		return nil
	}
	from, err := strconv.Atoi(low.value.Scalar())
	to, err2 := strconv.Atoi(high.value.Scalar())
	if err != nil || err2 != nil {
		return nil
	}
	return []portRange{{low.items, from, to}}
}

// ports are the ranges that the values of an entry write: 22, "80-90", "*".
func (e *entry) ports() []portRange {
	var all []portRange
	for _, v := range e.values() {
		text, ok := v.Literal()
		if !ok {
			continue
		}
		low, high, isRange := strings.Cut(text, "-")
		if text == "*" {
			low, high, isRange = "0", strconv.Itoa(maxPort), true
		}
		if !isRange {
			high = low
		}
		from, err := strconv.Atoi(low)
		to, err2 := strconv.Atoi(high)
		if err == nil && err2 == nil {
			all = append(all, portRange{e.items, from, to})
		}
	}
	return all
}

// places say where something stands: in which item of a list, nil for none, and in which around it.
type places struct{ inside, around map[*tree.Node]bool }

// placesOf are those of the ranges that have one of the ports.
func (f *fault) placesOf(ranges []portRange) places {
	p := places{map[*tree.Node]bool{}, map[*tree.Node]bool{}}
	for _, r := range ranges {
		if !f.covers(r) {
			continue
		}
		p.inside[last(r.items)], p.around[nil] = true, true
		for _, item := range r.items {
			p.around[item] = true
		}
	}
	return p
}

// besides reports whether one of the places and another are about the same: none stands in an item
// of a list beside the other's.
func (p places) besides(items []*tree.Node) bool {
	return p.around[last(items)] || p.inside[nil] || slices.ContainsFunc(items, func(item *tree.Node) bool { return p.inside[item] })
}

// last is the innermost item, nil outside of lists.
func last(items []*tree.Node) *tree.Node {
	if len(items) == 0 {
		return nil
	}
	return items[len(items)-1]
}

func (f *fault) covers(r portRange) bool {
	if f.allPorts {
		return r.from <= 1 && r.to == maxPort
	}
	return slices.ContainsFunc(f.ports, func(n int) bool { return r.from <= n && n <= r.to })
}
