package alerts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
)

// page is one page of a list.
type page struct {
	// keys are those of all items, open or not.
	keys []string
	// open are the items that count.
	open []alert
	// more: the answer says that further pages follow.
	more bool
	// total and pages are the numbers of items and pages of the whole list, or unstated.
	total, pages int
}

// unstated is a number that an answer doesn't say.
const unstated = -1

// add puts an open item on the page.
func (p *page) add(a alert) {
	p.keys = append(p.keys, a.key)
	p.open = append(p.open, a)
}

// skip puts an item on the page that doesn't count.
func (p *page) skip(key string) { p.keys = append(p.keys, key) }

// count returns the number of pages that the first page announces, 0 if it announces none.
func (p page) count() int {
	switch {
	case p.pages != unstated:
		return p.pages
	case p.total != unstated && len(p.keys) > 0:
		return (p.total + len(p.keys) - 1) / len(p.keys)
	}
	return 0
}

// pager reads one list of a service, page by page.
type pager struct {
	// fetch reads a page. n counts pages from 0; items is the number of items on the pages before
	// it, for vendors that count items.
	fetch func(ctx context.Context, n, items int) (page, error)
	// parallel is the number of pages to read at the same time; above 1 only where a page can be
	// asked for by its number.
	parallel int
	pace     *pacer
	now      func() time.Time
	// narrowing lists the filters that shorten the list, for advice.
	narrowing string
	names     result.Names
}

// read returns the open alerts of the whole list, each once. A list that changes while it is read
// is read again.
func (p pager) read(ctx context.Context) ([]alert, error) {
	return rereadChanged(func() ([]alert, error) { return p.readOnce(ctx) })
}

func (p pager) readOnce(ctx context.Context) ([]alert, error) {
	first, err := p.page(ctx, 0, 0)
	if err != nil {
		return nil, err
	}
	if err := p.checkTime(ctx, first.count()-1); err != nil {
		return nil, err
	}
	l, err := newListing(first)
	if err != nil {
		return nil, err
	}
	if err := p.readAhead(ctx, l, first); err != nil {
		return nil, err
	}
	for l.more {
		next, err := p.page(ctx, l.pages, l.items)
		if err != nil {
			return nil, err
		}
		if err := l.add(next); err != nil {
			return nil, err
		}
	}
	return l.complete()
}

// page fetches one page, unless the rate limit allows that after the deadline only.
func (p pager) page(ctx context.Context, n, items int) (page, error) {
	need := p.pace.need(1)
	if left, ok := p.timeLeft(ctx); ok && need > left {
		return page{}, p.tooSlow("the next request has", need, left)
	}
	return p.fetch(ctx, n, items)
}

// checkTime fails a list at once where the rate limit doesn't allow its other pages by the
// deadline.
func (p pager) checkTime(ctx context.Context, pages int) error {
	need := p.pace.need(pages)
	if left, ok := p.timeLeft(ctx); ok && pages > 0 && need > left {
		return p.tooSlow(fmt.Sprintf("%d more pages have", pages), need, left)
	}
	return nil
}

func (p pager) timeLeft(ctx context.Context) (time.Duration, bool) {
	deadline, ok := ctx.Deadline()
	return deadline.Sub(p.now()), ok
}

func (p pager) tooSlow(what string, need, left time.Duration) error {
	return &result.FaultError{Fault: result.Fault{
		Cause: result.CauseTimeout,
		Reason: fmt.Sprintf("%s to wait %s for the service's rate limit, and %s are left",
			what, need.Round(time.Second), max(0, left).Round(time.Second)),
		Fix: fmt.Sprintf("narrow the list with %s, or give more time with %s", p.narrowing, p.names.Timeout),
	}}
}

// readAhead reads the pages that the first page announces at the same time, where the vendor allows
// that.
func (p pager) readAhead(ctx context.Context, l *listing, first page) error {
	n := first.count()
	if p.parallel < 2 || n < 3 || !first.more {
		return nil
	}
	pages := make([]page, n-1)
	group, ctx := safe.WithContext(ctx)
	group.SetLimit(p.parallel)
	for i := range pages {
		if ctx.Err() != nil {
			break // a page failed
		}
		group.Go(func() (err error) {
			pages[i], err = p.page(ctx, i+1, 0)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, next := range pages {
		if err := l.add(next); err != nil {
			return err
		}
	}
	return nil
}

// listing is what was read of a list so far.
type listing struct {
	seen         map[string]bool
	open         []alert
	first        page
	pages, items int
	more         bool
}

func newListing(first page) (*listing, error) {
	l := &listing{seen: map[string]bool{}, first: first}
	return l, l.take(first)
}

// add takes a further page, unless it shows that the list changed.
func (l *listing) add(p page) error {
	if p.total != unstated && p.total != l.first.total {
		return changed("it had %d items, then %d", l.first.total, p.total)
	}
	if p.pages != unstated && p.pages != l.first.pages {
		return changed("it had %d pages, then %d", l.first.pages, p.pages)
	}
	return l.take(p)
}

// take adds the items that no page before had. A page with nothing new is the end only where the
// total says so: a service may link to a further page on the last one.
func (l *listing) take(p page) error {
	l.pages++
	l.items += len(p.keys)
	if p.total != unstated && p.total < len(p.keys) {
		return result.Contradicts("page %d holds more items (%d) than the answer counts in total (%d)", l.pages, len(p.keys), p.total)
	}
	for _, a := range p.open {
		if !l.seen[a.key] {
			l.open = append(l.open, a)
		}
	}
	before := len(l.seen)
	here := make(map[string]bool, len(p.keys))
	for _, key := range p.keys {
		if here[key] {
			return result.Contradicts("page %d holds the same alert twice", l.pages)
		}
		here[key], l.seen[key] = true, true
	}
	switch l.more = p.more; {
	case !p.more || len(l.seen) > before:
	case p.total == len(l.seen):
		l.more = false
	default:
		return result.Contradicts("page %d holds nothing new, and the answer says that more pages follow", l.pages)
	}
	return nil
}

// complete returns the alerts of a list that was read to its end.
func (l *listing) complete() ([]alert, error) {
	total, read := l.first.total, len(l.seen)
	switch {
	case total == unstated || total == read:
		return l.open, nil
	case l.pages == 1:
		return nil, result.Contradicts("the answer counts %d items in total, and its only page holds %d", total, read)
	}
	return nil, &changedError{fmt.Sprintf("the answers count %d items in total, and their pages hold %d", total, read)}
}

// changedError is a list that was read while it changed.
type changedError struct{ text string }

func (e *changedError) Error() string { return e.text }

func changed(format string, args ...any) error {
	return &changedError{"the list changed while it was read: " + fmt.Sprintf(format, args...)}
}

// rereads is how often a list that changes while it is read is read again.
const rereads = 3

// rereadChanged calls read again while it finds that the list changed.
func rereadChanged(read func() ([]alert, error)) ([]alert, error) {
	for try := 0; ; try++ {
		all, err := read()
		change, ok := errors.AsType[*changedError](err)
		switch {
		case !ok:
			return all, err
		case try == rereads:
			return nil, &result.FaultError{Fault: result.Fault{
				Cause:  result.CauseService,
				Reason: fmt.Sprintf("%s; it was read %d times", change.text, rereads+1),
				Fix:    "run again when the list changes less often, or narrow it with the source's filters",
			}}
		}
	}
}
