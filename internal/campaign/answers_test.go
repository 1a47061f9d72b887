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
	switch c.call {
	case callIaC:
		c.takeTemplates(name)
	case callDockerfiles, callNames:
		c.takeImages(name)
	case callStatus:
		c.tellStatus(name)
	case callReport:
		c.tellReport(name)
	case callTask:
		c.tellTask(name)
	}
}

// odd marks an event as the work of the rule.
func (c *exchange) odd(e event) event {
	e.what, e.temper = e.what+c.rule.fault, c.rule.temper
	if e.temper == final {
		e.blames = c.rows
	}
	return e
}

// make stores a new scan or task. Its id depends on what was submitted and how
// often, and on nothing else.
func (c *exchange) make(kind string, foreign bool) *work {
	c.v.mu.Lock()
	defer c.v.mu.Unlock()
	n := 1
	d := newDice(c.v.s.seed, "work", kind, c.call, c.subject)
	id := fmt.Sprintf("%s-%08x", kind, d.Uint32())
	for c.v.works[fmt.Sprintf("%s-%d", id, n)] != nil {
		n++
	}
	k := &work{id: fmt.Sprintf("%s-%d", id, n), call: c.call, subject: c.subject, files: c.files, foreign: foreign}
	if c.rule != nil && c.rule.fault == "number-id" {
		k.id = fmt.Sprint(d.Uint32()>>4*1000 + uint32(n))
	}
	if c.call == callNames {
		k.names = strings.Split(c.subject, ",")
	}
	k.ready = c.v.now() + newDice(c.v.s.seed, "takes", c.subject, n).span(0, c.v.s.slow)
	if foreign {
		k.asked = c.rows
	}
	c.v.works[k.id] = k
	return k
}

// tooMany is the limit of what an upload may hold.
func (c *exchange) tooMany() bool {
	most := c.v.s.files
	if most == 0 || len(c.files) <= most {
		return false
	}
	c.send(http.StatusRequestEntityTooLarge, "text/html", "<html><title>413 Request Entity Too Large</title></html>")
	e := event{what: "413: too many files", temper: waiting}
	c.note(e)
	return true
}

func (c *exchange) takeTemplates(name string) {
	if c.tooMany() {
		return
	}
	k := c.make("scan", false)
	body, e := object{"scan_id": c.idValue(k)}, event{what: "scan " + k.id + " "}
	sound := func() { k.told, k.ours = c.v.now(), true }
	switch name {
	case "no-id", "null-id", "blank-id":
		e, sound = c.odd(e), nil
		breakID(body, "scan_id", name)
	case "summary":
		e.what += name
		body["summary"] = object{"num_critical_alerts": "1", "num_high_alerts": 0, "num_medium_alerts": 0, "num_low_alerts": 2}
	case "number-id":
		e = c.odd(e)
	default:
		if c.dice.chance(50) {
			body["summary"] = nil
		}
	}
	c.tell(name, encode(body), e, sound)
}

func breakID(body object, field, how string) {
	switch how {
	case "no-id":
		delete(body, field)
	case "null-id":
		body[field] = nil
	case "blank-id":
		body[field] = " "
	}
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
		c.tellDuplicate(name, c.make("other", true))
		return
	case "duplicate-without-id":
		c.tellDuplicate(name, nil)
		return
	case "quota", "quota-as-text":
		full := map[string]any{"quota": true, "quota-as-text": "true"}
		c.tell(name, encode(object{"taskId": nil, "duplicate": false, "quotaFull": full[name]}), c.odd(event{}), nil)
		return
	}
	if k := c.busy(); k != nil {
		c.v.mu.Lock()
		k.asked = c.rows
		c.v.mu.Unlock()
		c.tellDuplicate(name, k)
		return
	}
	k := c.make("task", false)
	body, e := object{"taskId": c.idValue(k), "duplicate": false, "quotaFull": false}, event{what: "task " + k.id + " "}
	sound := func() { k.told, k.ours = c.v.now(), true }
	switch name {
	case "no-id", "null-id", "blank-id":
		e, sound = c.odd(e), nil
		breakID(body, "taskId", name)
	case "number-id":
		e = c.odd(e)
	}
	c.tell(name, encode(body), e, sound)
}

func (c *exchange) tellDuplicate(name string, k *work) {
	body, e := object{"duplicate": true, "quotaFull": false}, event{what: "duplicate-without-id", temper: waiting}
	if k != nil {
		body["taskId"] = c.idValue(k)
		e.what = "duplicate of " + k.id
	}
	c.tell(name, encode(body), e, nil)
}

// age is how long the client has known of the work.
func (c *exchange) age() time.Duration { return c.v.now() - c.work.told }

// young is how long "neither" and "unheard of" mean not yet (DESIGN).
const young = 10 * time.Second

func (c *exchange) tellStatus(name string) {
	k := c.work
	done := c.v.now() >= k.ready
	body, e := object{"processing_ongoing": !done, "success": done, "error": ""}, event{what: fmt.Sprintf("done %t ", done)}
	switch name {
	case "neither", "unheard-of":
		e = c.odd(e)
		if c.age() >= young {
			e.temper, e.blames = final, c.rows
		}
		body["processing_ongoing"], body["success"] = false, false
		if name == "unheard-of" {
			c.send(http.StatusBadRequest, "text/plain", "Unable to find the scan you requested")
			c.note(e)
			return
		}
	case "ongoing":
		e, body["processing_ongoing"], body["success"] = c.odd(e), true, false
	case "flags-as-text":
		e, body["processing_ongoing"], body["success"] = c.odd(e), fmt.Sprint(!done), fmt.Sprint(done)
	case "other-spelling":
		e, body = c.odd(e), object{"process_ongoing": !done, "success": done}
	case "no-flags":
		e, body = c.odd(e), object{"error": nil}
	case "null-flags":
		e, body = c.odd(e), object{"processing_ongoing": nil, "success": nil}
	case "odd-flags":
		e, body["processing_ongoing"] = c.odd(e), "perhaps"
	case "failed-why":
		e, body = c.odd(e), object{"processing_ongoing": false, "success": false, "error": "no template in it; key " + c.v.s.key}
	}
	c.tell(name, encode(body), e, func() {
		k.success = k.success || done && (e.temper == "" || e.temper == harmless)
	})
}
