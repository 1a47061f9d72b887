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

// writeCodeQuality writes GitLab's code quality report: an array, empty for a clean run, of
// everything that has a file and a line. A target without an answer is an issue of the worst
// severity too: GitLab shows nothing else of the run, and an empty report would read as no problem.
func writeCodeQuality(w io.Writer, m *Model, o Options) error {
	results := m.lineResults()
	if results.unplaced > 0 { // the format has no place to say so
		o.leftOut(unplacedNote(results.unplaced))
	}
	prints := uniquePrints{}
	s := newJSONStream(w, "")
	s.text("[")
	n := 0
	add := func(issue qualityIssue) {
		s.item(n, "\n  ", issue)
		n++
	}
	for i := range m.result.Ledger {
		if issue, ok := unansweredIssue(&m.result.Ledger[i], prints); ok {
			add(issue)
		}
	}
	for _, l := range results.all() {
		add(qualityIssue{
			Description: cmp.Or(text.Truncate(plain(l.message()), sarifText), l.ruleID()), CheckName: plain(l.ruleID()),
			Fingerprint: prints.of(l), Severity: qualitySeverity(l.findings[0].Severity),
			Location: qualityLocation{l.path(), qualityLines{l.line}},
		})
	}
	if n > 0 {
		s.text("\n")
	}
	s.text("]\n")
	return s.end()
}

// unansweredIssue is the issue of a row without an answer, if it has a file.
func unansweredIssue(row *result.Row, prints uniquePrints) (qualityIssue, bool) {
	at := placeOf(row)
	if !row.Unanswered() || relativeURI(at.Path) == "" {
		return qualityIssue{}, false
	}
	return qualityIssue{
		Description: text.Truncate(plain(unansweredText(row)), sarifText), CheckName: "scangate/no-answer",
		Fingerprint: prints.name("no answer: " + row.Target.ID()), Severity: "blocker",
		Location: qualityLocation{path.Clean(at.Path), qualityLines{max(at.Line, 1)}},
	}, true
}

// qualitySeverity maps to GitLab's five words. Unknown, for which there is none, counts as high.
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
