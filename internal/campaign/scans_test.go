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
	e = tell(c, name, statusLies(), body, e)
	if (name == "neither" || name == "unheard-of") && c.age() >= young {
		e.temper, e.blames = final, c.rows
	}
	if name == "unheard-of" {
		c.send(http.StatusBadRequest, "text/plain", "Unable to find the scan you requested")
		c.note(e)
		return
	}
	c.deliver(name, body, e, func() {
		c.over(done && e.temper != waiting)
		k.success = k.success || body["processing_ongoing"] != true && done && (e.temper == "" || e.temper == harmless) || e.tolerated != ""
	})
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
	r := &report{object{"alerts": alerts}, a}
	e := tell(c, name, reportLies(), r, event{what: fmt.Sprintf("%d alerts ", len(alerts)), answer: a})
	if _, noted := rowOf(alertLies(), name); noted {
		e.what += name
	}
	if name == "unknown-scan" {
		e.answer = nil
		c.send(http.StatusBadRequest, "application/json", `{"message":"Unable to find the scan you requested"}`)
		c.note(e)
		return
	}
	c.deliver(name, r.body, c.compare(e), nil)
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

// alertsOf are the true numbers of alerts of a scan by severity.
func (c *exchange) alertsOf(k *work) map[string]int {
	_, a := c.findings(k, "")
	return a.summary()
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

// alert writes one alert and notes how it is to be read.
func (c *exchange) alert(d dice, name, path string, a *answer) object {
	word := oneOf(d, "CRITICAL", "HIGH", "MEDIUM", "MEDIUM", "LOW", "LOW", "LOW")
	token := fmt.Sprintf("t%016x", d.Uint64())
	body := object{"scanID": c.idValue(a.work), "criticalLevel": word, "alertSummary": "Ensure that " + token + " is safe"}
	text := &alertText{d, body, word}
	if row, ok := rowOf(alertLies(), name); ok {
		row.change(c, text)
	}
	refs := d.IntN(4)
	var details strings.Builder
	fmt.Fprintf(&details, "Found by %s, with the key %s.\n", oneOf(d, "policy 7", "<b>policy</b> 8", "::error::policy"), c.v.s.key)
	for i := range refs {
		fmt.Fprintf(&details, "No versioning was found: ''. AWS_S3 (Ref: %s, File: %s) branch: main\n", c.resource(d, path, i), path)
	}
	body["alertDetails"] = details.String()
	a.alerts = append(a.alerts, alertAnswer{token: token, label: alertWord(text.word), refs: max(1, refs)})
	return body
}

// resource names one of the file's resources, or an unknown one.
func (c *exchange) resource(d dice, path string, i int) string {
	if f := c.v.s.tree.file(path); f != nil && i < len(f.resources) {
		return f.resources[i]
	}
	return fmt.Sprintf("nobody_%d_%d", i, d.IntN(1000))
}

// guess: the client may have read the alerts, and need not have.
func (a *answer) guess() {
	for i := range a.alerts {
		a.alerts[i].maybe = true
	}
}

// compare holds a report against the summary of its submission, and against what was seen
// of it when it broke off.
func (c *exchange) compare(e event) event {
	if e.temper == final {
		return e
	}
	for _, glimpsed := range c.work.glimpsed {
		if !slices.ContainsFunc(e.answer.alerts, glimpsed.is) {
			e.answer.unsure = true
		}
	}
	for _, seen := range c.work.seen {
		if !slices.ContainsFunc(e.answer.alerts, seen.is) {
			e.what += " shorter"
			e.temper, e.blames, e.answer.sound = final, c.rows, false
			return e
		}
	}
	if c.work.summary != nil && e.answer.contradicts(c.work.summary) {
		e = c.contradict(e, "summary-mismatch")
	}
	return e
}
