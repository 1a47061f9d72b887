package campaign

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// reading is what a client can make of what a source sent.
type reading struct {
	// whole: every list is complete and free of contradictions.
	whole bool
	// excused: what was sent contradicts itself, or changes each time that it is read.
	excused bool
	// tolerated: --tolerate accepts the contradiction.
	tolerated bool
	// findings are those of a whole reading, each with how often it is found.
	findings map[string]int
}

// mostReads is how often a list is read that changes while it is read.
const mostReads = 4

// readSources reads in the log what the sources sent.
func (o *oracle) readSources() {
	for _, s := range o.r.s.sources {
		var parts []sent
		id, late, refused := s.row(), false, false
		for _, e := range o.r.v.events {
			if !slices.Contains(e.rows, id) {
				continue
			}
			late = late || o.ends(e.at)
			refused = refused || e.temper == final
			switch {
			case e.sent != nil:
				parts = append(parts, *e.sent)
			case e.call == callAlerts:
				parts = append(parts, sent{source: s, list: listOf(e.subject), missing: true})
			}
		}
		got := s.read(parts, o.r.s.policy)
		o.found[id], o.excuses[id] = got.findings, got.excused
		if got.tolerated {
			o.tolerated["alert-count"] = true
		}
		switch {
		case refused && !late, !got.whole: // one contradiction is enough
		case late:
			o.maybe[id] = true
		default:
			o.answeredBy[id] = true
		}
	}
}

// excusedSource reports whether there was a reason to give a source up.
func (o *oracle) excusedSource(s *source) bool {
	p := o.r.s.policy
	if p.noKey && !s.own() || s.bare || o.r.signed || o.late() || o.cutOff() || o.excuses[s.row()] || o.hurried(s) {
		return true
	}
	return slices.ContainsFunc(o.r.v.events, func(e event) bool { return slices.Contains(e.blames, s.row()) })
}

// hurried: the vendor's rate limit may not allow what is left of a list by the deadline. Then
// it is given up at once.
func (o *oracle) hurried(s *source) bool {
	asked := 0
	for _, e := range o.r.v.events {
		if slices.Contains(e.rows, s.row()) {
			asked++
		}
	}
	return s.own() && asked > 4 && o.r.s.policy.deadline() <= 2*time.Minute
}

// read makes of the parts what a client is to make of them.
func (s *source) read(parts []sent, p *policy) reading {
	if s.name == "cloud-optix" {
		return s.readCounted(parts, p)
	}
	out := reading{whole: true, findings: map[string]int{}}
	lists := []string{""}
	if s.name == "zscaler-zpc" {
		lists = []string{"cloud", "iac"}
	}
	for _, list := range lists {
		got := s.readList(pagesOf(parts, list))
		out.whole, out.excused = out.whole && got.whole, out.excused || got.excused
		maps.Copy(out.findings, got.findings)
	}
	return out
}

func pagesOf(parts []sent, list string) []sent {
	return slices.DeleteFunc(slices.Clone(parts), func(p sent) bool { return p.counts != nil || p.missing || p.list != list })
}

// readList reads the pages of one list in the order in which they were sent. What counts is
// the last time that it was read from its beginning.
func (s *source) readList(pages []sent) reading {
	reads, begin := 0, 0
	for i, p := range pages {
		if p.first == 0 {
			reads, begin = reads+1, i
		}
	}
	if reads == 0 {
		return reading{}
	}
	out := s.readOnce(pages[begin:])
	out.excused = out.excused || reads >= mostReads && !out.whole
	return out
}

