package campaign

import (
	"maps"
	"slices"
	"strconv"
)

// tokenLies are those of the answer with a token.
func tokenLies() []lie[object] {
	token := func(v any) func(*exchange, object) {
		return func(c *exchange, body object) { body[c.tokenField()] = v }
	}
	return []lie[object]{
		{"no-token", final, "", func(c *exchange, body object) { delete(body, c.tokenField()) }},
		{"null-token", final, "", token(nil)},
		{"blank-token", final, "", token(" ")},
		{"object-token", final, "", token(object{"value": "x"})},
		{"short-life", harmless, "", put(object{"expires_in": 1})},
	}
}

// countsText are the numbers of alerts that are about to be sent.
type countsText struct {
	body   object
	counts map[string]int // what the oracle is to make of them
}

func (t *countsText) write() {
	for word, n := range t.counts {
		if word == "" {
			word = "total"
		}
		t.body[word] = n
	}
}

// countLies are those of the numbers of alerts. What comes of wrong ones, follows from the
// list and from the numbers after it.
func countLies() []lie[*countsText] {
	words := []string{"critical", "high", "medium", "low"}
	shift := func(by int, total bool) func(*exchange, *countsText) {
		return func(c *exchange, t *countsText) {
			word := oneOf(c.steady(), words...)
			by := max(by, -t.counts[word])
			t.counts[word] += by
			if total {
				t.counts[""] += by
			}
			t.write()
		}
	}
	member := func(v any) func(*exchange, *countsText) {
		return func(c *exchange, t *countsText) { t.body[oneOf(c.dice, append(words, "total")...)] = v }
	}
	return []lie[*countsText]{
		{"count-more", counted, "", shift(2, true)},
		{"count-less", counted, "", shift(-2, true)},
		{"count-beyond-total", counted, "", shift(3, false)},
		{"count-below-total", counted, "", shift(-1, false)},
		{"total-0", counted, "", func(_ *exchange, t *countsText) {
			t.counts[""] = 0
			t.write()
		}},
		{"zeros", counted, "", func(_ *exchange, t *countsText) {
			for word := range t.counts {
				t.counts[word] = 0
			}
			t.write()
		}},
		{"counts-are-text", harmless, "", func(_ *exchange, t *countsText) {
			for word, n := range t.body {
				t.body[word] = strconv.Itoa(n.(int))
			}
		}},
		{"counts-say-failed", final, "", func(c *exchange, t *countsText) { failing(c, t.body) }},
		{"null-number", final, "", member(nil)},
		{"odd-number", final, "", member("some")},
		{"negative-number", final, "", member(-1)},
		{"no-number", final, "", func(c *exchange, t *countsText) { delete(t.body, oneOf(c.dice, append(words, "total")...)) }},
	}
}

// listLies are those of the items of a page.
func listLies() []lie[*pageText] {
	return []lie[*pageText]{
		{"no-list", final, "", func(_ *exchange, p *pageText) { delete(p.body, p.key) }},
		{"null-list", final, "", func(_ *exchange, p *pageText) { p.body[p.key] = nil }},
		{"object-list", final, "", func(_ *exchange, p *pageText) { p.body[p.key] = object{"items": p.items()} }},
		{"null-member", final, "", func(_ *exchange, p *pageText) { p.body[p.key] = append(p.items(), nil) }},
		{"page-again", counted, "", func(c *exchange, p *pageText) {
			if p.sent.first == 0 {
				p.expect = harmless
				return
			}
			p.again(c.source.size)
		}},
		{"list-says-failed", final, "", func(c *exchange, p *pageText) { failing(c, p.body) }},
		{"twin", final, "", func(c *exchange, p *pageText) {
			if len(p.sent.items) == 0 {
				p.expect = harmless
				return
			}
			last := len(p.sent.items) - 1
			p.body[p.key] = append(p.items(), p.items()[last])
			if c.call == callSearch { // hits have no id: it counts
				p.expect, p.sent.items = harmless, append(p.sent.items[:last+1:last+1], p.sent.items[last])
			}
		}},
	}
}

