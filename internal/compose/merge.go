package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// merge returns what over makes of base. The tags of over stay, because they also
// count for earlier files.
func merge(base, over *node, u *rule) *node {
	switch {
	case base == nil, over.tag != noTag:
		return over
	case over.kind == tree.Null:
		return base
	case base.kind == tree.Null, u.kind == scalar:
		return over
	}
	merged := *over
	merged.tagged = base.tagged || over.tagged
	merged.spans = slices.Concat(base.spans, over.spans)
	switch u.kind {
	case list:
		merged.items = appendNew(base.items, over.items)
	case pairs:
		merged.listed = !u.canonical
		merged.entries = mergeEntries(base.entries, over.entries, func(_ string, earlier, later *node) *node {
			if later.tag == resetTag && base.listed {
				return earlier // Compose finds no key in a list
			}
			return later
		})
	default:
		merged.entries = mergeEntries(base.entries, over.entries, func(key string, earlier, later *node) *node {
			return merge(earlier, later, u.of(key))
		})
	}
	return &merged
}

// mergeEntries joins two maps. Keys of both get what join returns.
func mergeEntries(base, over []entry, join func(key string, earlier, later *node) *node) []entry {
	merged := slices.Clone(base)
	at := make(map[string]int, len(base))
	for i, e := range base {
		at[e.key] = i
	}
	for _, e := range over {
		if i, ok := at[e.key]; ok {
			merged[i].value = join(e.key, merged[i].value, e.value)
			continue
		}
		merged = append(merged, e)
	}
	return merged
}

// appendNew appends the items that are not there yet.
func appendNew(base, over []*node) []*node {
	have := make(map[string]bool, len(base))
	for _, item := range base {
		have[item.text()] = true
	}
	merged := slices.Clone(base)
	for _, item := range over {
		if text := item.text(); !have[text] {
			have[text] = true
			merged = append(merged, item)
		}
	}
	return merged
}

// text is equal for equal values.
func (n *node) text() string {
	var b strings.Builder
	if n.kind == tree.String {
		b.WriteString(textKey(n))
	}
	for _, e := range slices.SortedFunc(slices.Values(n.entries), func(a, b entry) int { return strings.Compare(a.key, b.key) }) {
		fmt.Fprintf(&b, "%q:%q,", e.key, e.value.text())
	}
	for _, item := range n.items {
		fmt.Fprintf(&b, "%q,", item.text())
	}
	return b.String()
}

// unique returns n with the last of several list items that have one key, at the place
// of the first. Compose does so once the files are merged.
func (n *node) unique(u *rule) *node {
	if n == nil || n.kind == tree.Null || !u.keyed {
		return n
	}
	kept := *n
	kept.entries = nil
	for _, e := range n.entries {
		kept.entries = append(kept.entries, entry{e.key, e.value.unique(u.of(e.key))})
	}
	if u.key == nil {
		return &kept
	}
	at := make(map[string]int, len(n.items))
	kept.items = nil
	for _, item := range n.items {
		if u.long != nil {
			item = u.long(item)
		}
		key := u.key(item)
		if i, ok := at[key]; ok && key != "" {
			kept.items[i] = item
			continue
		}
		at[key] = len(kept.items)
		kept.items = append(kept.items, item)
	}
	return &kept
}

// withoutTags returns n as it is once it has been merged: what is reset is gone.
func (n *node) withoutTags() *node {
	if n == nil || !n.tagged {
		return n
	}
	if n.tag == resetTag {
		return nil
	}
	plain := *n
	plain.tag, plain.tagged = noTag, false
	plain.entries, plain.items = nil, nil
	for _, e := range n.entries {
		if value := e.value.withoutTags(); value != nil {
			plain.entries = append(plain.entries, entry{e.key, value})
		}
	}
	for _, item := range n.items {
		if value := item.withoutTags(); value != nil {
			plain.items = append(plain.items, value)
		}
	}
	return &plain
}

// without returns n without a key.
func (n *node) without(key string) *node {
	rest := *n
	rest.entries = slices.DeleteFunc(slices.Clone(n.entries), func(e entry) bool { return e.key == key })
	return &rest
}
