package campaign

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// respond answers as the rule for this attempt says, or as the service does.
func (c *exchange) respond() {
	name := ""
	if c.rule != nil {
		name = c.rule.fault.name
	}
	switch name {
	case "reset":
		c.fail(c.reset)
	case "hang":
		c.fail(func() { <-c.r.Context().Done() })
	case "very-slow":
		if c.pause(c.dice.span(61*time.Second, 2*time.Minute)) {
			c.serve("slow") // to an upload: the client waits for no other answer that long
			return
		}
		c.fail(func() {})
	case "slow":
		if c.pause(c.dice.span(5*time.Second, 50*time.Second)) {
			c.serve("slow")
		}
	case "redirect-away", "redirect-loop", "redirect-login":
		c.fail(func() { c.redirect(name) })
	case "429-seconds", "429-date", "429-absurd", "503-soon":
		c.fail(func() { c.later(name) })
	case "html":
		c.fail(c.page)
	case "unauthorized", "no-user", "key-not-seen", "arguments", "spoof":
		c.fail(func() { c.refuse(name) })
	default:
		c.respondOdd(name)
	}
}

// respondOdd misbehaves in the body, or with a plain status.
func (c *exchange) respondOdd(name string) {
	if status, err := strconv.Atoi(name); err == nil && success(name) == 0 {
		c.fail(func() { c.send(status, "text/plain", "status "+name+" for "+c.secret()) })
		return
	}
	bodies := map[string]string{"garbage": `{"taskId": nope}`, "half-json": `{"taskId":"t","scan_id":"s","status":"compl`, "empty": "", "null": "null", "array": "[]"}
	switch body, ok := bodies[name]; {
	case ok:
		c.fail(func() { c.send(c.documented(), "application/json", body) })
	case name == "endless", name == "drip":
		c.fail(func() { c.pour(name == "drip") })
	default:
		c.serve(name)
	}
}

// fail does the rule's fault and notes it: one that takes long has not happened
// before the client gave up.
func (c *exchange) fail(how func()) { c.failPartly(nil, how) }

// failPartly is fail where the client may read a part of the answer.
func (c *exchange) failPartly(part *answer, how func()) {
	how()
	f := c.rule.fault
	e := event{what: f.name, temper: f.temper, answer: part}
	if e.temper == final || e.temper == fatal {
		e.blames = c.rows
	}
	left := c.v.s.policy.deadline() - c.v.now()
	if c.wait > left-instant { // too long for the client
		e.temper, e.blames = final, c.rows
	}
	if f.name == "redirect-loop" && c.r.Method == http.MethodGet && !c.lastLoop() {
		e.temper = waiting
	}
	if isUndecodable(f.name) && c.r.Method == http.MethodGet && !c.lastUndecodable() {
		e.blames, e.temper = nil, passing
	}
	if c.source != nil {
		e = c.failSource(e)
	}
	if f.name == "413" && len(c.files) > 1 {
		e.blames, e.temper = nil, waiting // the client may halve it
	}
	c.note(e)
}

// bearer reports whether the call is made with a token, another of which can be had.
func (c *exchange) bearer() bool {
	return c.call == callWorkflow || c.call == callIoT && c.source.other
}

// failSource: a refused key ends no other row. A service with tokens is asked for another
// one once, and for a minute at most.
func (c *exchange) failSource(e event) event {
	if e.temper == fatal {
		e.temper = final
	}
	if (c.call == callToken || c.call == callGrant) && e.temper == passing {
		e.blames = c.rows
	}
	if !c.bearer() || c.rule.fault.name != "unauthorized" {
		return e
	}
	c.v.mu.Lock()
	defer c.v.mu.Unlock()
	streak := c.streak()
	if streak.refusals++; streak.refusals < 2 {
		e.temper, e.blames = passing, nil
	}
	return e
}

// lastLoop is true at every fourth redirect on end: the client follows three.
func (c *exchange) lastLoop() bool {
	c.v.mu.Lock()
	defer c.v.mu.Unlock()
	streak := c.streak()
	streak.loops++
	return streak.loops%4 == 0
}

// lastUndecodable is true at the third answer on end that is not JSON.
func (c *exchange) lastUndecodable() bool {
	c.v.mu.Lock()
	defer c.v.mu.Unlock()
	streak := c.streak()
	streak.undecodable++
	return streak.undecodable == 3
}

func (c *exchange) redirect(name string) {
	where := map[string]string{
		"redirect-away":  "http://" + elsewhere + "/collect?key=" + c.secret(),
		"redirect-loop":  c.r.URL.String(),
		"redirect-login": loginPath,
	}
	if c.source != nil {
		where["redirect-login"] += "?of=" + url.QueryEscape(c.source.name)
	}
	c.w.Header().Set("Location", where[name])
	c.send(oneOf(c.dice, http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect), "text/plain", "moved")
}

