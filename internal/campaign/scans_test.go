package campaign

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// young is how long "neither" and "unheard of" mean not yet (DESIGN).
const young = 10 * time.Second

func (c *exchange) answerStatus(name string) {
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
	default:
		if c.breakStatus(name, body, done) {
			e = c.odd(e)
		}
	}
	c.deliver(name, body, e, func() {
		c.over(done)
		k.success = k.success || body["processing_ongoing"] != true && done && (e.temper == "" || e.temper == harmless) || e.tolerated != ""
	})
}

// breakStatus makes a status odd, and reports whether the fault is that.
func (c *exchange) breakStatus(name string, body object, done bool) bool {
	const ongoing, success = "processing_ongoing", "success"
	switch name {
	case "ongoing":
		body[ongoing], body[success] = true, false
	case "flags-as-text":
		body[ongoing], body[success] = fmt.Sprint(!done), fmt.Sprint(done)
	case "other-spelling":
		delete(body, ongoing)
		body["process_ongoing"] = !done
	case "no-flags":
		delete(body, ongoing)
		delete(body, success)
	case "null-flags":
		body[ongoing], body[success] = nil, nil
	case "odd-flags":
		body[ongoing] = oneOf[any](c.dice, "perhaps", 0, "")
	case "no-success":
		body[ongoing] = false
		delete(body, success)
	case "null-success":
		body[ongoing], body[success] = false, nil
	case "success-with-error":
		body[ongoing], body[success], body["error"] = false, true, "1 of 1 files could not be parsed"
	case "failed-why":
		body[ongoing], body[success], body["error"] = false, false, "no template in it; key "+c.v.s.key
	default:
		return false
	}
	return true
}

// alertWord is what a criticalLevel means.
func alertWord(word string) label {
	switch low := strings.ToLower(word); low {
	case "critical", "high", "medium", "low":
		return label{severity: low}
	}
	return label{"unknown", word}
}

// answerReport reports what is wrong with each template, the same at each time.
func (c *exchange) answerReport(name string) {
	alerts, a := c.findings(c.work, name)
	if c.work.shorter {
		alerts, a.alerts = alerts[1:], a.alerts[1:]
	}
	c.breakReport(name, alerts, a)
}

// findings are the alerts of a scan.
func (c *exchange) findings(k *work, name string) ([]any, *answer) {
	a := &answer{work: k, report: true, sound: true}
	alerts := []any{}
	for _, path := range slices.Sorted(maps.Keys(k.files)) {
		if c.v.s.plan.helpers[path] {
			continue
		}
		for i := range newDice(c.v.s.seed, "alerts", path).IntN(4) {
			d := newDice(c.v.s.seed, "alert", path, i)
			if d.IntN(100) >= c.v.s.dirt {
				continue
			}
			alerts = append(alerts, c.alert(d, name, path, a))
		}
	}
	return alerts, a
}

// summarise counts the alerts of a scan by severity, or lies about them.
func (c *exchange) summarise(k *work, name string) map[string]int {
	_, a := c.findings(k, "")
	summary := a.summary()
	if name == "summary-lies" {
		severity := oneOf(c.dice, "critical", "high", "medium", "low")
		summary[severity] = oneOf(c.dice, summary[severity]+1, max(0, summary[severity]-1), summary[severity]+5)
	}
	return summary
}

// contradicts compares a report with the summary of its submission. An alert whose severity
// says nothing may be any of those that the summary counts, or none of them.
func (a *answer) contradicts(summary map[string]int) bool {
	listed, missing := a.summary(), 0
	for severity, n := range summary {
		if listed[severity] > n {
			return true
		}
		missing += n - listed[severity]
	}
	unnamed := 0
	for _, found := range a.alerts {
		if found.label.severity == "unknown" {
			unnamed++
		}
	}
	return missing > unnamed
}

func (a *answer) summary() map[string]int {
	summary := map[string]int{"critical": 0, "high": 0, "medium": 0, "low": 0}
	for _, found := range a.alerts {
		if _, ok := summary[found.label.severity]; ok {
			summary[found.label.severity]++
		}
	}
	return summary
}

func summaryBody(summary map[string]int) object {
	body := object{}
	for severity, n := range summary {
		body["num_"+severity+"_alerts"] = n
	}
	return body
}

