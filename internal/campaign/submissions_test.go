package campaign

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// object is a JSON object that is to be written.
type object = map[string]any

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// serve answers; name is the rule's fault in what is said, "" for none.
func (c *exchange) serve(name string) {
	if c.source != nil {
		c.answerSource(name)
		return
	}
	switch c.call {
	case callIaC:
		c.takeTemplates(name)
	case callDockerfiles, callNames:
		c.takeImages(name)
	case callStatus:
		c.answerStatus(name)
	case callReport:
		c.answerReport(name)
	case callTask:
		c.answerTask(name)
	}
}

// odd marks an event as the work of the rule.
func (c *exchange) odd(e event) event {
	f := c.rule.fault
	e.what += f.name
	if f.tolerate != "" {
		return c.contradict(e, f.tolerate)
	}
	e.temper = f.temper
	if e.temper != final {
		return e
	}
	e.blames = c.rows
	if e.answer != nil {
		e.answer.sound = false
	}
	return e
}

// contradict marks an event as a contradiction, which is not an answer unless it is tolerated.
func (c *exchange) contradict(e event, kind string) event {
	if slices.Contains(c.v.s.policy.tolerate, kind) {
		e.tolerated = kind
		if e.temper == "" {
			e.temper = harmless
		}
		return e
	}
	e.temper, e.blames = final, c.rows
	if e.answer != nil {
		e.answer.sound = false
	}
	return e
}

// make stores a new scan or task. Its id depends on what was submitted and how
// often, and on nothing else.
func (c *exchange) make(kind string, stranger bool) *work {
	c.v.mu.Lock()
	defer c.v.mu.Unlock()
	n := 1
	d := newDice(c.v.s.seed, "work", kind, c.call, c.subject)
	id := fmt.Sprintf("%s-%08x", kind, d.Uint32())
	for c.v.works[fmt.Sprintf("%s-%d", id, n)] != nil {
		n++
	}
	k := &work{id: fmt.Sprintf("%s-%d", id, n), call: c.call, subject: c.subject, files: c.files, stranger: stranger}
	if c.rule != nil && c.rule.fault.name == "number-id" {
		k.id = fmt.Sprint(d.Uint32()>>4*1000 + uint32(n))
	}
	if c.call == callNames {
		k.names = strings.Split(c.subject, ",")
	}
	k.ready = c.v.now() + newDice(c.v.s.seed, "takes", c.subject, n).span(0, c.v.s.slow)
	if stranger {
		k.asked = c.rows
	}
	c.v.works[k.id] = k
	return k
}

// accept makes the work the client's own, from the moment that it has the id.
func (c *exchange) accept(k *work) func() {
	return func() { k.since, k.ours, k.known = c.v.now(), true, true }
}

// tooMany is the limit of what an upload may hold.
func (c *exchange) tooMany() bool {
	most := c.v.s.files
	if most == 0 || len(c.files) <= most {
		return false
	}
	c.send(http.StatusRequestEntityTooLarge, "text/html", "<html><title>413 Request Entity Too Large</title></html>")
	c.note(event{what: "413: too many files", temper: waiting})
	return true
}

func (c *exchange) takeTemplates(name string) {
	if c.tooMany() {
		return
	}
	body := object{}
	if c.dice.chance(50) {
		body["summary"] = nil
	}
	k := c.make("scan", false)
	e := tell(c, name, templateLies(), &submitted{body, k}, event{what: "scan " + k.id + " "})
	c.start(name, body, k, e)
}

// start answers that a scan or task has begun. The client has its id where the answer can be
// used.
func (c *exchange) start(name string, body object, k *work, e event) {
	body[c.idField()] = c.idValue(k)
	accept := c.accept(k)
	if other := c.other(k); name != "same-id" || other != nil {
		e = tell(c, name, submissionLies(), body, e)
		if name == "same-id" {
			body[c.idField()], accept = c.idValue(other), func() { other.clash = true }
		}
	}
	if e.temper == final && name != "same-id" {
		accept = nil
	}
	c.deliver(name, body, e, accept)
}

// idField is the key of a submission's id.
func (c *exchange) idField() string {
	if c.call == callIaC {
		return "scan_id"
	}
	return "taskId"
}

// other is another scan or task that the client has the id of; nil without one. It forgets
// the tasks of an earlier run when they are done.
func (c *exchange) other(k *work) *work {
	c.v.mu.Lock()
	defer c.v.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(c.v.works)) {
		o := c.v.works[id]
		forgotten := o.earlier && o.call != callIaC
		if o != k && o.ours && !forgotten && (o.call == callIaC) == (k.call == callIaC) && o.subject != k.subject {
			return o
		}
	}
	return nil
}

// idValue is the id as a text or, by rule, as a number.
func (c *exchange) idValue(k *work) any {
	if strings.HasPrefix(k.id, "scan-") || strings.HasPrefix(k.id, "task-") || strings.HasPrefix(k.id, "other-") {
		return k.id
	}
	return json.Number(k.id)
}

// busy is the unfinished work that a submission would be a duplicate of:
// Dockerfiles by repository and branch, names by repository and images.
func (c *exchange) busy() *work {
	c.v.mu.Lock()
	defer c.v.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(c.v.works)) {
		k := c.v.works[id]
		if k.call == c.call && k.ready > c.v.now() && (c.call == callDockerfiles || k.subject == c.subject) {
			return k
		}
	}
	return nil
}

func (c *exchange) takeImages(name string) {
	if c.tooMany() {
		return
	}
	switch name {
	case "duplicate":
		c.answerDuplicate(name, c.make("other", true))
		return
	case "duplicate-without-id":
		c.answerDuplicate(name, nil)
		return
	}
	body := object{"duplicate": false, "quotaFull": false}
	if _, ok := rowOf(quotaLies(), name); ok {
		body["taskId"] = c.make("task", false).id
		c.deliver(name, body, tell(c, name, quotaLies(), body, event{}), nil)
		return
	}
	if k := c.busy(); k != nil {
		c.v.mu.Lock()
		k.asked = c.rows
		c.v.mu.Unlock()
		c.answerDuplicate(name, k)
		return
	}
	k := c.make("task", false)
	c.start(name, body, k, event{what: "task " + k.id + " "})
}

func (c *exchange) answerDuplicate(name string, k *work) {
	body, e := object{"duplicate": true, "quotaFull": false}, event{what: "duplicate-without-id", temper: waiting}
	if k != nil {
		body["taskId"] = c.idValue(k)
		e.what = "duplicate of " + k.id
	}
	c.deliver(name, body, e, func() {
		if k != nil {
			k.known, k.polled, k.over = true, true, false // it goes on
		}
	})
}

// age is how long the client has known of the work.
func (c *exchange) age() time.Duration { return c.v.now() - c.work.since }
