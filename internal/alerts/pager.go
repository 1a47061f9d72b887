package alerts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/transport"
)

// pager reads one list of a service, page by page.
type pager struct {
	// fetch reads a page. n counts pages from 0; items is the number of items on the pages before
	// it, for vendors that count items.
	fetch func(ctx context.Context, n, items int) (page, error)
	// parallel is the number of pages to read at the same time; above 1 only where a page can be
	// asked for by its number.
	parallel int
	pace     *transport.Pacer
	now      func() time.Time
	// narrowing lists the filters that shorten the list, for advice.
	narrowing string
	names     result.Names
}

// pagesAtOnce is how many pages are read at the same time where the vendor allows that. The pace
// decides how many requests go out in a second.
const pagesAtOnce = 16

// rereads is how often a list that changes while it is read is read again.
const rereads = 3

// read returns the whole list. One that changes while it is read is read again.
func (p pager) read(ctx context.Context) (*listing, error) {
	for try := 0; ; try++ {
		l, err := p.readOnce(ctx)
		change, ok := errors.AsType[*changedError](err)
		switch {
		case !ok:
			return l, err
		case try == rereads:
			return nil, &result.FaultError{Fault: result.Fault{
				Cause:  result.CauseService,
				Reason: fmt.Sprintf("%s; the list was read %s", change.text, times(rereads+1)),
				Fix:    "run again when the list changes less often, or narrow it with " + p.narrowing,
			}}
		}
	}
}

func times(n int) string {
	if n == 2 {
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

func (p pager) readOnce(ctx context.Context) (*listing, error) {
	l := newListing()
	first, err := p.page(ctx, 0, 0)
	if err != nil {
		return nil, err
	}
	if err := p.checkTime(ctx, first.count()-1); err != nil {
		return nil, err
	}
	if err := l.add(first); err != nil {
		return nil, err
	}
	if err := p.readAhead(ctx, l); err != nil {
		return nil, err
	}
	for l.more {
		next, err := p.page(ctx, l.pages, l.items)
		if l.ended && isMissing(err) {
			break // the last page was full, and there is none after it
		}
		if err != nil {
			return nil, err
		}
		if err := l.add(next); err != nil {
			return nil, err
		}
	}
	return l, l.complete()
}

// isMissing reports whether a service answers that there is no such page.
func isMissing(err error) bool {
	status := statusOf(err)
	return status == http.StatusNotFound || status == http.StatusBadRequest
}

// page fetches one page, unless the rate limit allows that after the deadline only.
func (p pager) page(ctx context.Context, n, items int) (page, error) {
	need := p.pace.Need(1)
	if left, ok := p.timeLeft(ctx); ok && need > left {
		return page{}, p.tooSlow("the next request has", need, left)
	}
	return p.fetch(ctx, n, items)
}

// checkTime fails a list at once where the rate limit doesn't allow its other pages by the
// deadline.
func (p pager) checkTime(ctx context.Context, pages int) error {
	need := p.pace.Need(pages)
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
func (p pager) readAhead(ctx context.Context, l *listing) error {
	n := l.first.count()
	if p.parallel < 2 || n < 3 || !l.more {
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
