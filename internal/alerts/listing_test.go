package alerts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

// server is a list that is cut into pages, and what its answers state.
type server struct {
	pages [][]item
	asked int

	total, count, number, next bool
	// linksOn: the last page links to a further one, which is empty.
	linksOn bool
	// missing: there is no page after the last, instead of an empty one.
	missing bool
	// lie changes the honest answer for page n, counted from 0.
	lie func(n int, p page) page

	requests int
}

func (s *server) size() int { return len(slices.Concat(s.pages...)) }

// fetch is honest but for lie.
func (s *server) fetch(_ context.Context, n, _ int) (page, error) {
	s.requests++
	if n >= len(s.pages)+5 {
		return page{}, errors.New("read on and on")
	}
	p := unnumbered()
	p.asked = s.asked
	if n < len(s.pages) {
		p.items = slices.Clone(s.pages[n])
	}
	if s.total {
		p.total = s.size()
	}
	if s.count {
		p.pages = len(s.pages)
	}
	if s.number {
		p.number = n + 1
	}
	if s.next {
		p.next = nextIf(n+1 < len(s.pages) || s.linksOn && n+1 == len(s.pages))
	}
	if s.lie != nil {
		p = s.lie(n, p)
	}
	if s.missing && n >= len(s.pages) && len(p.items) == 0 {
		return page{}, &transport.Error{Class: transport.ClassStatus, Status: http.StatusNotFound}
	}
	return p, nil
}

func (s *server) read(parallel int) (*listing, error) {
	p := pager{fetch: s.fetch, parallel: parallel, now: time.Now}
	return p.read(context.Background())
}

// drawItems makes n items, some of which have no id or don't count. Up to equal neighbours without
// an id are the same.
func drawItems(t *rapid.T, n, equal int) []item {
	items := make([]item, n)
	for i := range items {
		items[i] = item{alert{identity: unique(fmt.Sprint("id-", i)), id: fmt.Sprint("A-", i%3)}, rapid.Bool().Draw(t, "open")}
		if rapid.IntRange(0, 3).Draw(t, "without an id") == 0 {
			items[i].identity = anonymous(fmt.Sprint(i / equal))
		}
	}
	return items
}

// Any list, cut into any pages by any honest server, is read exactly once.
func TestHonestListsAreReadOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &server{
			asked: rapid.IntRange(0, 9).Draw(t, "asked"),
			total: rapid.Bool().Draw(t, "total"), count: rapid.Bool().Draw(t, "count"),
			number: rapid.Bool().Draw(t, "number"), next: rapid.Bool().Draw(t, "next"),
		}
		equal := 1
		if s.total || s.count {
			equal = 2
		}
		left := drawItems(t, rapid.IntRange(0, 40).Draw(t, "items"), equal)
		for len(left) > 0 {
			n := rapid.IntRange(1, min(len(left), max(2, s.asked))).Draw(t, "on a page")
			s.pages, left = append(s.pages, left[:n]), left[n:]
		}
		s.linksOn = s.next && s.total && !s.count && rapid.Bool().Draw(t, "links on")
		// Without any statement only an empty page shows the end.
		s.missing = (s.next || s.total || s.count) && !s.linksOn && len(s.pages) > 0 && rapid.Bool().Draw(t, "missing")
		l, err := s.read(1)
		if err != nil {
			t.Fatalf("%v: %+v", err, s)
		}
		want, seen := 0, map[string]bool{}
		for _, it := range slices.Concat(s.pages...) {
			want += numberOf(it.open)
		}
		for _, a := range l.open() {
			seen[a.stable()] = true
		}
		if len(l.open()) != want || len(seen) != want || len(l.all) != s.size() {
			t.Fatalf("%d open alerts, %d different, want %d", len(l.open()), len(seen), want)
		}
		if s.requests > max(1, len(s.pages)+1) {
			t.Fatalf("%d requests for %d pages", s.requests, len(s.pages))
		}
	})
}

// lie is a way to contradict oneself.
type lie struct {
	name string
	// pages is the least number of pages of a list that can lie so, full where full is set.
	pages int
	full  bool
	// tell makes a server that states something lie about it.
	tell func(s *server)
}

