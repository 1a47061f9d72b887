package alerts

import (
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// page is one page of a list.
type page struct {
	items []item
	// asked is the number of items that a page may hold, 0 where it is not known.
	asked int
	// number is the page's own number, from 1, or unstated.
	number int
	next   next
	// total and pages are the numbers of items and pages of the whole list, or unstated.
	total, pages int
}

// item is one entry of a page.
type item struct {
	alert
	// open: the alert counts. Of others only the key is kept.
	open bool
}

// unnumbered is an empty page of a service that states no numbers.
func unnumbered() page { return page{number: unstated, total: unstated, pages: unstated} }

// unstated is a number that an answer doesn't say.
const unstated = -1

// next is what an answer says about a further page.
type next uint8

const (
	nextUnsaid next = iota
	nextFollows
	nextNone
)

// nextIf is for services that always say whether a page follows.
func nextIf(follows bool) next {
	if follows {
		return nextFollows
	}
	return nextNone
}

// add puts an open item on the page.
func (p *page) add(a alert) { p.items = append(p.items, item{a, true}) }

// skip puts an item on the page that doesn't count.
func (p *page) skip(k identity) { p.items = append(p.items, item{alert{identity: k}, false}) }

// count returns the number of pages that the first page announces, 0 if it announces none.
func (p page) count() int {
	switch {
	case p.pages != unstated:
		return p.pages
	case p.total != unstated && len(p.items) > 0:
		return (p.total + len(p.items) - 1) / len(p.items)
	}
	return 0
}

// isFull reports whether the page holds as many items as it may: then another page may follow,
// whatever the answer says.
func (p page) isFull() bool { return p.asked > 0 && len(p.items) >= p.asked }

// listing is a list as far as it was read. It holds the one rule for the end of a list, of all
// vendors:
//
//   - A page that is full, or says that a page follows, is not the end.
//   - An empty page is the end, and so is a page that says that it is the last, or reaches the
//     total that it states. Where answers state nothing, only an empty page is the end.
//   - Answers that contradict each other fail the list: a page beyond the last one, a page that
//     comes twice, one that says both that pages follow and that none does, other numbers than
//     what was read.
//   - Numbers that change from page to page, or don't fit what was read of several pages, may be
//     those of a list that changed: it is read again, and fails if that doesn't help.
type listing struct {
	collection
	first page
	// known are digests of the pages.
	known map[string]bool
	// pages were read, with a number of items, repeated ones included.
	pages, items int
	// more: the next page must be read. ended: the last answer said that it is the last.
	more, ended bool
}

func newListing() *listing { return &listing{known: map[string]bool{}, more: true} }

// add takes a further page. The error is a contradiction, or a [*changedError].
func (l *listing) add(p page) error {
	if l.pages == 0 {
		l.first = p
	}
	l.pages++
	l.items += len(p.items)
	if err := l.checkNumbers(p); err != nil {
		return err
	}
	repeated, err := l.take(p)
	if err != nil {
		return err
	}
	if err := l.checkEnd(p, repeated); err != nil {
		return err
	}
	l.more, l.ended = l.follows(p)
	return nil
}

// checkNumbers compares what a page says about itself with the pages before it.
func (l *listing) checkNumbers(p page) error {
	switch n := len(p.items); {
	case p.number != unstated && p.number != l.pages:
		return result.Contradicts("page %d was asked for, and the answer holds page %d", l.pages, p.number)
	case p.total != l.first.total:
		return changed("it had %s items, then %s", stated(l.first.total), stated(p.total))
	case p.pages != l.first.pages:
		return changed("it had %s pages, then %s", stated(l.first.pages), stated(p.pages))
	case p.total != unstated && p.total < n:
		return result.Contradicts("page %d holds more items (%d) than the answer counts in total (%d)", l.pages, n, p.total)
	}
	return nil
}

func stated(n int) string {
	if n == unstated {
		return "an unknown number of"
	}
	return fmt.Sprint(n)
}

// take adds the items of a page, and reports whether all of them, or the page as a whole, came
// before.
func (l *listing) take(p page) (repeated bool, err error) {
	here := make(map[string]bool, len(p.items))
	keys := make([]string, len(p.items))
	fresh, numbered := false, p.total != unstated || p.pages != unstated
	for i, it := range p.items {
		keys[i] = it.key
		if here[it.key] && !it.anonymous {
			return false, result.Contradicts("page %d holds the same alert twice", l.pages)
		}
		here[it.key] = true
		fresh = !l.collection.add(it) || fresh
	}
	sum := fingerprint(keys...)
	// Pages of equal items without ids are counted where numbers say how many there are.
	counted := numbered && len(here) == 1
	repeated = len(keys) > 0 && (!fresh || l.known[sum] && !counted)
	l.known[sum] = true
	return repeated, nil
}

// checkEnd fails a page that contradicts what was said about the end of the list.
func (l *listing) checkEnd(p page, repeated bool) error {
	n, holds := l.pages, len(p.items) > 0
	follows := p.next == nextFollows || p.pages > n
	switch {
	case repeated && l.ended:
		return result.Contradicts("page %d was the last by what the answer says, and comes again as page %d", n-1, n)
	case repeated:
		return result.Contradicts("page %d repeats an earlier page", n)
	case holds && l.ended:
		return result.Contradicts("page %d was the last by what the answer says, and page %d holds further items", n-1, n)
	case holds && p.pages != unstated && p.pages < n:
		return result.Contradicts("page %d holds items, and the answer counts %d pages", n, p.pages)
	case p.next == nextNone && p.pages > n:
		return result.Contradicts("the answer says that no page follows page %d of %d", n, p.pages)
	case p.next == nextFollows && p.pages != unstated && p.pages <= n:
		return result.Contradicts("the answer says that a page follows page %d of %d", n, p.pages)
	case p.pages > n && p.total != unstated && p.total <= len(p.items):
		return result.Contradicts("page %d holds %d items, and the answer counts %d pages and %d items in total", n, len(p.items), p.pages, p.total)
	case !holds && n > 1 && p.pages == n:
		return result.Contradicts("page %d of %d holds nothing", n, p.pages)
	case !holds && follows && !l.reaches(p.total):
		return result.Contradicts("page %d holds nothing, and the answer says that more pages follow", n)
	}
	return nil
}

// reaches reports whether a total is stated and was read.
func (l *listing) reaches(total int) bool { return total != unstated && len(l.all) >= total }

// follows decides whether another page must be read after p, and reports whether p said that it is
// the last.
func (l *listing) follows(p page) (more, ended bool) {
	ended = p.next == nextNone || p.pages != unstated && p.pages <= l.pages || p.next == nextUnsaid && l.reaches(p.total)
	switch {
	case len(p.items) == 0:
		return false, ended
	case p.isFull(), p.next == nextFollows, p.pages > l.pages:
		return true, ended
	}
	return !ended, ended
}

// complete returns an error if a list that was read to its end is not complete.
func (l *listing) complete() error {
	total, read := l.first.total, len(l.all)
	switch {
	case total == unstated || total == read:
		return nil
	case l.pages == 1:
		return result.Contradicts("the answer counts %d items in total, and its only page holds %d", total, read)
	}
	return &changedError{fmt.Sprintf("the answers count %d items in total, and their pages hold %d", total, read)}
}

// collection holds alerts, each once: those of the pages of a list, or of several lists of a
// service. Alerts without an id are all different.
type collection struct {
	all []item
	at  map[string]int // the index of each key in all
	// equal counts the alerts without an id that look the same.
	equal map[string]int
	// differing are the names of alerts that came twice with different content.
	differing []string
}

// add takes an item and reports whether it was there. Of two with one id and different content the
// worse one counts.
func (c *collection) add(it item) bool {
	if c.at == nil {
		c.at, c.equal = map[string]int{}, map[string]int{}
	}
	if it.anonymous {
		c.equal[it.key]++
		it.number = c.equal[it.key]
		c.all = append(c.all, it)
		return false
	}
	i, known := c.at[it.key]
	if !known {
		c.at[it.key] = len(c.all)
		c.all = append(c.all, it)
		return false
	}
	if old := c.all[i]; old.differs(it) {
		c.differing = append(c.differing, old.id)
		c.all[i] = worse(old, it)
	}
	return true
}

// differs reports whether two items of one id say different things of what decides: whether the
// alert is open, how severe it is, and what it is about.
func (it item) differs(other item) bool {
	return it.open != other.open || it.severity != other.severity || it.summary != other.summary || it.account != other.account
}

// worse returns the item that is to count: an open one, and of two open ones the more severe one.
// An unknown severity is worse than those that may be harmless.
func worse(a, b item) item {
	rank := func(it item) int {
		switch {
		case !it.open:
			return -1
		case it.severity == result.Unknown:
			return 2*int(result.High) - 1
		}
		return 2 * int(it.severity)
	}
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// join adds the alerts of another collection.
func (c *collection) join(other *collection) {
	for _, it := range other.all {
		c.add(it)
	}
	c.differing = append(c.differing, other.differing...)
}

// open returns the alerts that count.
func (c *collection) open() []alert {
	var open []alert
	for _, it := range c.all {
		if it.open {
			open = append(open, it.alert)
		}
	}
	return open
}

// answer returns the alerts that count, and says which of them contradict themselves.
func (c *collection) answer() answer {
	a := answer{alerts: c.open()}
	if n := len(c.differing); n > 0 {
		const shown = 3
		more := ""
		if n > shown {
			more = fmt.Sprintf(" and %d more", n-shown)
		}
		a.notices = []string{fmt.Sprintf("the service lists an alert twice with different content, and the worse one counts: %s%s",
			strings.Join(c.differing[:min(n, shown)], ", "), more)}
	}
	return a
}

// changedError is a list that was read while it changed.
type changedError struct{ text string }

func (e *changedError) Error() string { return e.text }

func changed(format string, args ...any) error {
	return &changedError{"the list changed while it was read: " + fmt.Sprintf(format, args...)}
}
