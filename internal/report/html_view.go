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
	Name, Class, Max, Result string
	Count                    int
	Crossed                  bool
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
	Unanswered                           []htmlReason
	Limits                               []htmlLimit
	Charts                               []htmlChart
	Empty, Left, Hidden, Outside         string
	Severities, Kinds                    []string
	Files                                []htmlFile
}

// htmlWorst keeps the entries that a page can hold, the most urgent ones.
func htmlWorst(shown []*result.Finding) (kept []*result.Finding, left counts) {
	if len(shown) <= htmlFindings {
		return shown, left
	}
	slices.SortFunc(shown, compareFindings)
	return shown[:htmlFindings], countsOf(shown[htmlFindings:])
}

func htmlHead(r *result.Result, files []*group, left, hidden counts) htmlHeadData {
	word, tone := verdictWord(r.Verdict)
	d := htmlHeadData{
		Policy: htmlPolicy(), CSS: template.CSS(htmlCSS), //nolint:gosec // the page's own style, whose hash its policy names
		Repository: htmlRepository(r), Word: word, Tone: tone, Sentences: htmlSentences(r), Line: plain("scangate: " + r.Verdict.Line),
		Facts: htmlFacts(r), Failed: r.Verdict.Failed, Planned: r.Verdict.Planned, Unanswered: htmlReasons(r.Ledger),
		Limits: htmlLimits(r.Verdict), Charts: htmlCharts(r),
	}
	if len(files) == 0 {
		d.Empty = noFindings(r)
	}
	if !left.empty() {
		d.Left = fmt.Sprintf("This page holds the %d worst findings. More are in the json and sarif-full reports: %s.", htmlFindings, left)
	}
	if !hidden.empty() {
		d.Hidden = fmt.Sprintf("Not shown, below the smallest severity to show: %s.", hidden)
	}
	d.Outside = notCounted(r)
	columns := occurring(files)
	for _, c := range columns {
		d.Severities = append(d.Severities, c.severity.String())
	}
	d.Kinds = htmlKinds(files)
	for i, g := range files {
		f := htmlFileOf(g, i)
		for _, c := range columns {
			cell := htmlCell{"soft", "·"}
			if n := g.counts[c.severity]; n > 0 {
				cell = htmlCell{c.severity.String(), fmt.Sprint(n)}
			}
			f.Cells = append(f.Cells, cell)
		}
		d.Files = append(d.Files, f)
	}
	return d
}

// htmlRepository is the repository's address, if it is one: a run without a remote
// has one that names nothing (RFC 2606).
func htmlRepository(r *result.Result) string {
	if u, err := url.Parse(r.Repository.URL); err == nil && strings.HasSuffix(u.Hostname(), ".invalid") {
		return ""
	}
	return plain(r.Repository.URL)
}

