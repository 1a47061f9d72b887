package optix

import "context"

// Page is one page of a list as the answer states it. Nothing was compared with what was asked for,
// or with other pages: [Client.Rows] does that.
type Page struct {
	Rows []Row
	// Number is the number that the answer gives the page, from 1 in all areas.
	Number int
	// Pages and Total are the numbers of pages and rows in the whole list.
	Pages, Total int
	// HasNext is nil if the answer doesn't say whether a page follows.
	HasNext *bool
}

// Unstated is a number of a [Page] that the answer doesn't state.
const Unstated = unstated

// Page reads a page of a list, counted from 0.
func (c *Client) Page(ctx context.Context, q Query, n int) (Page, error) {
	got, err := c.fetch(ctx, q, n)
	if err != nil {
		return Page{}, err
	}
	p := Page{Rows: got.rows, Number: unstated, Pages: got.pages, Total: got.total}
	if got.stated != unstated {
		p.Number = got.stated - q.area.Pages.First + 1
	}
	if !got.guessed {
		p.HasNext = &got.more
	}
	return p, nil
}

// Size returns the number of rows that are asked for on a page, 0 for a list that is one answer.
func (q Query) Size() int { return q.size }
