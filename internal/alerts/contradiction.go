package alerts

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// wrongPage is an answer with another page than the one that was asked for.
func wrongPage(asked, got int) error {
	return result.Contradicts("page %d was asked for, and the answer holds page %d", asked, got)
}

// pageOf returns an empty page of Cloud Optix, after it has compared what the page says about
// itself with what was asked for and with the number of its items.
func pageOf(p optix.Paging, asked, items int) (page, error) {
	switch next := p.Page < p.TotalPages; {
	case p.Page != asked:
		return page{}, wrongPage(asked, p.Page)
	case p.Page > p.TotalPages && items > 0:
		return page{}, result.Contradicts("page %d holds items, and the answer counts %d pages", p.Page, p.TotalPages)
	case next && !p.HasNext:
		return page{}, result.Contradicts("the answer says that no page follows page %d of %d", p.Page, p.TotalPages)
	case !next && p.HasNext:
		return page{}, result.Contradicts("the answer says that a page follows page %d of %d", p.Page, p.TotalPages)
	}
	return page{more: p.HasNext, total: unstated, pages: p.TotalPages}, nil
}

// checkSeverity fails a list that was asked for by severity, or another field of that kind, and
// holds another. A word that is missing is not another.
func checkSeverity(field string, asked []string, got string) error {
	is := func(word string) bool { return strings.EqualFold(word, got) }
	if len(asked) == 0 || got == "" || slices.ContainsFunc(asked, is) {
		return nil
	}
	return result.Contradicts("the list for %s %s holds an alert of another %s", field, strings.Join(asked, ", "), field)
}
