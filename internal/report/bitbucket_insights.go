package report

import (
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	// What Bitbucket Cloud takes of a report: so many annotations, so many of them in a request,
	// and so many characters of a text
	// (https://developer.atlassian.com/cloud/bitbucket/rest/api-group-reports/). It states the
	// lengths only in its refusals (reviewdog/reviewdog #1285).
	insightAnnotations = 1000
	insightBatch       = 100
	insightSummary     = 450
	insightDetails     = 2000
)

// insightReport is the body of PUT /repositories/…/commit/COMMIT/reports/ID.
type insightReport struct {
	Title    string        `json:"title"`
	Details  string        `json:"details"`
	Type     string        `json:"report_type"`
	Reporter string        `json:"reporter"`
	Result   string        `json:"result"`
	Data     []insightData `json:"data"`
}

// insightData is one of at most ten values that are shown beside the report.
type insightData struct {
	Title string `json:"title"`
	Type  string `json:"type"`
	Value any    `json:"value"`
}

// insight is an annotation, in the body of POST …/reports/ID/annotations.
type insight struct {
	ID       string `json:"external_id"`
	Type     string `json:"annotation_type"`
	Path     string `json:"path,omitempty"`
	Line     int    `json:"line,omitempty"`
	Summary  string `json:"summary"`
	Details  string `json:"details,omitempty"`
	Severity string `json:"severity"`
	Result   string `json:"result,omitempty"`
	Link     string `json:"link,omitempty"`
}

// writeBitbucket writes the bodies of the requests that publish a result as Code Insights, one on
// each line: the report, then its annotations by the hundred, the most urgent first. What has no
// file is an annotation too; the page of the report shows it.
func writeBitbucket(w io.Writer, m *Model, o Options) error {
	s := newJSONStream(w, "")
	left := m.insightsLeft()
	s.encode(s.items, "", m.insightReport(left))
	s.text("\n")
	if left > 0 {
		o.leftOut(insightsLeft(left))
	}
	prints, n := uniquePrints{}, 0
	add := func(i insight) {
		switch {
		case n == insightAnnotations:
			return
		case n > 0 && n%insightBatch == 0:
			s.text("]\n[")
		case n == 0:
			s.text("[")
		default:
			s.text(",")
		}
		s.encode(s.items, "", i)
		n++
	}
	for _, u := range m.unanswered {
		for _, row := range u.rows {
			add(m.unansweredInsight(row.Row, prints, o.Folder))
		}
	}
	for _, e := range m.entries() {
		if n == insightAnnotations {
			break
		}
		add(m.insight(e, prints, o.Folder))
	}
	if n > 0 {
		s.text("]\n")
	}
	return s.end()
}

// insightsLeft counts what has no room among the annotations.
func (m *Model) insightsLeft() int {
	n := len(m.entries()) - insightAnnotations
	for _, u := range m.unanswered {
		n += len(u.rows)
	}
	return max(n, 0)
}

func insightsLeft(n int) string {
	return plural(n, "annotation is", "annotations are") + fmt.Sprintf(" left out: Bitbucket takes %d", insightAnnotations)
}

// insightReport is the report without its annotations. It passes only for the verdict pass.
func (m *Model) insightReport(left int) insightReport {
	v := m.result.Verdict
	r := insightReport{Title: "scangate", Type: "SECURITY", Reporter: "scangate", Result: "FAILED"}
	if v.Outcome == result.OutcomePass {
		r.Result = "PASSED"
	}
	lines := []string{plain(v.Line), m.hiddenNote(), m.outsideNote()}
	if left > 0 {
		lines = append(lines, insightsLeft(left)+".")
	}
	if len(m.result.NotSent) > 0 {
		lines = append(lines, plain(enumerate("Not sent: ", notSentNotes(m.result, maxListed), maxListed)))
	}
	r.Details = text.Truncate(joinNonEmpty("\n", lines...), insightDetails)
	for _, severity := range severities() {
		r.Data = append(r.Data, insightData{capitalized(severity.String()), "NUMBER", v.Counts[severity]})
	}
	r.Data = append(r.Data, insightData{"Targets", "TEXT", fmt.Sprintf("%d of %d answered", v.Answered, v.Planned)})
	return r
}

// insight is the annotation of an entry. Its result says whether it blocks.
func (m *Model) insight(e entry, prints uniquePrints, folder string) insight {
	f, a := e.worst(), annotation{level: m.levelOf(e)}
	summary := resourceSummary(f)
	if f.Image != "" {
		summary = joinNonEmpty(": ", title(f), e.counts().String())
	}
	details := []string{says(f), crossing(e.findings), findingNote(f), likelyNote(f)}
	switch {
	case f.Placed():
		at := placesOf(f)[0]
		a.file, a.line = at.Path, at.Line
		details = append(details, enumerate("also at ", places(e.furtherPlaces()), maxListed))
	case len(f.Candidates) > 0:
		details = append(details, enumerate("one of ", places(f.Candidates), maxListed))
	default:
		details = append(details, placeText(f))
	}
	i := insight{
		ID: "scangate-" + prints.name(f.Fingerprint+" "+ruleName(f)), Type: "VULNERABILITY", Summary: plain(summary),
		Details: insightText(append(details, "fix: "+shortFix(e.findings))), Severity: insightSeverity(f.Severity), Link: m.link(firstLocation(f)),
	}
	return i.at(a, folder)
}

func (m *Model) unansweredInsight(row *result.Row, prints uniquePrints, folder string) insight {
	a := annotation{level: m.blockingLevel()}
	a.file, a.line = annotationPlace(row)
	i := insight{
		ID: "scangate-" + prints.name("no answer: "+row.Target.ID()), Type: "BUG", Severity: insightSeverity(result.High),
		Summary: plain("no answer for " + showTarget(row.Target)), Details: insightText([]string{unansweredText(row)}),
	}
	return i.at(a, folder)
}

// at completes an annotation with the place and the level of a.
func (i insight) at(a annotation, folder string) insight {
	i.Summary = text.Truncate(i.Summary, insightSummary)
	if a.level == levelError {
		i.Result = "FAILED"
	}
	if name, ok := annotatable(a.file); ok {
		i.Path, i.Line = path.Join(folder, name), max(a.line, 0)
	} else if a.file != "" {
		i.Details = text.Truncate(plain(showPath(a.file))+"\n"+i.Details, insightDetails)
	}
	return i
}

// insightText joins the lines of the details.
func insightText(lines []string) string {
	lines = nonEmpty(lines)
	for i, line := range lines {
		lines[i] = plain(sentence(capitalized(line)))
	}
	return text.Truncate(strings.Join(lines, "\n"), insightDetails)
}

// insightSeverity maps to Bitbucket's four words. Unknown, for which there is none, counts as high.
func insightSeverity(s result.Severity) string {
	switch s {
	case result.Critical:
		return "CRITICAL"
	case result.Medium:
		return "MEDIUM"
	case result.Low, result.Info:
		return "LOW"
	}
	return "HIGH"
}