// htmlSentences says what the verdict rests on, in words.
func htmlSentences(r *result.Result) []string {
	v := r.Verdict
	var crossed []string
	for _, l := range v.Limits {
		if l.Crossed {
			crossed = append(crossed, fmt.Sprintf("%d %s (%d allowed)", l.Count, limitName(l), l.Max))
		}
	}
	var all []string
	switch {
	case len(crossed) > 0:
		all = append(all, "Over the limit: "+strings.Join(crossed, ", ")+".")
	case len(v.Limits) > 0:
		all = append(all, "No limit is crossed.")
	}
	switch {
	case v.Planned == 0 && r.Change != nil && r.Change.Existing > 0:
		all = append(all, noFindings(r))
	case v.Planned == 0:
		all = append(all, "Nothing was planned to be scanned.")
	case v.Failed > 0:
		all = append(all, fmt.Sprintf("No answer for %d of %d targets, so that nobody can say that the rest is clean.", v.Failed, v.Planned))
	default:
		all = append(all, fmt.Sprintf("Every target was answered: %d of %d.", v.Answered, v.Planned))
	}
	switch {
	case v.Outcome == result.OutcomeUnverified:
		all = append(all, "The run was told to end with exit code 0 all the same; this is not a pass.")
	case v.Soft:
		all = append(all, "The run was told to end with exit code 0 all the same.")
	}
	if r.Embedded {
		all = append(all, "The embedded service answered: findings in templates are true, image counts are sample data.")
	}
	for i := range all {
		all[i] = plain(all[i])
	}
	return all
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

func htmlLimits(v result.Verdict) []htmlLimit {
	var all []htmlLimit
	limited := map[result.Severity]bool{}
	for _, l := range v.Limits {
		limited[l.Severity] = true
		if l.Count == 0 && l.Source == "unknown" {
			continue // the limit that nobody sets and nothing crossed
		}
		row := htmlLimit{plain(limitName(l)), l.Severity.String(), fmt.Sprint(l.Max), "kept", l.Count, l.Crossed}
		if l.Crossed {
			row.Result = fmt.Sprintf("crossed, by %d", l.Count-l.Max)
		}
		all = append(all, row)
	}
	for _, s := range ranked() {
		if n := v.Counts[s]; n > 0 && !limited[s] {
			all = append(all, htmlLimit{s.String(), s.String(), "any", "none", n, false})
		}
	}
	return all
}

// htmlKinds lists the kinds that have findings, in their order.
func htmlKinds(files []*group) []string {
	var kinds []string
	for _, g := range files {
		for _, it := range g.items {
			if k := plain(string(it.first().Kind)); !slices.Contains(kinds, k) {
				kinds = append(kinds, k)
			}
		}
	}
	slices.SortFunc(kinds, func(a, b string) int { return cmp.Compare(kindOrder(result.Kind(a)), kindOrder(result.Kind(b))) })
	return kinds
}

func htmlFileOf(g *group, i int) htmlFile {
	return htmlFile{Path: plain(cmp.Or(g.path, "Without a line in this repository")), Anchor: fmt.Sprintf("file-%d", i+1), Tally: htmlTallyOf(g.counts)}
}

func htmlTallyOf(n counts) []htmlTally {
	var all []htmlTally
	for _, s := range ranked() {
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
	Severity, Kind, Path, Title, Where, Resource string
	Note, Candidates, Also, Details, Fix, Rule   string
	Link                                         string
	Tally                                        []htmlTally
	Code                                         []htmlCodeLine
}

func htmlFindingOf(it *item) htmlFinding {
	f := it.first()
	d := htmlFinding{
		Severity: f.Severity.String(), Kind: plain(string(f.Kind)), Path: plain(it.path()),
		Title: plain(cmp.Or(f.Image, f.Summary, f.Rule)), Resource: plain(f.Resource), Note: plain(sentence(f.Note)),
		Candidates: plain(listed("One of ", places(f.Candidates), 2*briefly)), Also: plain(listed("Also at ", places(it.also), 2*briefly)),
		Fix: adviceOn(f).fix, Rule: plain(bareRule(f)),
	}
	if f.RawSeverity != "" {
		d.Note = joinNonEmpty(" ", d.Note, plain(fmt.Sprintf("The service's severity is %q.", f.RawSeverity)))
	}
	if inCloud(f) {
		d.Where, d.Link = plain(cloudPlace(f)), f.Link
		d.Note = joinNonEmpty(" ", d.Note, plain(sentence(labelled("Open since ", day(f.FirstSeen)))))
	}
	if f.Placed() {
		d.Where = plain(place(f.Locations[0]))
		d.Code = htmlSnippet(f.Locations[0])
	}
	if f.Image != "" {
		d.Tally = htmlTallyOf(it.counts)
		return d
	}
	d.Details = strings.Join(plainLines(wrong(f)), "\n")
	return d
}

func htmlSnippet(l result.Location) []htmlCodeLine {
	if l.Snippet == nil {
		return nil
	}
	var lines []htmlCodeLine
	for i, text := range l.Snippet.Lines {
		n := l.Snippet.Start + i
		lines = append(lines, htmlCodeLine{n, plainCode(text), n == l.Line})
	}
	return lines
}
