package campaign

import (
	"fmt"
	"strings"
)

// statusLies are those of the status of a scan.
func statusLies() []lie[object] {
	const ongoing, success, why = "processing_ongoing", "success", "error"
	return []lie[object]{
		{"neither", waiting, "", put(object{ongoing: false, success: false})},
		{"unheard-of", waiting, "", nil}, // status 400
		{"ongoing", waiting, "", put(object{ongoing: true, success: false})},
		{"flags-as-text", harmless, "", func(_ *exchange, body object) {
			body[ongoing], body[success] = fmt.Sprint(body[ongoing]), fmt.Sprint(body[success])
		}},
		{"other-spelling", harmless, "", func(_ *exchange, body object) {
			body["process_ongoing"] = body[ongoing]
			delete(body, ongoing)
		}},
		{"no-flags", final, "", without(ongoing, success)},
		{"null-flags", final, "", put(object{ongoing: nil, success: nil})},
		{"odd-flags", final, "", drawn(ongoing, "perhaps", 0, "")},
		{"no-success", final, "", func(_ *exchange, body object) {
			body[ongoing] = false
			delete(body, success)
		}},
		{"null-success", final, "", put(object{ongoing: false, success: nil})},
		{"failed-why", final, "", func(c *exchange, body object) {
			body[ongoing], body[success], body[why] = false, false, "no template in it; key "+c.v.s.key
		}},
		{"status-errors", final, "", put(object{"errors": []any{"internal"}})},
		{"status-other-scan", final, "", func(c *exchange, body object) {
			body[oneOf(c.dice, "scan_id", "scanID")] = scanOfOthers
		}},
		{"success-with-error", final, "success-with-error", func(c *exchange, body object) {
			body[ongoing], body[success] = false, true
			body[why] = oneOf[any](c.dice, "1 of 1 files could not be parsed", object{"code": 7}, []any{"x"})
		}},
	}
}

// scanOfOthers is the id of a scan that the client knows nothing of.
const scanOfOthers = "scan-of-others"

// report is a detailed report that is about to be sent.
type report struct {
	body   object
	answer *answer // what the oracle is to make of it
}

func (r *report) alerts() []any { return r.body["alerts"].([]any) }

// lost makes a report unreadable. The client may have read alerts in it.
func (r *report) lost(body object) {
	r.body = body
	r.answer.guess()
}

// reportLies are those of a detailed report as a whole.
func reportLies() []lie[*report] {
	top := func(members object) func(*exchange, *report) {
		return func(c *exchange, r *report) { put(members)(c, r.body) }
	}
	stranger := object{"scanID": scanOfOthers, "criticalLevel": "CRITICAL", "alertSummary": "Ensure that stranger is safe", "alertDetails": "Others' (Ref: x, File: y.tf)"}
	return []lie[*report]{
		{"report-same-scan", harmless, "", func(c *exchange, r *report) {
			put(object{oneOf(c.dice, "scan_id", "scanID"): c.idValue(c.work), "error": nil, "success": true, "hasNext": false})(c, r.body)
		}},
		{"report-unsuccessful", final, "", top(object{"success": false})},
		{"report-errors", final, "", top(object{"errors": []any{"internal"}})},
		{"report-has-next", final, "", top(object{"hasNext": true})},
		{"report-pages", final, "", top(object{"totalPages": 5, "hasNext": false})},
		{"report-ongoing", final, "", top(object{"processing_ongoing": true})},
		{"report-other-scan", final, "", func(c *exchange, r *report) {
			r.body[oneOf(c.dice, "scan_id", "scanID")] = scanOfOthers
			r.answer.guess()
		}},
		{"report-error", final, "report-error", func(c *exchange, r *report) {
			r.body["error"] = oneOf[any](c.dice, "report not ready", object{"code": 7})
		}},
		{"other-alert", final, "", func(_ *exchange, r *report) { r.body["alerts"] = append(r.alerts(), stranger) }},
		{"other-report", final, "", func(_ *exchange, r *report) { r.body["alerts"], r.answer.alerts = []any{stranger}, nil }},
		{"no-alerts", final, "", func(_ *exchange, r *report) { r.lost(object{"message": "done"}) }},
		{"null-alerts", final, "", func(_ *exchange, r *report) { r.lost(object{"alerts": nil}) }},
		{"object-alerts", final, "", func(_ *exchange, r *report) { r.lost(object{"alerts": object{"list": r.alerts()}}) }},
		{"null-alert", final, "", func(_ *exchange, r *report) { r.lost(object{"alerts": append(r.alerts(), nil)}) }},
		{"unknown-scan", final, "", nil}, // status 400
		{"cut-shorter", final, "", nil},  // see cutReport
	}
}

// alertText is an alert of a report that is about to be sent. word is its severity; dice are
// the same at each attempt.
type alertText struct {
	dice dice
	body object
	word string
}

// alertLies are those of the alerts of a report.
func alertLies() []lie[*alertText] {
	const level = "criticalLevel"
	say := func(word string, value any) func(*exchange, *alertText) {
		return func(_ *exchange, a *alertText) { a.word, a.body[level] = word, value }
	}
	return []lie[*alertText]{
		{"odd-severity", harmless, "", func(c *exchange, a *alertText) {
			word := oneOf(a.dice, "SEVERE", "blocker", "P1")
			say(word, word)(c, a)
		}},
		{"no-severity", harmless, "", func(_ *exchange, a *alertText) {
			a.word = ""
			delete(a.body, level)
		}},
		{"null-severity", harmless, "", say("", nil)},
		{"number-severity", harmless, "", say("3", 3)},
		{"lower-case", harmless, "", func(_ *exchange, a *alertText) { a.body[level] = strings.ToLower(a.word) }},
		{"no-scan-id", harmless, "", func(_ *exchange, a *alertText) { delete(a.body, "scanID") }},
	}
}
