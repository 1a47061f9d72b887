package alerts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// rereads is how often a list that changes while it is read is read again.
const rereads = 3

// page is one page of a list.
type page struct {
	// ids are those of all items, whether they are open or not.
	ids []string
	// open are the items that count.
	open []alert
	// more: the answer says that there are further pages.
	more bool
	// total and pages are how many items and pages the whole list has; -1 where
	// the answer doesn't say.
	total, pages int
}

// list is one list of a vendor, read page by page.
type list struct {
	// fetch reads a page. n counts pages from 0; items is how many items came
	// with the pages before it, for vendors that count items.
	fetch func(ctx context.Context, n, items int) (page, error)
	// width is how many pages may be read side by side; above 1 only where pages
	// are numbered.
	width int
	pace  *pacer
	now   func() time.Time
	// narrow names the filters that make the list shorter.
	narrow string
}

// movedError is a list that changed while it was read.
type movedError struct{ what string }

func (e *movedError) Error() string {
	return fmt.Sprintf("the list changed while it was read, %d times in a row: %s", rereads+1, e.what)
}

// loopError is a list whose pages come round again.
type loopError struct{ pages int }

func (e *loopError) Error() string {
	return fmt.Sprintf("page %d holds nothing new, and the answer says that more follows: the list goes round in circles", e.pages)
}

// tooLongError is a list that can't be read in the time that is left.
type tooLongError struct {
	pages      int // to be read; 0 where that isn't known
	need, left time.Duration
	narrow     string
}

func (e *tooLongError) Error() string {
	what := "the next request has"
	if e.pages > 0 {
		what = fmt.Sprintf("%d more pages have", e.pages)
	}
	return fmt.Sprintf("%s to wait %s by the service's rate limit, and %s are left",
		what, e.need.Round(time.Second), max(0, e.left).Round(time.Second))
}

// read returns the open alerts of the whole list, each once. A list that moves
// is read again.
func (l list) read(ctx context.Context) ([]alert, error) {
	return still(func() ([]alert, error) { return l.once(ctx) })
}

// still repeats what found that a list moved.
func still[T any](read func() (T, error)) (T, error) {
	for try := 0; ; try++ {
		got, err := read()
		if _, moved := errors.AsType[*movedError](err); !moved || try == rereads {
			return got, err
		}
	}
}

func (l list) once(ctx context.Context) ([]alert, error) {
	first, err := l.page(ctx, 0, 0)
	if err != nil {
		return nil, err
	}
	b := newBook(first)
	if err := l.inTime(ctx, first); err != nil {
		return nil, err
	}
	if err := l.beside(ctx, b, first); err != nil {
		return nil, err
	}
	for b.more && !b.round {
		p, err := l.page(ctx, b.pages, b.items)
		if err != nil {
			return nil, err
		}
		if err := b.add(p); err != nil {
			return nil, err
		}
	}
	return b.close()
}

// page fetches one page, unless its turn comes after the deadline.
func (l list) page(ctx context.Context, n, items int) (page, error) {
	if left, ok := l.left(ctx); ok && l.pace.need(1) > left {
		return page{}, &tooLongError{need: l.pace.need(1), left: left, narrow: l.narrow}
	}
	return l.fetch(ctx, n, items)
}

// inTime fails a list at once where its first page shows that the rest can't be
// read by the deadline.
func (l list) inTime(ctx context.Context, first page) error {
	rest := first.count() - 1
	need := l.pace.need(rest)
	if left, ok := l.left(ctx); ok && rest > 0 && need > left {
		return &tooLongError{pages: rest, need: need, left: left, narrow: l.narrow}
	}
	return nil
}

func (l list) left(ctx context.Context) (time.Duration, bool) {
	deadline, ok := ctx.Deadline()
	return deadline.Sub(l.now()), ok
}

// count is how many pages there are by what the first one says, 0 if it says
// nothing.
func (p page) count() int {
	switch {
	case p.pages >= 0:
		return p.pages
	case p.total >= 0 && len(p.ids) > 0:
		return (p.total + len(p.ids) - 1) / len(p.ids)
	}
	return 0
}

// beside reads the pages that the first one announces side by side, where the
// vendor allows it.
func (l list) beside(ctx context.Context, b *book, first page) error {
	n := first.count()
	if l.width < 2 || n < 3 || !first.more {
		return nil
	}
	pages := make([]page, n-1)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(l.width)
	for i := range pages {
		if ctx.Err() != nil {
			break // one page failed: the others are not asked for
		}
		group.Go(func() (err error) {
			pages[i], err = l.page(ctx, i+1, 0)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, p := range pages {
		if err := b.add(p); err != nil {
			return err
		}
	}
	return nil
}

// book is what was read of a list so far.
type book struct {
	seen         map[string]bool
	open         []alert
	first        page
	pages, items int
	more         bool
	round        bool // the last page held nothing new, and says that more follows
}

func newBook(first page) *book {
	b := &book{seen: map[string]bool{}, first: first}
	b.take(first)
	return b
}

// add takes a further page, unless it shows that the list moved.
func (b *book) add(p page) error {
	if p.total >= 0 && p.total != b.first.total {
		return &movedError{fmt.Sprintf("it had %d items, then %d", b.first.total, p.total)}
	}
	if p.pages >= 0 && p.pages != b.first.pages {
		return &movedError{fmt.Sprintf("it had %d pages, then %d", b.first.pages, p.pages)}
	}
	b.take(p)
	return nil
}

func (b *book) take(p page) {
	before := len(b.seen)
	fresh := map[string]bool{}
	for _, id := range p.ids {
		if !b.seen[id] {
			b.seen[id], fresh[id] = true, true
		}
	}
	for _, a := range p.open {
		if fresh[a.id] {
			fresh[a.id] = false
			b.open = append(b.open, a)
		}
	}
	b.pages++
	b.items += len(p.ids)
	b.more = p.more
	b.round = p.more && len(b.seen) == before
}

// close returns the alerts of a list that was read to its end.
func (b *book) close() ([]alert, error) {
	switch total := b.first.total; {
	case total > len(b.seen):
		if b.round {
			return nil, &loopError{b.pages}
		}
		return nil, &movedError{fmt.Sprintf("%d of its %d items were there", len(b.seen), total)}
	case total < 0 && b.round:
		return nil, &loopError{b.pages}
	}
	return b.open, nil
}
