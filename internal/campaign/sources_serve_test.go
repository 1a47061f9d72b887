package campaign

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// sent is a part of a source's answer, as it was sent: a page of a list, or the numbers of
// its alerts.
type sent struct {
	source *source
	list   string    // which of the source's lists
	first  int       // the number of the page from 0, or of the items before it
	items  []stocked // as they are to be read
	total  int       // what it says of the items of the whole list; -1: nothing
	pages  int       // and of its pages
	last   bool      // it says that nothing follows
	counts map[string]int
	// missing: a page was asked for, and did not come.
	missing bool
}

// pageText is a page of a list that is about to be sent.
type pageText struct {
	body  object
	key   string // of the list in the body
	sent  *sent
	all   []stocked // the whole list
	write func(stocked) any
	// expect is what a lie in it leads to; the lie may change it.
	expect temper
}

func (p *pageText) items() []any { return p.body[p.key].([]any) }

// inspectVendor watches where secrets go: each into the header that is made for it.
func (v *service) inspectVendor(s *source, call string, r *http.Request) {
	header, want := "", s.secret
	switch call {
	case "": // a redirect leads to the same host, whose header may come along
		return
	case callZPC:
		header = "X-Api-Key"
	case callIoT:
		header = "X-Access-Key"
		if s.other {
			header, want = "Authorization", "Bearer "+s.token()
		}
	case callGrant:
		header, want = "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("id-7:"+s.secret))
	case callNetskope:
		header = "Netskope-Api-Token"
	case callWorkflow:
		header, want = "Authorization", "Bearer "+s.token()
	}
	if got := r.Header.Get(header); header != "" && got != want {
		v.wrong("%s %s: %s is %q", r.Method, r.URL.Path, header, got)
	}
	rest := r.Header.Clone()
	rest.Del(header)
	text := fmt.Sprint(r.URL, rest, r.Host)
	if strings.Contains(text, v.key) || strings.Contains(text, s.secret) {
		v.wrong("a secret stands in %s", text)
	}
}

// token is what the source's secret is exchanged for.
func (s *source) token() string { return "t0ken." + s.secret[4:] + ".t0ken" }

// openSource finds out what is asked for.
func (c *exchange) openSource() bool {
	q := c.r.URL.Query()
	list := q.Get("severity")
	if c.call == callZPC {
		list = c.r.URL.Path[strings.LastIndex(c.r.URL.Path, "/")+1:]
	}
	c.subject = strings.TrimSpace(list + " " + position(q))
	c.rows = []string{c.source.row()}
	body, err := io.ReadAll(c.r.Body)
	if err != nil {
		return false
	}
	c.checkQuestion(q, string(body))
	c.count()
	return true
}

// listOf is the list that a subject names; "" for the one of all severities.
func listOf(subject string) string {
	list, _, named := strings.Cut(subject, " page ")
	if !named {
		return ""
	}
	return list
}

// position is the part of a query that says which page is asked for.
func position(q url.Values) string {
	for _, name := range []string{"page", "offset", "skip"} {
		if q.Has(name) {
			return name + " " + q.Get(name)
		}
	}
	return ""
}

// checkQuestion: only what is open is asked for, since ever, in pages of the size that the
// config file says.
func (c *exchange) checkQuestion(q url.Values, body string) {
	want := map[string]string{}
	switch c.call {
	case callCounts:
		want["states"] = "OPEN"
	case callAlerts:
		want["states"], want["size"] = "OPEN", ""
	case callSearch:
		want["searchTerm"], want["size"] = "isPublic:true", ""
	case callZPC:
		want["alert_status"], want["limit"] = "OPEN", ""
	case callIoT:
		want["resolved"], want["pagelength"] = "no", ""
		if !c.source.other {
			want["customerid"] = "acme"
		}
	case callWorkflow:
		want["pageSize"] = ""
	case callNetskope, callOldSkope:
		want["acked"], want["limit"] = "false", ""
	}
	for name, value := range want {
		if value == "" {
			value = strconv.Itoa(c.source.size)
		}
		if q.Get(name) != value {
			c.v.wrong("%s: %s is %q", c.call, name, q.Get(name))
		}
	}
	carries := c.call == callToken || c.call == callOldSkope
	if holds := strings.Contains(body, c.source.secret); holds != carries || strings.Contains(body, c.v.key) {
		c.v.wrong("%s: the body is %q", c.call, body)
	}
	if c.call == callGrant && body != "grant_type=client_credentials&scope=tsg_id%3A77" {
		c.v.wrong("%s: the body is %q", c.call, body)
	}
}