// readOnce reads the pages of one list.
func (s *source) readOnce(pages []sent) reading {
	l := &listing{source: s, seen: map[string]bool{}, findings: map[string]int{}}
	if s.numbersPages() { // they may be read side by side
		slices.SortStableFunc(pages, func(a, b sent) int { return a.first - b.first })
	}
	ok, stuck, ended, total := true, false, false, pages[0].total
	beyond := false // a page holds items, and the one before it was the last
	hollow := false // a page that is counted holds none
	for i, p := range pages {
		beyond = beyond || ended && len(p.items) > 0
		hollow = hollow || i > 0 && len(p.items) == 0 && p.pages == i+1 && p.agrees(pages[0])
		ok = ok && l.follows(i, p) && p.agrees(pages[0])
		l.add(p)
		ended = p.last || l.added == 0 && (s.endsWithNothing() && l.repeats() || total == len(l.seen))
		repeated := len(p.items) > 0 && l.added == 0 && !s.endsWithNothing()
		stuck = stuck || l.added == 0 && !ended || repeated
	}
	complete := total < 0 || total == len(l.seen)
	return reading{
		whole: ok && ended && complete && !stuck && !beyond && !hollow,
		// A single page that is not what it says can't be a list that changed. Nor can a page that
		// holds nothing new, and says that more follows.
		excused:  stuck || beyond || hollow || len(pages) == 1 && (ended || len(pages[0].items) == 0) && !complete,
		findings: l.findings,
	}
}

// agrees reports whether a page says of the whole list what the first one says.
func (p sent) agrees(first sent) bool {
	return (p.total < 0 || p.total == first.total) && (p.pages < 0 || p.pages == first.pages)
}

// numbersPages: a page is asked for by its number, and not by the items before it.
func (s *source) numbersPages() bool { return s.name != "palo-alto-iot" && s.name != "netskope" }

// endsWithNothing: only a page without a new item ends a list.
func (s *source) endsWithNothing() bool { return s.name == "netskope" }

// listing is what was read of a list.
type listing struct {
	source   *source
	seen     map[string]bool
	findings map[string]int
	items    int    // on all pages
	added    int    // new ones on the last page
	known    int    // others on it
	longest  int    // the length of the longest page
	overlap  string // the item that the next page must hold; "" for none
}

// follows reports whether the i-th page is the next one.
func (l *listing) follows(i int, p sent) bool {
	switch {
	case l.source.numbersPages():
		return p.first == i
	case l.source.name == "palo-alto-iot":
		return p.first == l.items
	}
	return l.overlap == "" || slices.ContainsFunc(p.items, func(a stocked) bool { return a.id == l.overlap })
}

func (l *listing) add(p sent) {
	l.added = 0
	for i, a := range p.items {
		key := a.id
		if l.source.kind == kindChecks { // hits have no id
			key = fmt.Sprint(p.first, " ", i)
		}
		if !l.seen[key] {
			l.added++
			if !a.closed {
				l.findings[findingKey(a.label, a.id, 1)]++
			}
		}
		l.seen[key] = true
	}
	l.items += len(p.items)
	l.known, l.longest = len(p.items)-l.added, max(l.longest, len(p.items))
	if n := len(p.items); n > 1 {
		l.overlap = p.items[n-1].id
	}
}

// repeats reports whether the last page is the end of a list without a total: it is empty, or
// holds the item that two pages share. A full page of known items was shifted by new ones.
func (l *listing) repeats() bool {
	return l.known == 0 || l.overlap != "" && (l.known == 1 || l.known < l.longest)
}

func findingKey(l label, id string, count int) string {
	return fmt.Sprintf("%s (%s) %q x%d", l.severity, l.raw, id, count)
}

// checkSources holds the findings of sources against what they sent.
func (o *oracle) checkSources() {
	status := map[string]string{}
	for _, row := range o.r.doc.Ledger {
		status[row.Target.Kind+":"+row.Target.Name] = row.Status
	}
	for _, s := range o.r.s.sources {
		id, got := s.row(), map[string]int{}
		for _, f := range o.r.doc.Findings {
			if f.Target != id {
				continue
			}
			name := f.AlertID
			if s.kind == kindChecks {
				name = f.Resource
			}
			got[findingKey(label{f.Severity, f.RawSeverity}, name, f.Count)]++
		}
		switch {
		case status[id] == failed && len(got) > 0:
			o.fault("row %s is failed, and has the findings %v", id, got)
		case status[id] == answered && !maps.Equal(got, o.found[id]):
			o.fault("row %s has the findings %v, the service sent %v", id, got, o.found[id])
		}
	}
}
