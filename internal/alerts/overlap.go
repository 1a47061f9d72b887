package alerts

import "slices"

// overlap reads pages each of which begins with the last item of the page before, for a service
// that states no numbers: if that item is gone, the list changed. What it returns of a page is what
// the page adds.
type overlap struct {
	last string // the key to look for, "" where no page can overlap
	skip int
	full int // the length of the longest page
}

// maxShifts is how often in a row new items may shift the list by a whole page.
const maxShifts = 5

// next returns the next page without its known items. New items before it only shift the list.
// Where the last item is gone, the items after it may be gone as well.
func (o *overlap) next(fetch func(skip int) (page, error)) (page, error) {
	for range maxShifts {
		full, err := fetch(o.skip)
		if err != nil {
			return page{}, err
		}
		p, known, err := o.withoutKnown(full)
		if err != nil {
			return page{}, err
		}
		length := len(full.items)
		o.full = max(o.full, length)
		o.advance(length, p.items)
		// A page that adds nothing is the end, unless it is full of shifted items.
		if len(p.items) > 0 || known == 0 || length < o.full {
			return p, nil
		}
	}
	return page{}, changed("new items shifted it by page after page")
}

// withoutKnown drops the items up to the last one of the page before, and returns their number.
func (o *overlap) withoutKnown(p page) (page, int, error) {
	if o.last == "" {
		return p, 0, nil
	}
	known := slices.IndexFunc(p.items, func(it item) bool { return it.key == o.last }) + 1
	if known == 0 {
		return page{}, 0, changed("a page did not begin where the page before it ended")
	}
	p.items = p.items[known:]
	return p, known, nil
}

// advance skips a page, but for its last item. A service that returns one item at a time would
// never get past an overlap, so that its pages have none. Nor have those after an item without an
// id: it can't be distinguished from others.
func (o *overlap) advance(length int, added []item) {
	o.skip += length
	if length < 2 {
		return
	}
	if n := len(added); n > 0 {
		if o.last = added[n-1].key; added[n-1].anonymous {
			o.last = ""
		}
	}
	if o.last != "" {
		o.skip--
	}
}