// answerSource answers for a source.
func (c *exchange) answerSource(name string) {
	q := c.r.URL.Query()
	switch c.call {
	case callToken, callGrant:
		body := object{c.tokenField(): c.source.token(), "token_type": "bearer", "expires_in": 899}
		c.deliver(name, body, tell(c, name, tokenLies(), body, event{what: "token "}), nil)
	case callCounts:
		c.answerCounts(name)
	case callAlerts, callSearch:
		c.answerOptixPage(name, q)
	case callZPC:
		c.answerZPC(name, number(q, "offset")-1)
	case callIoT:
		c.answerIoT(name, number(q, "offset"))
	case callWorkflow:
		c.answerWorkflow(name, number(q, "page"))
	case callNetskope:
		c.answerNetskope(name, number(q, "offset"))
	case callOldSkope:
		c.answerNetskope(name, number(q, "skip"))
	}
}

func number(q url.Values, name string) int {
	n, err := strconv.Atoi(q.Get(name))
	if err != nil {
		return 0
	}
	return n
}

// newPage is the page of a list that begins with item from.
func (c *exchange) newPage(all []stocked, key string, from int, write func(stocked) any) *pageText {
	size := c.source.size
	p := &pageText{body: object{}, key: key, all: all, sent: &sent{source: c.source, total: -1, pages: -1}}
	p.show(all[min(from, len(all)):min(from+size, len(all))], write)
	return p
}

// show writes items.
func (p *pageText) show(items []stocked, write func(stocked) any) {
	list := []any{}
	for _, a := range items {
		list = append(list, write(a))
	}
	p.body[p.key], p.sent.items = list, items
	p.write = write
}

// again shows the first page of the list instead of a later one.
func (p *pageText) again(size int) {
	p.show(p.all[:min(size, len(p.all))], p.write)
	if p.key == "items" { // what follows depends on the items
		p.sent.last = p.endsIoT()
	}
}

// endsIoT reports whether a page of IoT Security says that nothing follows: it is empty, or
// reaches the total.
func (p *pageText) endsIoT() bool {
	n := len(p.sent.items)
	return n == 0 || p.sent.total >= 0 && p.sent.first+n >= p.sent.total
}

// deliverPage tells the lie about a page, if there is one, and sends it.
func (c *exchange) deliverPage(name string, p *pageText, tables ...[]lie[*pageText]) {
	e := event{what: fmt.Sprintf("%d items ", len(p.items())), sent: p.sent}
	for _, table := range tables {
		row, ok := rowOf(table, name)
		if !ok {
			continue
		}
		p.expect = row.expect
		row.change(c, p)
		e.what, e.temper = e.what+name, p.expect
	}
	if e.temper == final {
		e.blames, e.sent = c.rows, nil
	}
	c.deliver(name, p.body, e, nil)
}

// counted is the number of alerts by severity, and in total.
func (c *exchange) numbers() map[string]int {
	n := map[string]int{"": 0, "critical": 0, "high": 0, "medium": 0, "low": 0}
	for _, a := range c.source.now(c.v.now(), func(a stocked) bool { return !a.closed }) {
		n[""]++
		if a.label.severity != "unknown" {
			n[a.label.severity]++
		}
	}
	return n
}

func (c *exchange) answerCounts(name string) {
	t := &countsText{body: object{}, counts: c.numbers()}
	t.write()
	e := tell(c, name, countLies(), t, event{what: fmt.Sprintf("counts %v ", t.counts), sent: &sent{source: c.source, counts: t.counts}})
	if e.temper == final {
		e.sent = nil
	}
	c.deliver(name, t.body, e, nil)
}

// answerOptixPage: pages are numbered from 1.
func (c *exchange) answerOptixPage(name string, q url.Values) {
	asked, n, size := q.Get("severity"), number(q, "page"), c.source.size
	all := c.source.now(c.v.now(), func(a stocked) bool { return asked == "" || a.label.severity == asked })
	write, tables := c.alertItem, [][]lie[*pageText]{pagingLies(), listLies(), optixLies()}
	if c.call == callSearch {
		write, tables = hitItem, [][]lie[*pageText]{pagingLies(), listLies()}
	}
	p := c.newPage(all, "data", (n-1)*size, write)
	pages := (len(all) + size - 1) / size
	p.sent.list, p.sent.first, p.sent.pages, p.sent.last = asked, n-1, pages, n >= pages
	put(object{"currentPage": n, "hasNext": n < pages, "totalPages": pages})(c, p.body)
	c.deliverPage(name, p, tables...)
}

// alertItem is an alert of Cloud Optix.
func (c *exchange) alertItem(a stocked) any {
	o := object{
		"id": "o-" + a.id, "alertId": a.id, "accountId": "288", "alertSummary": "Ensure that " + a.id + " is safe",
		"alertDetails": "found with " + c.secret(), "criticalLevel": a.word, "state": "OPEN", "firstSeen": "2000-01-01T00:00:00Z",
	}
	if a.closed {
		o["state"] = "SUPPRESS"
	}
	if a.word == "" {
		o["criticalLevel"] = nil
	}
	return o
}

func hitItem(a stocked) any {
	return object{"id": "h-" + a.id, "name": a.id, "accountId": "288", "region": "eu-central-1"}
}

