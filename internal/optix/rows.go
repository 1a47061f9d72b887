package optix

import (
	"context"
	"hash/fnv"
	"iter"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
)

// Rows reads a list page by page, in the memory of one page. It ends with the first error: an
// [*Error], or a [*result.FaultError] where the answers contradict each other. Rows that were
// returned until then are the list's, but not all of them.
func (c *Client) Rows(ctx context.Context, q Query) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var last listPage
		for page, err := range c.pages(ctx, q) {
			if err == nil {
				err = page.follows(last)
			}
			if err != nil {
				yield(Row{}, err)
				return
			}
			for _, row := range page.rows {
				if !yield(row, nil) {
					return
				}
			}
			page.rows = nil
			last = page
		}
	}
}

// pages reads the pages of a list, each checked by itself.
func (c *Client) pages(ctx context.Context, q Query) iter.Seq2[listPage, error] {
	return func(yield func(listPage, error) bool) {
		for n := 0; ; n++ {
			page, err := c.page(ctx, q, n)
			if !yield(page, err) || err != nil || !page.more {
				return
			}
		}
	}
}

// listPage is one page of a list.
type listPage struct {
	number int // from 0
	rows   []Row
	more   bool
	// guessed: the answer doesn't say whether a page follows.
	guessed bool
	// stated is the number that the answer says it has, as in requests, or unstated.
	stated int
	// pages and total are the numbers of pages and rows in the whole list, or unstated.
	pages, total int
	// read is the number of rows up to here.
	read int
	sum  uint64
}

// unstated is a number that an answer doesn't say.
const unstated = -1

// page reads a page and compares it with what was asked for.
func (c *Client) page(ctx context.Context, q Query, n int) (listPage, error) {
	page, err := c.fetch(ctx, q, n)
	if err != nil {
		return listPage{}, err
	}
	return page, q.check(page)
}

func (c *Client) fetch(ctx context.Context, q Query, n int) (listPage, error) {
	r := get(q.path, q.request(n))
	r.MaxBody = 4 * maxLargeAnswer
	opts := answers()
	opts.Array, opts.ShowValues = true, false // the rows may name people
	var page listPage
	_, err := c.t.JSON(ctx, r, opts, func(o *jsonx.Object) error {
		page = q.decode(o, n)
		return nil // JSON returns the error of o
	})
	if err != nil {
		return listPage{}, c.failure(err)
	}
	return page, nil
}

// decode reads a page.
func (q *Query) decode(o *jsonx.Object, n int) listPage {
	p := listPage{number: n, stated: unstated, pages: unstated, total: unstated}
	sum := fnv.New64a()
	for item := range q.objects(o) {
		item.OptObject(moreInfo)
		p.rows = append(p.rows, Row{o: item, query: q})
		_, _ = sum.Write(append(item.Rewrite(func(_, text string) string { return text }), '\n'))
	}
	p.sum = sum.Sum64()
	if !o.IsArray() {
		checkSuccess(o)
	}
	switch {
	case q.area.Pages.Max == 0:
		checkSinglePage(o)
	case q.area.undocumented() && !o.Has("hasNext") && !o.Has("currentPage"):
		q.guessPaging(o, &p)
	default:
		p.more, p.pages = o.Bool("hasNext"), o.Count("totalPages")
		p.stated = o.Count("currentPage")
	}
	return p
}

// objects returns the rows of an answer. The reference documents an array at data for lists with
// pages, a bare array for others, and nothing for searches.
func (q *Query) objects(o *jsonx.Object) iter.Seq[*jsonx.Object] {
	switch {
	case q.area.counts:
		return q.counted(o)
	case o.IsArray() && (q.area.Pages.Max == 0 || q.area.undocumented()):
		return o.Objects("")
	case q.area.Pages.Max == 0 && !o.Has("data"):
		o.Fail("", "an array")
	case q.area.undocumented():
		return o.Objects(listKey(o))
	}
	return o.Objects("data")
}

// counted returns an answer that is a row of counts, all of which it must have.
func (q *Query) counted(o *jsonx.Object) iter.Seq[*jsonx.Object] {
	for _, name := range strings.Fields(q.area.common) {
		o.Count(name)
	}
	return slices.Values([]*jsonx.Object{o})
}

// listKey finds the list in an answer whose form is not documented. Two lists are an error.
func listKey(o *jsonx.Object) string {
	found := "data"
	for i, key := range []string{"data", "content", "results"} {
		switch {
		case !o.Has(key):
		case i > 0 && o.Has(found):
			o.Fail(key, "the only list")
		default:
			found = key
		}
	}
	return found
}

// undocumented reports whether the reference doesn't say how the answer looks.
func (a Area) undocumented() bool { return a.common == "" }

// guessPaging reads a page in an undocumented form. Without a word about the next page, a full page
// is followed by another one, which may be empty.
func (q *Query) guessPaging(o *jsonx.Object, p *listPage) {
	p.pages = o.OptCount("totalPages", unstated)
	for _, key := range []string{"total", "totalElements", "totalCount"} {
		if o.Has(key) {
			p.total = o.Count(key)
		}
	}
	p.more, p.guessed = len(p.rows) >= q.size, true
	if isLast := o.OptBool("last"); isLast != nil {
		p.more, p.guessed = !*isLast, false
	}
}

// check compares what a page says about itself with what was asked for and with its rows.
func (q *Query) check(p listPage) error {
	number := q.area.Pages.First + p.number // as in the request
	next := p.number+1 < p.pages
	switch {
	case p.stated != unstated && p.stated != number:
		return result.Contradicts("page %d was asked for, and the answer holds page %d", number, p.stated)
	case p.pages != unstated && p.number >= p.pages && len(p.rows) > 0:
		return result.Contradicts("page %d holds rows, and the answer counts %d pages", number, p.pages)
	case next && !p.more:
		return result.Contradicts("the answer says that no page follows page %d, and counts %d pages", number, p.pages)
	case p.more && !next && p.stated != unstated:
		return result.Contradicts("the answer says that a page follows page %d, and counts %d pages", number, p.pages)
	case q.area.Pages.Max > 0 && len(p.rows) > q.size:
		return result.Contradicts("page %d was asked for with at most %d rows, and holds %d", number, q.size, len(p.rows))
	case p.more && len(p.rows) == 0:
		return result.Contradicts("page %d holds no rows, and the answer says that a page follows", number)
	}
	return nil
}

// follows compares a page with the one before it, which is zero for the first page.
func (p *listPage) follows(last listPage) error {
	p.read = last.read + len(p.rows)
	switch {
	case p.number > 0 && (p.pages != last.pages || p.total != last.total):
		return &result.FaultError{Fault: result.Fault{
			Cause:  result.CauseService,
			Reason: "the list changed while it was read: the number of its pages or rows is another one now",
			Fix:    "run again when the list changes less often",
		}}
	case p.number > 0 && len(p.rows) > 0 && p.sum == last.sum:
		return result.Contradicts("the answer holds the same rows for two pages")
	case p.total != unstated && (p.total < p.read || !p.more && p.total > p.read):
		return result.Contradicts("the answer counts %d rows in total, and its pages hold %d", p.total, p.read)
	}
	return nil
}
