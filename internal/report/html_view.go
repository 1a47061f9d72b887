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

type htmlFile struct {
	Path, Anchor string
	Cells        []htmlCell
	Tally        []htmlTally
}

type htmlHeadData struct {
	Policy, Repository, Word, Tone, Line string
	Sentences                            []string
	CSS                                  template.CSS
	Facts                                []htmlFact
	Failed, Planned                      int
	Unanswered                           []htmlUnanswered
	Limits                               []htmlLimit
	Charts                               []htmlChart
	Empty, Left, Hidden, Outside         string
	Severities, Kinds, States            []string
	Files                                []htmlFile
}

// htmlHead is everything before the findings. Left are the entries that the page has no room for.
func htmlHead(m *Model, files []*file, left []entry) htmlHeadData {
	r := m.result
	word, tone := verdictWord(r.Verdict)
	d := htmlHeadData{
		Policy: htmlPolicy(), CSS: template.CSS(htmlCSS), //nolint:gosec // the page's own style, whose hash its policy names
		Repository: htmlRepository(r), Word: word, Tone: tone, Sentences: htmlSentences(m), Line: plain("scangate: " + r.Verdict.Line),
		Facts: htmlFacts(r), Failed: r.Verdict.Failed, Planned: r.Verdict.Planned, Unanswered: htmlUnansweredOf(m.unanswered),
		Limits: htmlLimits(m), Charts: htmlCharts(m), Hidden: m.hiddenNote(), Outside: m.outsideNote(),
		Kinds: htmlKinds(files), States: htmlStates(m),
	}
	if len(files) == 0 {
		d.Empty = m.noFindings()
	}
	if len(left) > 0 {
		d.Left = fmt.Sprintf("This page holds the %d worst findings. More are in the json and sarif-full reports: %s.", htmlFindings, entryCounts(left))
	}
	columns := columnsOf(files)
	for _, c := range columns {
		d.Severities = append(d.Severities, c.severity.String())
	}
	for i, f := range files {
		row := htmlFileOf(f, i)
		row.Cells = htmlCells(f.counts, columns)
		d.Files = append(d.Files, row)
	}
	return d
}

func entryCounts(entries []entry) counts {
	var n counts
	for _, e := range entries {
		n.addAll(e.counts())
	}
	return n
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
	if note := m.deltaNote(); note != "" {
		all = append(all, plain(note)+".")
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
		return cmp.Or(m.crossedNote(), "Over the limit") + ": " + strings.Join(crossed, ", ") + "."
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

func htmlFacts(r *result.Result) []htmlFact {
	all := []htmlFact{
		{"Branch", r.Repository.Branch}, {"Commit", r.Repository.Commit[:min(12, len(r.Repository.Commit))]}, {"Started", htmlTime(r.Started)},
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

func htmlFileOf(f *file, i int) htmlFile {
	return htmlFile{Path: plain(cmp.Or(showPath(f.path), noPlace)), Anchor: fmt.Sprintf("file-%d", i+1), Tally: htmlTallyOf(f.counts)}
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

type htmlCodeLine struct {
	Number int
	Text   string
	Here   bool
}

type htmlFinding struct {
	Severity, Kind, State, Path, Title, Where, Resource string
	Note, Candidates, Also, Details, Fix, Rule          string
	// Page shows the file at its host, and Link an alert at its vendor.
	Page, Link string
	Tally      []htmlTally
	Code       []htmlCodeLine
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

func (m *Model) htmlFindingOf(e entry) htmlFinding {
	f := e.worst()
	d := htmlFinding{
		Severity: f.Severity.String(), Kind: plain(string(f.Kind)), State: htmlStateOf(f), Path: plain(groupPath(f)),
		Title: plain(title(f)), Resource: plain(f.Resource), Note: plain(sentence(joinNonEmpty("; ", findingNote(f), waivedNote(e.findings), knownNote(e.findings)))),
		Candidates: plain(enumerate("One of ", places(f.Candidates), 2*maxListed)), Also: plain(enumerate("Also at ", places(e.furtherPlaces()), 2*maxListed)),
		Fix: adviceFor(f).fix, Rule: plain(ruleName(f)),
	}
	if f.RawSeverity != "" {
		d.Note = joinNonEmpty(" ", d.Note, plain(sentence(capitalized(rawSeverityNote(f)))))
	}
	if inCloud(f) {
		d.Where, d.Link = plain(cloudPlace(f)), f.Link
		d.Note = joinNonEmpty(" ", d.Note, plain(sentence(label("Open since ", day(f.FirstSeen)))))
	}
	if f.Placed() {
		d.Where, d.Page = plain(placeText(f)), m.link(&placesOf(f)[0])
		d.Code = htmlSnippet(f)
	}
	if f.Image != "" {
		d.Tally = htmlTallyOf(e.counts())
		return d
	}
	d.Details = plain(says(f))
	return d
}

func htmlSnippet(f *result.Finding) []htmlCodeLine {
	var lines []htmlCodeLine
	for _, l := range frameOf(f) {
		lines = append(lines, htmlCodeLine{l.number, plainCode(l.text), l.mark == markHere})
	}
	return lines
}