// alert writes one alert and notes how it is to be read.
func (c *exchange) alert(d dice, name, path string, a *answer) object {
	word := oneOf(d, "CRITICAL", "HIGH", "MEDIUM", "MEDIUM", "LOW", "LOW", "LOW")
	token := fmt.Sprintf("t%016x", d.Uint64())
	body := object{"scanID": c.idValue(a.work), "criticalLevel": word, "alertSummary": "Ensure that " + token + " is safe"}
	switch name {
	case "odd-severity":
		word = oneOf(d, "SEVERE", "blocker", "P1")
		body["criticalLevel"] = word
	case "no-severity":
		word = ""
		delete(body, "criticalLevel")
	case "null-severity":
		word, body["criticalLevel"] = "", nil
	case "number-severity":
		word, body["criticalLevel"] = "3", 3
	case "lower-case":
		body["criticalLevel"] = strings.ToLower(word)
	case "no-scan-id":
		delete(body, "scanID")
	}
	refs := d.IntN(4)
	var details strings.Builder
	fmt.Fprintf(&details, "Found by %s, with the key %s.\n", oneOf(d, "policy 7", "<b>policy</b> 8", "::error::policy"), c.v.s.key)
	for i := range refs {
		fmt.Fprintf(&details, "No versioning was found: ''. AWS_S3 (Ref: %s, File: %s) branch: main\n", c.resource(d, path, i), path)
	}
	body["alertDetails"] = details.String()
	a.alerts = append(a.alerts, alertAnswer{token: token, label: alertWord(word), refs: max(1, refs)})
	return body
}

// resource names one of the file's resources, or one that nobody knows.
func (c *exchange) resource(d dice, path string, i int) string {
	if f := c.v.s.tree.file(path); f != nil && i < len(f.resources) {
		return f.resources[i]
	}
	return fmt.Sprintf("nobody_%d_%d", i, d.IntN(1000))
}

func (c *exchange) breakReport(name string, alerts []any, a *answer) {
	e, body := event{what: fmt.Sprintf("%d alerts ", len(alerts)), answer: a}, object{"alerts": alerts}
	switch name {
	case "other-alert", "other-report":
		e, body = c.otherScan(e, name, alerts, a)
	case "report-error", "report-unsuccessful", "report-has-next", "report-other-scan":
		e = c.contradictReport(name, body, e)
	case "no-alerts":
		e, body = c.noReport(e), object{"message": "done"}
	case "null-alerts":
		e, body = c.noReport(e), object{"alerts": nil}
	case "null-alert":
		e = c.noReport(e)
		body["alerts"] = append(alerts, nil)
	case "unknown-scan":
		c.send(http.StatusBadRequest, "application/json", `{"message":"Unable to find the scan you requested"}`)
		c.note(c.odd(event{}))
		return
	case "report-same-scan":
		e.what += name
		body[oneOf(c.dice, "scan_id", "scanID")] = c.idValue(c.work)
		body["error"], body["success"], body["hasNext"] = nil, true, false
	default:
		e.what += name
	}
	c.deliver(name, body, c.compare(e), nil)
}

// noReport marks a report that can't be read. The client may have read alerts in it.
func (c *exchange) noReport(e event) event {
	e = c.odd(e)
	e.answer.sound = false
	for i := range e.answer.alerts {
		e.answer.alerts[i].maybe = true
	}
	return e
}

// contradictReport has a report say that it is not one.
func (c *exchange) contradictReport(name string, body object, e event) event {
	e = c.odd(e)
	e.answer.sound = e.temper == harmless
	switch name {
	case "report-error":
		body["error"] = oneOf[any](c.dice, "report not ready", object{"code": 7})
	case "report-unsuccessful":
		body["success"] = false
	case "report-has-next":
		body["hasNext"] = true
	case "report-other-scan":
		body[oneOf(c.dice, "scan_id", "scanID")] = "scan-of-others"
		for i := range e.answer.alerts {
			e.answer.alerts[i].maybe = true
		}
	}
	return e
}

// compare holds a report against the summary of its submission, and against what was seen
// of it when it broke off.
func (c *exchange) compare(e event) event {
	k := c.work
	if k.summary != nil && e.answer.contradicts(k.summary) {
		e = c.contradict(e, "summary-mismatch")
	}
	for _, token := range k.seen {
		if !slices.ContainsFunc(e.answer.alerts, func(a alertAnswer) bool { return a.token == token }) {
			e.what += " shorter"
			e.temper, e.blames, e.answer.sound = final, c.rows, false
		}
	}
	return e
}

// otherScan has the report, or one alert of it, speak of another scan.
func (c *exchange) otherScan(e event, name string, alerts []any, a *answer) (event, object) {
	strange := object{"scanID": "scan-of-others", "criticalLevel": "CRITICAL", "alertSummary": "Ensure that stranger is safe", "alertDetails": "Others' (Ref: x, File: y.tf)"}
	a.sound = false
	if name == "other-report" {
		a.alerts, alerts = nil, nil
	}
	return c.odd(e), object{"alerts": append(alerts, strange)}
}