// answerZPC: pages are numbered from 1, and say only how many items there are.
func (c *exchange) answerZPC(name string, n int) {
	list, _, _ := strings.Cut(c.subject, " ")
	all := c.source.now(c.v.now(), func(a stocked) bool { return a.list == list })
	p := c.newPage(all, "alerts", n*c.source.size, func(a stocked) any {
		return object{
			"alert_id": a.id, "alert_status": openOr(a, "OPEN", "CLOSED"), "severity": a.word, "alert_description": "found with " + c.secret(),
			"policy":         object{"policy_id": "p-1", "policy_name": "no open buckets"},
			"cloud_resource": object{"resource_id": "r-" + a.id, "resource_region": "eu-central-1"}, "updated_by": personOf(a.id),
		}
	})
	next, more := any(nil), (n+1)*c.source.size < len(all)
	if more {
		next = "https://" + elsewhere + "/v1/alerts?offset=" + strconv.Itoa(n+2)
	}
	p.sent.list, p.sent.first, p.sent.total, p.sent.last = list, n, len(all), !more
	put(object{"total_count": len(all), "next_link": next})(c, p.body)
	c.deliverPage(name, p, listLies(), totalLies(), zpcLies())
}

func openOr(a stocked, open, closed string) string {
	if a.closed {
		return closed
	}
	return open
}

// answerIoT: pages begin at an item. A portal that names its API leaves the total out, and
// has keys that end in an apostrophe.
func (c *exchange) answerIoT(name string, from int) {
	severity := "severity"
	if c.source.variant {
		severity += "'"
	}
	all := c.source.now(c.v.now(), func(stocked) bool { return true })
	p := c.newPage(all, "items", from, func(a stocked) any {
		return object{"id": a.id, severity: a.word, "name": "found with " + c.secret(), "resolved": openOr(a, "no", "yes"), "deviceid": "d-" + a.id}
	})
	p.sent.first = from
	if c.source.variant {
		p.body["api"], p.sent.last = "/pub/v4.0/alert/list", p.endsIoT()
		c.deliverPage(name, p, listLies(), iotLies())
		return
	}
	p.body["total"], p.sent.total = len(all), len(all)
	p.sent.last = p.endsIoT()
	c.deliverPage(name, p, listLies(), totalLies(), iotLies())
}

// answerWorkflow: pages are numbered from 0.
func (c *exchange) answerWorkflow(name string, n int) {
	all := c.source.now(c.v.now(), func(stocked) bool { return true })
	p := c.newPage(all, "incidents", n*c.source.size, func(a stocked) any {
		return object{
			"internalId": a.id, "severity": a.word, "status": openOr(a, "NEW", "RESOLVED"), "integrationType": "found with " + c.secret(),
			"userInfo": object{"email": personOf(a.id)}, "matchingPolicies": object{"rules": []any{object{"name": "no cards to " + personOf(a.id)}}},
		}
	})
	pages := (len(all) + c.source.size - 1) / c.source.size
	p.sent.first, p.sent.total, p.sent.pages, p.sent.last = n, len(all), pages, n+1 >= pages
	p.body["cursor"] = object{"totalElements": len(all), "totalPages": pages, "currentPageNumber": n}
	c.deliverPage(name, p, listLies(), workflowLies())
}

// answerNetskope: pages begin at an item, and say nothing of the list.
func (c *exchange) answerNetskope(name string, from int) {
	key := map[string]string{callNetskope: "result", callOldSkope: "data"}[c.call]
	all := c.source.now(c.v.now(), func(stocked) bool { return true })
	p := c.newPage(all, key, from, func(a stocked) any {
		return object{
			"_id": a.id, "severity": a.word, "alert_name": "no cards to " + personOf(a.id), "alert_type": "DLP", "user": personOf(a.id),
			"acked": openOr(a, "false", "true"), "app": "found with " + c.secret(),
		}
	})
	p.sent.first = from
	if c.call == callOldSkope {
		p.body["status"], p.body["msg"] = oneOf(c.dice, "success", "Success"), ""
		c.deliverPage(name, p, listLies(), netskopeLies(), oldSkopeLies())
		return
	}
	p.body["ok"] = any(1)
	if c.source.variant {
		p.body["ok"] = true
	}
	c.deliverPage(name, p, listLies(), netskopeLies(), newSkopeLies())
}

// tokenField is the key of a token.
func (c *exchange) tokenField() string {
	if c.call == callGrant {
		return "access_token"
	}
	return "token"
}

// secret is the one that a server may echo.
func (c *exchange) secret() string {
	if c.source != nil && c.source.own() {
		return c.source.secret
	}
	return c.v.key
}

// documented is the status of a success.
func (c *exchange) documented() int {
	if c.call == callToken {
		return http.StatusCreated
	}
	return http.StatusOK
}

// posts reports whether a call is a POST.
func posts(call string) bool {
	return slices.Contains(append(submissions(), callToken, callWorkflow, callGrant, callOldSkope), call)
}

// steady are the dice of a call, the same for all its attempts.
func (c *exchange) steady() dice { return newDice(c.v.s.seed, "steady", c.call) }
