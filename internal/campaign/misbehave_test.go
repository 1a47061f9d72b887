package campaign

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// respond answers as the rule for this attempt says, or as the service does.
func (c *exchange) respond() {
	name := ""
	if c.rule != nil {
		name = c.rule.fault
	}
	switch name {
	case "reset":
		c.fail(c.reset)
	case "hang":
		c.fail(func() { <-c.r.Context().Done() })
	case "very-slow":
		c.fail(func() { c.pause(c.dice.span(61*time.Second, 2*time.Minute)) })
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
	if status, err := strconv.Atoi(name); err == nil {
		c.fail(func() { c.send(status, "text/plain", "status "+name+" for "+c.v.s.key) })
		return
	}
	bodies := map[string]string{"garbage": `{"taskId": nope}`, "half-json": `{"taskId":"t","scan_id":"s","status":"compl`, "empty": "", "null": "null", "array": "[]"}
	switch body, ok := bodies[name]; {
	case ok:
		c.fail(func() { c.send(http.StatusOK, "application/json", body) })
	case name == "endless", name == "drip":
		c.fail(func() { c.pour(name == "drip") })
	default:
		c.serve(name)
	}
}

// fail does the rule's fault and notes it: one that takes long has not happened
// before the client gave up.
func (c *exchange) fail(how func()) {
	how()
	e := event{what: c.rule.fault, temper: c.rule.temper}
	if e.temper == final || e.temper == fatal {
		e.blames = c.rows
	}
	if c.rule.fault == "redirect-loop" && c.r.Method == http.MethodGet && !c.lastLoop() {
		e.temper = waiting
	}
	if c.rule.fault == "413" && len(c.files) > 1 {
		e.blames, e.temper = nil, waiting // the client may halve it
	}
	c.note(e)
}

// lastLoop is true at every fourth redirect on end: the client follows three.
func (c *exchange) lastLoop() bool {
	c.v.mu.Lock()
	defer c.v.mu.Unlock()
	c.work.loops++
	return c.work.loops%4 == 0
}

func (c *exchange) redirect(name string) {
	where := map[string]string{
		"redirect-away":  "http://" + elsewhere + "/collect?key=" + c.v.s.key,
		"redirect-loop":  c.r.URL.String(),
		"redirect-login": "/gateway/login",
	}
	c.w.Header().Set("Location", where[name])
	c.send(oneOf(c.dice, http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect), "text/plain", "moved")
}

func (c *exchange) later(name string) {
	after, status := "", http.StatusTooManyRequests
	switch name {
	case "429-seconds":
		after = fmt.Sprint(c.dice.between(0, 40))
	case "429-date":
		after = time.Now().Add(c.dice.span(-time.Minute, 40*time.Second)).UTC().Format(http.TimeFormat)
	case "429-absurd":
		after = oneOf(c.dice, "99999999999999999999", "-5", "soon", "86400", "Mon, 01 Jan 0001 00:00:00 GMT", "1e3")
	case "503-soon":
		after, status = fmt.Sprint(c.dice.between(1, 5)), http.StatusServiceUnavailable
	}
	c.w.Header().Set("Retry-After", after)
	c.send(status, "application/json", `{"message":"slow down"}`)
}

func (c *exchange) refuse(name string) {
	key := c.v.s.key
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
	text := `{"alerts":[],"x":"`
	for {
		if _, err := io.WriteString(c.w, text); err != nil || http.NewResponseController(c.w).Flush() != nil {
			return
		}
		text = filler
		if drip {
			text = "y"
			select {
			case <-c.r.Context().Done():
				return
			case <-time.After(7 * time.Second):
			}
		}
	}
}

const filler = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"

// cut sends a part of an answer and breaks off.
func (c *exchange) cut(body string, chunked bool) {
	c.w.Header().Set("Content-Type", "application/json")
	if !chunked {
		c.w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	}
	_, _ = io.WriteString(c.w, body[:c.dice.IntN(len(body))])
	_ = http.NewResponseController(c.w).Flush()
	if conn, ok := c.r.Context().Value(connKey{}).(*serverConn); ok && c.dice.chance(50) {
		_ = conn.Close()
		return
	}
	c.reset()
}

// tell delivers a whole answer: commit is done, and the event kept, only where
// the client took all of it.
func (c *exchange) tell(name, body string, e event, commit func()) {
	switch name {
	case "cut", "cut-chunked":
		c.fail(func() { c.cut(body, name == "cut-chunked") })
		return
	case "reset-late":
		c.fail(c.reset)
		return
	}
	if !c.send(http.StatusOK, "application/json", body) {
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
