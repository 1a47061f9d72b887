package locate

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/template"
)

// rank says how literally a name means a resource; lower is better.
type rank uint8

const (
	rankAddress rank = iota
	rankTypeName
	rankShortType // with a part of the type: Bucket.Logs, aws_ami.base of a data source
	rankName
	rankAlias
	rankReader // the bare name of what only reads or wraps resources
)

// typed reports whether the name is an address or holds the type.
func (r rank) typed() bool { return r <= rankShortType }

// entry is one name of one resource.
type entry struct {
	name     string
	resource int
	rank     rank
}

// nameList holds entries in the order of their lower-case names: a map by these takes four times
// the memory, and a file may have tens of thousands of names.
type nameList []entry

// sorted returns the list in its order. Of the ranks of one name of one resource the best is kept.
func (l nameList) sorted() nameList {
	slices.SortFunc(l, func(a, b entry) int {
		return cmp.Or(compareLower(a.name, b.name), cmp.Compare(a.resource, b.resource), cmp.Compare(a.name, b.name), cmp.Compare(a.rank, b.rank))
	})
	return slices.CompactFunc(l, func(a, b entry) bool { return a.resource == b.resource && a.name == b.name })
}

// of returns the entries of a name in any case.
func (l nameList) of(name string) []entry {
	from, _ := slices.BinarySearchFunc(l, name, func(e entry, name string) int { return compareLower(e.name, name) })
	to := from
	for to < len(l) && compareLower(l[to].name, name) == 0 {
		to++
	}
	return l[from:to:to]
}

// compareLower compares what strings.ToLower makes of two texts, and makes nothing.
func compareLower(a, b string) int {
	for a != "" && b != "" {
		if a[0] == b[0] && a[0] < utf8.RuneSelf { // most characters
			a, b = a[1:], b[1:]
			continue
		}
		x, n := firstLower(a)
		y, m := firstLower(b)
		if x != y {
			return cmp.Compare(x, y)
		}
		a, b = a[n:], b[m:]
	}
	return cmp.Compare(len(a), len(b))
}

// firstLower returns the first character of a text in lower case, and its length in the text.
func firstLower(s string) (rune, int) {
	c := s[0]
	switch {
	case c >= utf8.RuneSelf:
		r, n := utf8.DecodeRuneInString(s)
		return unicode.ToLower(r), n
	case 'A' <= c && c <= 'Z':
		c += 'a' - 'A'
	}
	return rune(c), 1
}

// nameIndex finds the resources of a file by any of their names.
type nameIndex struct {
	resources []template.Resource
	entries   nameList
	// odd holds, by their bare names, the names that are not bare.
	odd map[string][]entry
}

func newNameIndex(resources []template.Resource) *nameIndex {
	ix := &nameIndex{resources: resources, entries: make(nameList, 0, 8*len(resources)), odd: map[string][]entry{}}
	for i := range resources {
		r := &resources[i]
		ix.add(i, rankAddress, r.Address)
		ix.addTyped(i, r)
		if isDeclaration(r.Type) {
			continue
		}
		ix.add(i, nameRank(r.Type), r.Name)
		for _, alias := range r.Aliases {
			ix.add(i, aliasRank(r.Type, alias), alias)
		}
	}
	ix.entries = slices.Clone(ix.entries.sorted())
	return ix
}

// nameRank ranks blocks that only read or wrap resources below these.
func nameRank(typ string) rank {
	if typ == "module" || typ == "play" || strings.HasPrefix(typ, "data.") || strings.HasPrefix(typ, "ephemeral.") {
		return rankReader
	}
	return rankName
}

// aliasRank ranks aliases below names, unless they begin with the type.
func aliasRank(typ, alias string) rank {
	if rest, ok := strings.CutPrefix(alias, typ); ok && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, ".")) {
		return rankTypeName
	}
	return max(rankAlias, nameRank(typ))
}

// add registers a name, until the list is sorted.
func (ix *nameIndex) add(resource int, rk rank, name string) {
	if name == "" {
		return
	}
	ix.entries = append(ix.entries, entry{name, resource, rk})
	if bare := bareName(name); bare != strings.ToLower(name) {
		ix.odd[bare] = append(ix.odd[bare], entry{name, resource, rk})
	}
}