func lies() []lie {
	each := func(change func(n int, p *page)) func(int, page) page {
		return func(n int, p page) page {
			change(n, &p)
			return p
		}
	}
	total := func(change func(n int, p *page)) func(*server) {
		return func(s *server) { s.total, s.lie = true, each(change) }
	}
	count := func(change func(n int, p *page)) func(*server) {
		return func(s *server) { s.count, s.lie = true, each(change) }
	}
	return []lie{
		{"total too small", 1, true, total(func(_ int, p *page) { p.total-- })},
		{"total too large", 0, false, total(func(_ int, p *page) { p.total++ })},
		{"total that grows", 2, false, total(func(n int, p *page) { p.total += n })},
		{"total that goes", 2, false, total(func(n int, p *page) { p.total -= n * (p.total + 1) })},
		{"too few pages", 2, true, count(func(_ int, p *page) { p.pages-- })},
		{"too many pages", 1, false, count(func(_ int, p *page) { p.pages++ })},
		{"pages that grow", 2, false, count(func(n int, p *page) { p.pages += n })},
		{"no next page below the pages", 2, false, func(s *server) {
			s.count, s.next, s.lie = true, true, each(func(_ int, p *page) { p.next = nextNone })
		}},
		{"a next page after the pages", 1, false, func(s *server) {
			s.count, s.next, s.lie = true, true, each(func(_ int, p *page) { p.next = nextFollows })
		}},
		{"a next page forever", 0, false, func(s *server) {
			s.next, s.total, s.lie = true, false, each(func(_ int, p *page) { p.next = nextFollows })
		}},
		{"an end before the end", 2, true, func(s *server) {
			s.next, s.lie = true, each(func(n int, p *page) { p.next = nextIf(p.next == nextFollows && n+2 < len(s.pages)) })
		}},
		{"another number", 0, false, func(s *server) { s.number, s.lie = true, each(func(_ int, p *page) { p.number++ }) }},
		{"the last page again", 1, true, func(s *server) {
			s.lie = each(func(n int, p *page) { p.items = s.pages[min(n, len(s.pages)-1)] })
		}},
		{"the first page always", 2, false, func(s *server) { s.total, s.lie = true, each(func(_ int, p *page) { p.items = s.pages[0] }) }},
		{"an empty page between", 3, false, func(s *server) {
			s.next, s.lie = true, each(func(n int, p *page) {
				if n == 1 {
					p.items = nil
				}
			})
		}},
		{"an alert twice on a page", 1, false, func(s *server) {
			s.lie = each(func(n int, p *page) {
				if n == 0 {
					p.items = append(p.items, item{alert{identity: unique("twice")}, true}, item{alert{identity: unique("twice")}, true})
				}
			})
		}},
	}
}

// Any contradiction fails the list: it is never taken for a shorter one.
func TestContradictoryListsFail(t *testing.T) {
	t.Parallel()
	for _, l := range lies() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				size := rapid.IntRange(2, 5).Draw(t, "size")
				s := &server{
					asked: size, total: rapid.Bool().Draw(t, "total"), count: rapid.Bool().Draw(t, "count"),
					number: rapid.Bool().Draw(t, "number"), next: rapid.Bool().Draw(t, "next"),
				}
				n := rapid.IntRange(l.pages, l.pages+3).Draw(t, "pages") * size
				if !l.full && n > 0 {
					n -= rapid.IntRange(0, size-1).Draw(t, "not on the last page")
				}
				for items := range slices.Chunk(drawItems(t, n, 1), size) {
					s.pages = append(s.pages, items)
				}
				l.tell(s)
				got, err := s.read(1)
				if err == nil {
					t.Fatalf("read %d alerts of %d: %+v", len(got.all), n, s)
				}
				if _, ok := errors.AsType[*result.FaultError](err); !ok || strings.Contains(err.Error(), "read on and on") {
					t.Fatalf("%v: %+v", err, s)
				}
			})
		})
	}
}

// An alert that comes twice, on different pages or lists, counts once: at its worst, and the answer
// says so where the two differ.
func TestAlertsThatComeTwice(t *testing.T) {
	t.Parallel()
	one := func(severity result.Severity, open bool) item {
		return item{alert{identity: unique("1"), id: "A-1", severity: severity}, open}
	}
	for name, tt := range map[string]struct {
		a, b item
		want string
	}{
		"equal":                    {one(result.High, true), one(result.High, true), "high"},
		"worse later":              {one(result.Low, true), one(result.Critical, true), "critical, noted"},
		"worse before":             {one(result.Critical, true), one(result.Low, true), "critical, noted"},
		"unknown and high":         {one(result.Unknown, true), one(result.High, true), "high, noted"},
		"unknown and medium":       {one(result.Unknown, true), one(result.Medium, true), "unknown, noted"},
		"closed, and open":         {one(result.Critical, false), one(result.Low, true), "low, noted"},
		"closed, and closed again": {one(result.Critical, false), one(result.Critical, false), ""},
	} {
		for _, items := range [][]item{{tt.a, tt.b}, {tt.b, tt.a}} {
			var l, other, all collection
			l.add(items[0])
			other.add(items[1])
			all.join(&l)
			all.join(&other)
			got := ""
			for _, a := range all.open() {
				got += a.severity.String()
			}
			if notices := all.answer().notices; len(notices) > 0 {
				got += ", noted"
				if !strings.Contains(notices[0], "A-1") {
					t.Error(notices)
				}
			}
			if got != tt.want {
				t.Errorf("%s: %q, want %q", name, got, tt.want)
			}
		}
	}
	var without collection
	for range 3 {
		without.add(item{alert{identity: anonymous("the same")}, true})
	}
	if len(without.open()) != 3 || len(without.answer().notices) > 0 {
		t.Errorf("alerts without an id are merged: %+v", without.open())
	}
}

// The names of many alerts that contradict themselves are cut.
func TestManyAlertsThatComeTwice(t *testing.T) {
	t.Parallel()
	var all collection
	for _, severity := range []result.Severity{result.Low, result.High} {
		for i := range 5 {
			all.add(item{alert{identity: unique(fmt.Sprint(i)), id: fmt.Sprint("A-", i), severity: severity}, true})
		}
	}
	if got := all.answer().notices; len(got) != 1 || !strings.HasSuffix(got[0], "A-0, A-1, A-2 and 2 more") {
		t.Error(got)
	}
}