// pagingLies are those of Cloud Optix about its pages.
func pagingLies() []lie[*pageText] {
	const page, next, pages = "currentPage", "hasNext", "totalPages"
	// where a lie is one only on some pages, unless tells which.
	unless := func(idle func(*sent) bool, change func(*exchange, object)) func(*exchange, *pageText) {
		return func(c *exchange, p *pageText) {
			if idle(p.sent) {
				p.expect = harmless
				return
			}
			change(c, p.body)
		}
	}
	always := func(*sent) bool { return false }
	isLast := func(s *sent) bool { return s.last }
	return []lie[*pageText]{
		{"other-page", final, "", func(c *exchange, p *pageText) { p.body[page] = p.sent.first + oneOf(c.dice, 0, 2, 3) }},
		{"first-page-again", final, "", func(c *exchange, p *pageText) {
			if p.sent.first == 0 {
				p.expect = harmless
				return
			}
			p.again(c.source.size)
			put(object{page: 1, next: true})(c, p.body)
		}},
		{"next-hidden", final, "", unless(isLast, put(object{next: false}))},
		{"next-claimed", final, "", unless(func(s *sent) bool { return !s.last }, put(object{next: true}))},
		{"pages-0", final, "", func(_ *exchange, p *pageText) { p.countsPages(0, len(p.sent.items) == 0) }},
		{"pages-5", final, "", func(_ *exchange, p *pageText) { p.countsPages(5, p.sent.pages >= 5 || !p.sent.last) }},
		{"no-next", final, "", unless(always, without(next))},
		{"null-next", final, "", unless(always, put(object{next: nil}))},
		{"no-page", final, "", unless(always, without(page))},
		{"null-page", final, "", unless(always, put(object{page: nil}))},
		{"no-pages", final, "", unless(always, without(pages))},
		{"null-pages", final, "", unless(always, put(object{pages: nil}))},
		// One page more than there is. Another page, which is empty, says otherwise.
		{"pages-more", counted, "", func(_ *exchange, p *pageText) {
			p.sent.pages++
			p.sent.last = p.sent.first+1 >= p.sent.pages
			p.body[pages], p.body[next] = p.sent.pages, !p.sent.last
		}},
	}
}

// countsPages has a page state another number of pages. On the first one that contradicts the page
// itself; on others it may be that of a list that changed meanwhile.
func (p *pageText) countsPages(n int, idle bool) {
	switch {
	case idle:
		p.expect = harmless
		return
	case p.sent.first > 0:
		p.expect, p.sent.pages = counted, n
	}
	p.body["totalPages"] = n
}

// optixLies are those of a list of alerts of Cloud Optix.
func optixLies() []lie[*pageText] {
	return []lie[*pageText]{
		{"other-severity", final, "", func(c *exchange, p *pageText) {
			if p.sent.list == "" {
				p.expect = harmless
				return
			}
			other := map[string]string{"critical": "LOW"}[p.sent.list]
			if other == "" {
				other = "critical"
			}
			p.body[p.key] = append(p.items(), c.alertItem(stocked{id: "stranger", word: other}))
		}},
		{"odd-level", harmless, "", func(c *exchange, p *pageText) {
			for i, item := range p.items() {
				if !p.sent.items[i].closed {
					item.(object)["criticalLevel"] = oneOf[any](c.dice, "SEVERE", "", nil)
				}
			}
			p.relabel()
		}},
		{"no-alert-id", harmless, "", func(_ *exchange, p *pageText) {
			for i, item := range p.items() {
				delete(item.(object), "alertId")
				p.rename(i, "o-"+p.sent.items[i].id)
			}
		}},
	}
}

// relabel reads the levels of a page again. In a list for one severity, an alert without a
// level that means anything is of that severity.
func (p *pageText) relabel() {
	items := append([]stocked{}, p.sent.items...)
	for i, item := range p.items() {
		word, _ := item.(object)["criticalLevel"].(string)
		if items[i].label = alertWord(word); items[i].label.severity == "unknown" && p.sent.list != "" {
			items[i].label = label{severity: p.sent.list}
		}
	}
	p.sent.items = items
}

// rename gives an item another id.
func (p *pageText) rename(i int, id string) {
	p.sent.items = append([]stocked{}, p.sent.items...)
	p.sent.items[i].id = id
}

// unlessFirst: a total below the items of a page is a contradiction on the first page. On
// others it may be that of a list that changed meanwhile.
func (p *pageText) unlessFirst() {
	if p.sent.first > 0 || len(p.sent.items) == 0 {
		p.expect = counted
	}
}

// totalLies are those of vendors that count the items of a list.
func totalLies() []lie[*pageText] {
	key := func(p *pageText) string {
		if p.key == "items" {
			return "total"
		}
		return "total_count"
	}
	total := func(p *pageText, n int) {
		p.body[key(p)], p.sent.total = n, n
		if p.key == "items" { // nothing else says whether items follow
			p.sent.last = p.endsIoT()
		}
	}
	return []lie[*pageText]{
		{"sum-0", final, "", func(_ *exchange, p *pageText) {
			p.unlessFirst()
			total(p, 0)
		}},
		{"sum-less", final, "", func(_ *exchange, p *pageText) {
			p.unlessFirst()
			total(p, max(0, len(p.sent.items)-1))
		}},
		{"sum-more", counted, "", func(_ *exchange, p *pageText) { total(p, p.sent.total+1) }},
		{"no-sum", final, "", func(_ *exchange, p *pageText) { delete(p.body, key(p)) }},
		{"null-sum", final, "", func(_ *exchange, p *pageText) { p.body[key(p)] = nil }},
		{"odd-sum", final, "", func(_ *exchange, p *pageText) { p.body[key(p)] = "many" }},
	}
}

// zpcLies are those of Zscaler Posture Control.
func zpcLies() []lie[*pageText] {
	return []lie[*pageText]{
		{"link-lost", counted, "", func(_ *exchange, p *pageText) { p.body["next_link"], p.sent.last = nil, true }},
		{"link-more", counted, "", func(_ *exchange, p *pageText) { p.body["next_link"], p.sent.last = "/v1/alerts?offset=9", false }},
	}
}

