package report

import (
	"cmp"
	"io"
	"path"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

type qualityIssue struct {
	Description string          `json:"description"`
	CheckName   string          `json:"check_name"`
	Fingerprint string          `json:"fingerprint"`
	Severity    string          `json:"severity"`
	Location    qualityLocation `json:"location"`
}

type qualityLocation struct {
	Path  string       `json:"path"`
	Lines qualityLines `json:"lines"`
}

type qualityLines struct {
	Begin int `json:"begin"`
}

// writeCodeQuality writes GitLab's code quality report: an array, empty for a
// clean run, of what has a file and a line. A target without an answer is an issue
// too, of the worst severity: the widget shows nothing else of the run, and no
// issue would read as no problem.
func writeCodeQuality(w io.Writer, r *result.Result, o Options) error {
	shown, _ := visible(r.Findings, o)
	results, _ := onLines(shown)
	prints := distinct{}
	s := newJSONStream(w)
	s.text("[")
	n := 0
	add := func(issue qualityIssue) {
		s.item(n, "\n  ", issue)
		n++
	}
	for i := range r.Ledger {
		if issue, ok := unansweredIssue(&r.Ledger[i], prints); ok {
			add(issue)
		}
	}
	for _, p := range results {
		add(qualityIssue{
			Description: cmp.Or(text.Truncate(plain(p.message()), sarifText), p.ruleID()), CheckName: plain(p.ruleID()),
			Fingerprint: prints.of(p), Severity: qualitySeverity(p.findings[0].Severity),
			Location: qualityLocation{p.path(), qualityLines{p.line}},
		})
	}
	if n > 0 {
		s.text("\n")
	}
	s.text("]\n")
	return s.end()
}

// unansweredIssue is the issue of a row that has no answer and a file to put it on.
func unansweredIssue(row *result.Row, prints distinct) (qualityIssue, bool) {
	at := placeOfRow(row)
	if row.Status == result.Answered || row.Status == result.Skipped || relativeURI(at.Path) == "" {
		return qualityIssue{}, false
	}
	return qualityIssue{
		Description: text.Truncate(plain(unansweredText(row)), sarifText), CheckName: "scangate/no-answer",
		Fingerprint: prints.name("no answer: " + row.Target.ID()), Severity: "blocker",
		Location: qualityLocation{path.Clean(at.Path), qualityLines{max(at.Line, 1)}},
	}, true
}

// qualitySeverity maps to GitLab's five words. Unknown counts as high, as it does
// everywhere that has no word for it.
func qualitySeverity(s result.Severity) string {
	switch s {
	case result.Critical:
		return "blocker"
	case result.Medium:
		return "major"
	case result.Low:
		return "minor"
	case result.Info:
		return "info"
	}
	return "critical"
}
