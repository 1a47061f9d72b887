package campaign

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// label is a severity, and the service's own word where that is not known.
type label struct{ severity, raw string }

// alertAnswer is one alert as the gate is to read it. refs is the number of
// resources that it refers to, each of which is a finding.
type alertAnswer struct {
	token string // stands in the summary, and nowhere else
	label label
	refs  int
}

// imageAnswer is what an answer says of one image.
type imageAnswer struct {
	full     string // as the service names it, completed
	base     string // without a digest that nobody asked for
	readable bool
	counts   map[label]int
	files    []string
}

// alertWord is what a criticalLevel means.
func alertWord(word string) label {
	switch low := strings.ToLower(word); low {
	case "critical", "high", "medium", "low":
		return label{severity: low}
	}
	return label{"unknown", word}
}

// tellReport reports what is wrong with each template, the same at each time.
func (c *exchange) tellReport(name string) {
	k, a := c.work, &answer{work: c.work, report: true, sound: true}
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
	c.breakReport(name, alerts, a)
}

// alert writes one alert and notes how it is to be read.
func (c *exchange) alert(d dice, name, path string, a *answer) object {
	word := oneOf(d, "CRITICAL", "HIGH", "MEDIUM", "MEDIUM", "LOW", "LOW", "LOW")
	token := fmt.Sprintf("t%016x", d.Uint64())
	body := object{"scanID": c.idValue(c.work), "criticalLevel": word, "alertSummary": "Ensure that " + token + " is safe"}
	switch name {
	case "odd-severity":
		word = oneOf(d, "SEVERE", "blocker", "P1")
		body["criticalLevel"] = word
	case "no-severity":
		word = ""
		delete(body, "criticalLevel")
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
	a.alerts = append(a.alerts, alertAnswer{token, alertWord(word), max(1, refs)})
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
	e := event{what: fmt.Sprintf("%d alerts ", len(alerts)), answer: a}
	var body any = object{"alerts": alerts}
	broken := true
	switch name {
	case "foreign-alert", "foreign-report":
		broken = false
		e, body = c.foreign(e, name, alerts, a)
	case "no-alerts":
		body = object{"message": "done"}
	case "null-alerts":
		body = object{"alerts": nil}
	case "null-alert":
		body = object{"alerts": append(alerts, nil)}
	case "trailing":
		e = c.odd(e)
		e.answer = nil
		c.tell(name, encode(body)+encode(body), e, nil)
		return
	case "unknown-scan":
		c.send(http.StatusBadRequest, "application/json", `{"message":"Unable to find the scan you requested"}`)
		c.note(c.odd(event{}))
		return
	default:
		broken, e.what = false, e.what+name
	}
	if broken {
		e = c.odd(e)
		e.answer = nil
	}
	c.tell(name, encode(body), e, nil)
}

// foreign has the report, or one alert of it, speak of another scan.
func (c *exchange) foreign(e event, name string, alerts []any, a *answer) (event, any) {
	strange := object{"scanID": "scan-of-others", "criticalLevel": "CRITICAL", "alertSummary": "Ensure that stranger is safe", "alertDetails": "Others' (Ref: x, File: y.tf)"}
	a.sound = false
	if name == "foreign-report" {
		a.alerts, alerts = nil, nil
	}
	alerts = append(alerts, strange)
	return c.odd(e), object{"alerts": alerts}
}
