package locate

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template"
)

// rank says how well a name fits a resource; lower is better.
type rank uint8

const (
	rankAddress rank = iota
	rankTypeName
	rankShortType // with a part of the type: Bucket.Logs, aws_ami.base of a data source
	rankName
	rankAlias
	rankReader // the bare name of what only reads or wraps resources
)

// typed says that the name is an address or has the type in it.
func (r rank) typed() bool { return r <= rankShortType }

// entry is one name of one resource.
type entry struct {
	text     string
	resource int
	rank     rank
}

// nameIndex finds the resources of a file by any of their names.
type nameIndex struct {
	resources []template.Resource
	entries   map[string][]entry // by lower-case name
}

func newNameIndex(resources []template.Resource) *nameIndex {
	ix := &nameIndex{resources: resources, entries: make(map[string][]entry, 4*len(resources))}
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
	return ix
}

// nameRank puts what only reads or wraps resources behind these.
func nameRank(typ string) rank {
	if typ == "module" || typ == "play" || strings.HasPrefix(typ, "data.") || strings.HasPrefix(typ, "ephemeral.") {
		return rankReader
	}
	return rankName
}

// aliasRank puts aliases behind names, unless the type stands before them.
func aliasRank(typ, alias string) rank {
	if rest, ok := strings.CutPrefix(alias, typ); ok && rest != "" && (rest[0] == '/' || rest[0] == '.') {
		return rankTypeName
	}
	return max(rankAlias, nameRank(typ))
}

// add registers a name; a resource keeps the best rank of each.
func (ix *nameIndex) add(resource int, rk rank, name string) {
	if name == "" {
		return
	}
	key := strings.ToLower(name)
	for i, e := range ix.entries[key] {
		if e.resource == resource && e.text == name {
			ix.entries[key][i].rank = min(e.rank, rk)
			return
		}
	}
	ix.entries[key] = append(ix.entries[key], entry{name, resource, rk})
}

// addTyped registers the forms of type and name that tools write.
func (ix *nameIndex) addTyped(i int, r *template.Resource) {
	if r.Name == "" || r.Type == "" {
		return
	}
	for n, typ := range []string{r.Type, strings.TrimPrefix(r.Type, "data."), shortType(r.Type)} {
		rk := rankTypeName
		if n > 0 && typ != r.Type {
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
	for _, name := range []string{r.Type + "/" + ns, ns + "/" + r.Type, ns} {
		ix.add(i, rankTypeName, name+"/"+r.Name)
	}
}

// shortType is the last part of AWS::S3::Bucket, Microsoft.Storage/storageAccounts
// or amazon.aws.s3_bucket.
func shortType(typ string) string {
	if i := strings.LastIndexAny(typ, ":/."); i >= 0 {
		return typ[i+1:]
	}
	return typ
}

// isDeclaration tells blocks that are found by their address alone: a reference
// to "region" means a resource of this name, never the variable.
func isDeclaration(typ string) bool {
	switch typ {
	case "variable", "output", "provider", "local":
		return true
	}
	return false
}

// find returns the resources that a name fits best. kind, the vendor's word for
// the type, decides among those that share a bare name or an alias.
func (ix *nameIndex) find(text string, loose bool, kind string) []int {
	for form := range nameForms(text, loose) {
		if fits := ix.fit(ix.entries[strings.ToLower(form)], form, kind); len(fits) > 0 {
			return fits
		}
	}
	tail := lastSegment(withoutKeys(text))
	return ix.fit(ix.entries[strings.ToLower(tail)], tail, kind)
}

// fit picks the best of the entries of one name: case first, then the rank.
func (ix *nameIndex) fit(entries []entry, form, kind string) []int {
	exact := slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return e.text != form })
	if len(exact) > 0 {
		entries = exact
	}
	best := bestRank(entries)
	if len(best) == 0 || len(best) == 1 && best[0].rank.typed() || kind == "" {
		return resourcesOf(best)
	}
	if narrowed := ix.ofKind(entries, kind); len(narrowed) > 0 {
		return resourcesOf(bestRank(narrowed))
	}
	return resourcesOf(best)
}

// ofKind keeps the entries whose type fits the vendor's word best.
func (ix *nameIndex) ofKind(entries []entry, kind string) []entry {
	var kept []entry
	best := template.FitRelated
	for _, e := range entries {
		score := template.KindFit(kind, ix.resources[e.resource].Type)
		if score > best {
			kept, best = nil, score
		}
		if score == best {
			kept = append(kept, e)
		}
	}
	return kept
}

func bestRank(entries []entry) []entry {
	var kept []entry
	for _, e := range entries {
		switch {
		case len(kept) == 0 || e.rank < kept[0].rank:
			kept = []entry{e}
		case e.rank == kept[0].rank:
			kept = append(kept, e)
		}
	}
	return kept
}

func resourcesOf(entries []entry) []int {
	var out []int
	for _, e := range entries {
		if !slices.Contains(out, e.resource) {
			out = append(out, e.resource)
		}
	}
	return out
}

// module returns the module block that an address goes through, -1 if the file
// has none.
func (ix *nameIndex) module(text string) int {
	name := moduleOf(text)
	for _, e := range ix.entries[strings.ToLower(name)] {
		if e.rank == rankAddress && e.text == name {
			return e.resource
		}
	}
	return -1
}