// iotLies are those of Palo Alto IoT Security.
func iotLies() []lie[*pageText] {
	return []lie[*pageText]{
		// The keys of a portal may end in an apostrophe, which is not part of them.
		{"two-severities", final, "", func(_ *exchange, p *pageText) {
			if len(p.sent.items) == 0 {
				p.expect = harmless
				return
			}
			item := maps.Clone(p.items()[0].(object))
			item["severity"], item["severity'"] = "low", "low"
			p.items()[0] = item
		}},
	}
}

// workflowLies are those of Zscaler Workflow Automation.
func workflowLies() []lie[*pageText] {
	const elements, pages, page = "totalElements", "totalPages", "currentPageNumber"
	cursor := func(change func(*exchange, object)) func(*exchange, *pageText) {
		return func(c *exchange, p *pageText) { change(c, p.body["cursor"].(object)) }
	}
	return []lie[*pageText]{
		{"no-cursor", final, "", func(_ *exchange, p *pageText) { delete(p.body, "cursor") }},
		{"no-cursor-page", final, "", cursor(without(page))},
		{"null-cursor-pages", final, "", cursor(put(object{pages: nil}))},
		{"null-cursor-sum", final, "", cursor(put(object{elements: nil}))},
		{"cursor-of-another-page", final, "", func(c *exchange, p *pageText) {
			p.body["cursor"].(object)[page] = p.sent.first + 1
		}},
		{"cursor-0", final, "", func(c *exchange, p *pageText) {
			p.unlessFirst()
			put(object{elements: 0, pages: 0})(c, p.body["cursor"].(object))
			p.sent.total, p.sent.pages, p.sent.last = 0, 0, true
		}},
		{"cursor-sum-more", counted, "", func(c *exchange, p *pageText) {
			p.sent.total++
			p.body["cursor"].(object)[elements] = p.sent.total
		}},
		{"cursor-one-page", counted, "", func(c *exchange, p *pageText) {
			p.sent.pages, p.sent.last = 1, true
			p.body["cursor"].(object)[pages] = 1
		}},
	}
}

// newSkopeLies are those of version 2 of Netskope.
func newSkopeLies() []lie[*pageText] {
	return []lie[*pageText]{
		{"not-ok", final, "", func(c *exchange, p *pageText) { p.body["ok"] = oneOf[any](c.dice, 0, false, "0") }},
		{"no-ok", final, "", func(_ *exchange, p *pageText) { delete(p.body, "ok") }},
		{"ok-with-error", final, "", func(c *exchange, p *pageText) {
			p.body[oneOf(c.dice, "error", "errors", "errorCode")] = "AUTH_FAILED for " + c.secret()
		}},
		{"ok-with-status", final, "", func(_ *exchange, p *pageText) { p.body["status"] = "error" }},
	}
}

// oldSkopeLies are those of version 1 of Netskope.
func oldSkopeLies() []lie[*pageText] {
	return []lie[*pageText]{
		{"status-is-error", final, "", func(c *exchange, p *pageText) {
			put(object{"status": "error", "errorCode": "Authorization Error", "errors": []any{"for " + c.secret()}})(c, p.body)
		}},
		{"no-status-word", final, "", func(_ *exchange, p *pageText) { delete(p.body, "status") }},
		{"odd-status-word", final, "", func(c *exchange, p *pageText) { p.body["status"] = oneOf[any](c.dice, "ok", "partial", nil, 1) }},
	}
}

// netskopeLies are those of both versions of Netskope.
func netskopeLies() []lie[*pageText] {
	return []lie[*pageText]{
		// The page begins after the item that it should begin with.
		{"gap", counted, "", func(_ *exchange, p *pageText) {
			if p.sent.first == 0 || len(p.sent.items) == 0 {
				p.expect = harmless
				return
			}
			p.body[p.key], p.sent.items = p.items()[1:], p.sent.items[1:]
		}},
	}
}

func sourceFaults() []fault {
	pages := []string{callAlerts, callSearch, callZPC, callIoT, callWorkflow, callNetskope, callOldSkope}
	return slices.Concat(
		faultsOf([]string{callToken, callGrant}, tokenLies()),
		each(final, []string{callToken}, "200-for-201"),
		faultsOf([]string{callCounts}, countLies()),
		faultsOf(pages, listLies()),
		faultsOf([]string{callAlerts, callSearch}, pagingLies()),
		faultsOf([]string{callAlerts}, optixLies()),
		faultsOf([]string{callZPC, callIoT}, totalLies()),
		faultsOf([]string{callZPC}, zpcLies()),
		faultsOf([]string{callIoT}, iotLies()),
		faultsOf([]string{callWorkflow}, workflowLies()),
		faultsOf([]string{callNetskope, callOldSkope}, netskopeLies()),
		faultsOf([]string{callNetskope}, newSkopeLies()),
		faultsOf([]string{callOldSkope}, oldSkopeLies()),
	)
}
