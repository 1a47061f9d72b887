package report

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/result"
)

type htmlFact struct{ Name, Value string }

type htmlLimit struct {
	Name, Class, Max, Result, Origin string
	Count                            int
	Crossed                          bool
}

type htmlTally struct {
	Severity string
	Count    int
}

type htmlCell struct{ Class, Text string }

// htmlFile is a file with findings. Anchor is the id of its worst finding.
type htmlFile struct {
	Path, Anchor string
	Cells        []htmlCell
}

type htmlHeadData struct {
	Policy, Repository, Word, Tone, Line string
	Sentences                            []string
	CSS                                  template.CSS
	Facts                                []htmlFact
	Headline, Rest                       string
	First                                []htmlProblem
	Unanswered                           *htmlUnansweredData
	Limits                               []htmlLimit
	Charts                               []htmlChart
	Empty, Hidden, Outside, MoreFiles    string
	Severities, Kinds, States            []string
	Files                                []htmlFile
}

// htmlHead is everything before the findings.
func htmlHead(m *Model) htmlHeadData {
	r, files := m.result, filesOf(m.knownEntries())
	word, tone := verdictWord(r.Verdict)
	d := htmlHeadData{
		Policy: htmlPolicy(), CSS: template.CSS(htmlCSS), //nolint:gosec // the page's own style, whose hash its policy names
		Repository: htmlRepository(r), Word: word, Tone: tone, Sentences: htmlSentences(m), Line: plain("scangate: " + r.Verdict.Line),
		Facts: htmlFacts(r), Headline: plain(capitalized(m.headline())), Rest: htmlBelow(m), First: htmlFirst(m), Unanswered: htmlUnansweredOf(m),
		Limits: htmlLimits(m), Charts: htmlCharts(m), Hidden: m.hiddenNote(), Outside: m.outsideNote(),
		Kinds: htmlKinds(files), States: htmlStates(m),
	}
	if len(files) == 0 {
		d.Empty = m.noFindings()
	}
	columns := columnsOf(files)
	for _, c := range columns {
		d.Severities = append(d.Severities, c.severity.String())
	}
	files, more := htmlRows(files)
	d.MoreFiles = htmlMore(more, "file", "files")
	for _, f := range files {
		d.Files = append(d.Files, htmlFile{plain(cmp.Or(showPath(f.path), noPlace)), htmlID(f.entries[0].worst()), htmlCells(f.counts, columns)})
	}
	return d
}

func htmlCells(n counts, columns []column) []htmlCell {
	var cells []htmlCell
	for _, c := range columns {
		cell := htmlCell{"soft", "·"}
		if n[c.severity] > 0 {
			cell = htmlCell{c.severity.String(), fmt.Sprint(n[c.severity])}
		}
		cells = append(cells, cell)
	}
	return cells
}

// htmlRepository is the repository's address. A run without a remote has one under .invalid (RFC
// 2606), which is left out.
func htmlRepository(r *result.Result) string {
	if u, err := url.Parse(r.Repository.URL); err == nil && strings.HasSuffix(u.Hostname(), ".invalid") {
		return ""
	}
	return plain(r.Repository.URL)
}

// htmlSentences explains the verdict in words.
func htmlSentences(m *Model) []string {
	v := m.result.Verdict
	all := []string{htmlLimitSentence(m), htmlAnswerSentence(m)}
	switch {
	case v.Outcome == result.OutcomeUnverified:
		all = append(all, "The exit code is 0 because missing answers were to count as warnings; this is not a pass.")
	case v.Soft:
		all = append(all, "The exit code is 0 because a soft failure was asked for.")
	}
	if m.result.Embedded {
		all = append(all, "The embedded service answered: "+embeddedNote+".")
	}
	for i := range all {
		all[i] = plain(all[i])
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

func htmlLimitSentence(m *Model) string {
	var crossed []string
	for _, l := range m.result.Verdict.Limits {
		if l.Crossed {
			crossed = append(crossed, fmt.Sprintf("%d %s (%d allowed)", l.Count, limitName(l), l.Max))
		}
	}
	switch {
	case len(crossed) > 0:
		return cmp.Or(capitalized(m.crossedPart()), "Over the limit") + ": " + strings.Join(crossed, ", ") + "."
	case len(m.result.Verdict.Limits) > 0:
		return "No limit is crossed."
	}
	return ""
}

func htmlAnswerSentence(m *Model) string {
	v, c := m.result.Verdict, m.result.Change
	switch {
	case v.Planned == 0 && c != nil && c.Existing > 0:
		return m.noFindings()
	case v.Planned == 0:
		return "Nothing was planned to be scanned."
	case v.Failed > 0:
		return fmt.Sprintf("No answer for %d of %d targets: whether these are clean is unknown.", v.Failed, v.Planned)
	}
	return fmt.Sprintf("Every target was answered: %d of %d.", v.Answered, v.Planned)
}

// shortCommit is as much of the commit as people need to name it, or says that it was the index.
func shortCommit(r *result.Result) string {
	if r.Repository.Index {
		return "(index)"
	}
	return r.Repository.Commit[:min(12, len(r.Repository.Commit))]
}

func htmlFacts(r *result.Result) []htmlFact {
	all := []htmlFact{
		{"Branch", r.Repository.Branch}, {"Commit", shortCommit(r)}, {"Started", htmlTime(r.Started)},
		{"Took", htmlDuration(r)}, {"Service", r.Endpoint}, {"Exit code", fmt.Sprint(r.Verdict.Exit)},
	}
	for i := range all {
		all[i].Value = plain(all[i].Value)
	}
	return slices.DeleteFunc(all, func(f htmlFact) bool { return f.Value == "" })
}

func htmlTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}

func htmlDuration(r *result.Result) string {
	d := r.Finished.Sub(r.Started)
	if d <= 0 || r.Started.IsZero() {
		return ""
	}
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

func htmlLimits(m *Model) []htmlLimit {
	var all []htmlLimit
	for _, row := range m.limitRows() {
		state := "kept"
		switch {
		case row.over > 0:
			state = fmt.Sprintf("crossed, by %d", row.over)
		case row.unknown:
			state = "not evaluated"
		case row.max == noMax:
			state = "none"
		}
		all = append(all, htmlLimit{plain(row.name), row.severity.String(), row.max, state, plain(row.origin), row.count, row.over > 0})
	}
	return all
}

// htmlKinds lists the kinds that have findings, in their order.
func htmlKinds(files []*file) []string {
	var kinds []result.Kind
	for _, f := range files {
		for _, e := range f.entries {
			if k := e.worst().Kind; !slices.Contains(kinds, k) {
				kinds = append(kinds, k)
			}
		}
	}
	slices.SortFunc(kinds, compareKinds)
	var names []string
	for _, k := range kinds {
		names = append(names, plain(string(k)))
	}
	return names
}

func htmlTallyOf(n counts) []htmlTally {
	var all []htmlTally
	for _, s := range severities() {
		if n[s] > 0 {
			all = append(all, htmlTally{s.String(), n[s]})
		}
	}
	return all
}

// The states of findings that the page can be filtered by.
const (
	htmlKnown = "known"
	htmlNew   = "new"
)

func htmlStateOf(f *result.Finding) string {
	if f.Stamp.Effect == result.Known {
		return htmlKnown
	}
	return htmlNew
}

// htmlStates lists the states to filter by, none if nothing is known.
func htmlStates(m *Model) []string {
	if len(m.known) == 0 {
		return nil
	}
	return []string{htmlNew, htmlKnown}
}
