package campaign

// submissionLies are those of every answer to a submission.
func submissionLies() []lie[object] {
	return []lie[object]{
		{"no-id", final, "", func(c *exchange, body object) { delete(body, c.idField()) }},
		{"null-id", final, "", func(c *exchange, body object) { body[c.idField()] = nil }},
		{"blank-id", final, "", func(c *exchange, body object) { body[c.idField()] = " " }},
		{"id-with-failure", final, "", failing},
		{"number-id", harmless, "", nil}, // see make
		{"same-id", final, "", nil},      // see accept
	}
}

// templateLies are those of the summary in the answer to a submission of templates. What
// comes of a readable one is known with the report.
func templateLies() []lie[*submitted] {
	summary := func(v any) func(*exchange, *submitted) {
		return func(_ *exchange, s *submitted) { s.body["summary"] = v }
	}
	return []lie[*submitted]{
		{"summary", harmless, "", func(c *exchange, s *submitted) { s.summarise(c.alertsOf(s.work)) }},
		{"summary-lies", harmless, "", func(c *exchange, s *submitted) {
			summary, severity := c.alertsOf(s.work), oneOf(c.dice, "critical", "high", "medium", "low")
			n := summary[severity]
			summary[severity] = oneOf(c.dice, n+1, max(0, n-1), n+5)
			s.summarise(summary)
		}},
		{"odd-summary", final, "", func(c *exchange, s *submitted) { s.body["summary"] = oneOf[any](c.dice, "none", []any{}, 3, true) }},
		{"few-summary-counts", final, "", summary(object{"num_critical_alerts": 0, "num_high_alerts": 0})},
		{"null-summary-count", final, "", summary(object{
			"num_critical_alerts": nil, "num_high_alerts": 0, "num_medium_alerts": 0, "num_low_alerts": 0,
		})},
	}
}

// submitted is an answer to a submission that is about to be sent.
type submitted struct {
	body object
	work *work
}

// summarise writes a summary, which the report of the work is to be compared with.
func (s *submitted) summarise(summary map[string]int) {
	body := object{}
	for severity, n := range summary {
		body["num_"+severity+"_alerts"] = n
	}
	s.body["summary"], s.work.summary = body, summary
}

// quotaLies are answers that start no task.
func quotaLies() []lie[object] {
	return []lie[object]{
		{"quota", final, "", put(object{"taskId": nil, "quotaFull": true})},
		{"quota-as-text", final, "", put(object{"taskId": nil, "quotaFull": "true"})},
		{"quota-with-id", final, "", put(object{"quotaFull": true})},
	}
}