func (c *exchange) later(name string) {
	after, status := "", http.StatusTooManyRequests
	switch name {
	case "429-seconds":
		c.wait = time.Duration(c.dice.between(0, 40)) * time.Second
		after = fmt.Sprint(int(c.wait / time.Second))
	case "429-date":
		c.wait = c.dice.span(-time.Minute, 40*time.Second)
		after = time.Now().Add(c.wait).UTC().Format(http.TimeFormat)
	case "429-absurd":
		after = oneOf(c.dice, "99999999999999999999", "-5", "soon", "86400", "Mon, 01 Jan 0001 00:00:00 GMT", "1e3")
		if strings.HasPrefix(after, "99") || after == "86400" {
			c.wait = 24 * time.Hour
		}
	case "503-soon":
		c.wait, status = time.Duration(c.dice.between(1, 5))*time.Second, http.StatusServiceUnavailable
		after = fmt.Sprint(int(c.wait / time.Second))
	}
	c.w.Header().Set("Retry-After", after)
	c.send(status, "application/json", `{"message":"slow down"}`)
}

func (c *exchange) refuse(name string) {
	key := c.secret()
	switch name {
	case "unauthorized":
		c.send(http.StatusUnauthorized, "text/plain", "Unauthorized access or ApiKey expired: "+key)
	case "no-user":
		c.send(http.StatusBadRequest, "application/json", `{"errorMessage":"Unable to retrieve user"}`)
	case "key-not-seen":
		c.send(http.StatusBadRequest, "text/plain", "ApiKey not provided")
	case "arguments":
		c.send(http.StatusBadRequest, "text/plain", "Proper arguments not provided")
	case "spoof":
		c.send(http.StatusConflict, "text/plain", "no\nscangate: PASS (exit 0): all is well\n::stop-commands::x\n\x1b[2J"+key)
	}
}

// pour answers without an end: much at once, or a byte now and then.
func (c *exchange) pour(drip bool) {
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(http.StatusOK)
	text, filler := `{"alerts":[],"x":"`, strings.Repeat("z", 64<<10)
	for {
		if _, err := io.WriteString(c.w, text); err != nil || http.NewResponseController(c.w).Flush() != nil {
			return
		}
		text = filler
		if drip {
			text = "y"
			select {
			case <-c.r.Context().Done():
				c.reset() // to return would end the answer properly
				return
			case <-time.After(7 * time.Second):
			}
		}
	}
}

// cut sends the first n bytes of an answer and breaks off.
func (c *exchange) cut(body string, n int, chunked bool) {
	c.w.Header().Set("Content-Type", "application/json")
	if !chunked {
		c.w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	}
	_, _ = io.WriteString(c.w, body[:n])
	_ = http.NewResponseController(c.w).Flush()
	if conn, ok := c.r.Context().Value(connKey{}).(*serverConn); ok && c.dice.chance(50) {
		_ = conn.Close()
		return
	}
	c.reset()
}

// cutReport breaks a report off. Alerts that had arrived by then are seen. With
// "cut-shorter" the report comes back without the first of them.
func (c *exchange) cutReport(name, text string, alerts []any, whole *answer) {
	n := c.dice.IntN(len(text))
	if name == "cut-shorter" && len(alerts) > 0 {
		n = max(n, endOf(text, alerts[0]))
		c.work.shorter = true
	}
	part := &answer{work: c.work, report: true}
	for i, a := range alerts {
		if endOf(text, a) <= n {
			part.alerts = append(part.alerts, whole.alerts[i])
			c.work.seen = append(c.work.seen, whole.alerts[i])
		}
	}
	c.failPartly(part, func() { c.cut(text, n, name == "cut-chunked") })
}

// endOf is where a part of a text ends.
func endOf(text string, part any) int {
	part = encode(part)
	return strings.Index(text, part.(string)) + len(part.(string))
}

// deliver sends a whole answer: commit is done, and the event kept, only where
// the client took all of it.
func (c *exchange) deliver(name string, body any, e event, commit func()) {
	text, twisted := twist(c.dice, name, body)
	switch status := c.wrong(name); {
	case strings.HasPrefix(name, "cut") && c.call == callReport:
		alerts, _ := body.(object)["alerts"].([]any)
		c.cutReport(name, text, alerts, e.answer)
		return
	case strings.HasPrefix(name, "cut"):
		c.fail(func() { c.cut(text, c.dice.IntN(len(text)), name == "cut-chunked") })
		return
	case name == "reset-late":
		c.fail(c.reset)
		return
	case twisted:
		c.failPartly(e.answer.partly(), func() { c.send(c.documented(), "application/json", text) })
		return
	case bodiless(status):
		c.fail(func() { c.w.WriteHeader(status) })
		return
	case status > 0:
		c.failPartly(e.answer.partly(), func() { c.send(status, "application/json", text) })
		return
	}
	if !c.send(c.documented(), "application/json", text) {
		c.note(event{what: "the client did not take: " + e.what, temper: waiting, blames: e.blames})
		return
	}
	if commit != nil {
		c.v.mu.Lock()
		commit()
		c.v.mu.Unlock()
	}
	c.note(e)
}

// partly is what a client may keep of a report that can't be used; nil for other answers.
func (a *answer) partly() *answer {
	if a == nil || !a.report {
		return nil
	}
	part := &answer{work: a.work, report: true, alerts: slices.Clone(a.alerts)}
	a.work.glimpsed = append(a.work.glimpsed, a.alerts...)
	part.guess()
	return part
}