// addTyped registers the ways in which tools write a type and a name.
func (ix *nameIndex) addTyped(i int, r *template.Resource) {
	if r.Name == "" || r.Type == "" {
		return
	}
	for _, typ := range []string{r.Type, strings.TrimPrefix(r.Type, "data."), shortType(r.Type)} {
		rk := rankTypeName
		if typ != r.Type {
			rk = rankShortType
		}
		ix.add(i, rk, typ+"."+r.Name)
		ix.add(i, rk, typ+"/"+r.Name)
	}
	if r.Body.Get("metadata") == nil {
		return
	}
	ns, ok := r.Body.Get("metadata", "namespace").Literal()
	if !ok {
		ns = "default"
	}
	for _, prefix := range []string{r.Type + "/" + ns, ns + "/" + r.Type, ns} {
		ix.add(i, rankTypeName, prefix+"/"+r.Name)
	}
}

// shortType is the last part of AWS::S3::Bucket, Microsoft.Storage/storageAccounts
// or amazon.aws.s3_bucket.
func shortType(typ string) string {
	return typ[strings.LastIndexAny(typ, ":/.")+1:]
}

// isDeclaration reports whether only the address of a block is its name: a
// reference to "region" means a resource of this name, never the variable.
func isDeclaration(typ string) bool {
	switch typ {
	case "variable", "output", "provider", "local":
		return true
	}
	return false
}

// find returns the resources that a name matches best, and the form of the name that
// does. kind is the service's word for the type. It decides among those that share a bare
// name or an alias.
func (ix *nameIndex) find(name string, loose bool, kind string) (form string, found []int) {
	for form := range nameForms(name, loose) {
		if found := ix.findForm(form, kind); len(found) > 0 {
			return form, found
		}
	}
	form = lastSegment(withoutKeys(name))
	return form, ix.findForm(form, kind)
}

// isShared reports whether the service may mean another resource than the one that a form of a
// name matches: one of the same type that can be called so, however badly it fits; one that has
// an address of this resource as its name; or one whose name is the same without what a text
// around it may add.
func (ix *nameIndex) isShared(name, form string, resource int) bool {
	other := func(e entry) bool { return e.resource != resource }
	if slices.ContainsFunc(ix.odd[bareName(form)], other) || slices.ContainsFunc(ix.odd[bareName(name)], other) {
		return true
	}
	entries := ix.entries.of(form)
	typed := slices.ContainsFunc(entries, func(e entry) bool { return !other(e) && e.rank.typed() })
	typ := ix.resources[resource].Type
	return slices.ContainsFunc(entries, func(e entry) bool {
		return other(e) && (ix.resources[e.resource].Type == typ || typed && !e.rank.typed())
	})
}

// bareName removes from a name what a text around it may have: blanks, quotes, brackets,
// punctuation and HTML.
func bareName(name string) string {
	if isBare(name) {
		return strings.ToLower(name)
	}
	return strings.Trim(strings.ToLower(oneLine(name)), " \"'`<>()[]{}.,;:|!-")
}

// isBare reports whether nothing can be removed from a name.
func isBare(name string) bool {
	return name != "" && isAlnum(name[0]) && isAlnum(name[len(name)-1]) &&
		!strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == '<' || r == '&' || r >= utf8.RuneSelf })
}

// findForm returns the resources that one form of a name matches best: by case
// first, then by kind or rank.
func (ix *nameIndex) findForm(form, kind string) []int {
	entries := ix.entries.of(form)
	if len(entries) == 0 {
		return nil
	}
	exact := slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return e.name != form })
	if len(exact) > 0 {
		entries = exact
	}
	byRank := func(e entry) int { return -int(e.rank) }
	found := best(entries, byRank)
	if certain := len(found) == 1 && found[0].rank.typed(); !certain && kind != "" {
		byKind := func(e entry) int { return int(template.KindFit(kind, ix.resources[e.resource].Type)) }
		found = best(best(entries, byKind), byRank)
	}
	var resources []int
	for _, e := range found {
		if !slices.Contains(resources, e.resource) {
			resources = append(resources, e.resource)
		}
	}
	return resources
}

// best returns the items with the highest score, in their order.
func best[T any](items []T, score func(T) int) []T {
	var kept []T
	highest := math.MinInt
	for _, item := range items {
		s := score(item)
		if s > highest {
			kept, highest = nil, s
		}
		if s == highest {
			kept = append(kept, item)
		}
	}
	return kept
}

// module returns the block of the outermost module of an address, -1 if the file
// has none.
func (ix *nameIndex) module(address string) int {
	name := outermostModule(address)
	for _, e := range ix.entries.of(name) {
		if e.rank == rankAddress && e.name == name {
			return e.resource
		}
	}
	return -1
}
