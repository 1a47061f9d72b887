package report

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	// sarifSchema is the address in GitHub's documentation.
	sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"
	sarifURL    = "https://github.com/scangate/scangate"
	// sarifCategory ends in a slash: GitHub reads what stands before the last one as the category.
	sarifCategory = "scangate/"
	// sarifPrint is our own key. GitHub's uploader computes primaryLocationLineHash and warns of
	// every other value.
	sarifPrint = "scangate/v1"
	// sarifText is the longest text, in characters, that GitHub shows and GitLab takes: GitLab
	// drops a result with a longer one.
	sarifText = 1024
	// sarifRelated is how many related locations a result has at most.
	sarifRelated = 20
)

// writeSARIF writes the SARIF 2.1.0 file for upload: one run, with the findings that have a place,
// worst first. Results are written one at a time, with the library's types but without its methods
// that search all rules or results (O(n) each) or marshal the whole report.
//
// Consumers of SARIF read the severity from the rule, so that a rule's id ends in it. Findings of
// one rule on one line are one result: GitLab takes them for one, and would lose all texts but the
// first.
func writeSARIF(w io.Writer, m *Model, o Options) error {
	results := m.lineResults()
	limit, platform := sarifLimit(o)
	left, perSeverity := results.keep(limit)
	rules, refs := sarifRules(func(yield func(*result.Finding) bool) {
		for _, l := range results.all() {
			if !yield(l.findings[0]) {
				return
			}
		}
	})
	notes := []string{"Verdict: " + m.result.Verdict.Line}
	if left > 0 {
		note := fmt.Sprintf("%s takes at most %d results of a run. The %d least severe are not in this report (%s); sarif-full and result.json hold them.",
			platform, limit, left, perSeverity)
		notes = append(notes, note)
		o.leftOut(note)
	}
	if unplaced := results.unplaced; unplaced > 0 {
		notes = append(notes, unplacedNote(unplaced)+" The console, sarif-full and result.json list them.")
		o.leftOut(unplacedNote(unplaced))
	}
	if len(m.waived) > 0 {
		// GitHub shows suppressed results as open alerts, and GitLab leaves them out.
		notes = append(notes, m.waivedHead()+". They are not in this report; sarif-full holds them with their suppressions.")
	}
	if !m.hidden.empty() {
		notes = append(notes, sarifHidden(m))
	}
	head := sarifHead{
		tool: sarif.Tool{Driver: sarifDriver(m.result.Tool, rules)}, category: cmp.Or(o.Category, sarifCategory),
		invocation: sarifInvocation(m.result, notes), versions: sarifVersions(m.result.Repository),
	}
	if o.UploadNames {
		head.category = ""
	}
	var memory sarifMemory
	return writeSARIFLog(w, head, func(yield func(*sarif.Result) bool) {
		for _, l := range results.all() {
			res := sarifResult(&memory, l, refs[ruleKeyOf(l.findings[0])], o.Profile)
			res.BaselineState = m.baselineState(l.entries())
			if !yield(res) {
				return
			}
		}
	})
}

// sarifLimit is how many results of a run the platform takes. With more, GitHub refuses the file,
// and GitLab drops the last ones.
func sarifLimit(o Options) (limit int, platform string) {
	if o.Profile == profileGitLab {
		return 5_000, "GitLab"
	}
	return 25_000, "GitHub"
}

// unplacedNote counts the findings that a report by lines can't hold.
func unplacedNote(n int) string {
	return fmt.Sprintf("Findings without a place in a file of this repository, not in this report: %d.", n)
}

// sarifHidden counts the findings below the smallest severity to show.
func sarifHidden(m *Model) string {
	return fmt.Sprintf("Findings below %s are not in this report: %s.", m.least, m.hidden)
}

// ruleKey is what the id of a rule is made of.
type ruleKey struct {
	name     string
	severity result.Severity
}

func ruleKeyOf(f *result.Finding) ruleKey { return ruleKey{ruleName(f), f.Severity.Known()} }

// ruleRef is what the results of a rule say of it. They share its memory.
type ruleRef struct {
	id, level, kind string
	index           uint
}

// sarifRules makes a rule for each key, in the order in which the findings name them.
func sarifRules(findings iter.Seq[*result.Finding]) (rules []*sarif.ReportingDescriptor, refs map[ruleKey]*ruleRef) {
	rules, refs = []*sarif.ReportingDescriptor{}, map[ruleKey]*ruleRef{}
	for f := range findings {
		key := ruleKeyOf(f)
		if refs[key] == nil {
			level, _ := sarifSeverity(f.Severity)
			refs[key] = &ruleRef{ruleID(f), level, "fail", uint(len(rules))}
			rules = append(rules, sarifRule(ruleID(f), f))
		}
	}
	return rules, refs
}

func sarifRule(id string, f *result.Finding) *sarif.ReportingDescriptor {
	a := adviceFor(f)
	level, score := sarifSeverity(f.Severity)
	properties := sarif.Properties{"tags": []string{"security", string(f.Kind)}}
	if score != "" {
		properties["security-severity"] = score
	}
	what := text.Truncate(a.what, sarifText)
	if what == "" {
		what = id
	}
	return &sarif.ReportingDescriptor{
		ID:                   id,
		Name:                 ref(sarifRuleName(f)),
		ShortDescription:     sarif.NewMultiformatMessageString(what),
		FullDescription:      sarif.NewMultiformatMessageString(text.Truncate(joinNonEmpty(" ", what, a.why), sarifText)),
		Help:                 sarif.NewMultiformatMessageString(a.text()).WithMarkdown(a.markdown()),
		DefaultConfiguration: sarif.NewReportingConfiguration().WithLevel(level),
		Properties:           properties,
	}
}

// sarifRuleName is a rule's slug as a readable identifier (SARIF 2.1.0, 3.49.7): without the hash,
// each word with a capital. GitHub and GitLab take 255 characters of it.
func sarifRuleName(f *result.Finding) string {
	words := strings.FieldsFunc(ruleName(f), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) > 1 {
		words = words[:len(words)-1]
	}
	var name strings.Builder
	for _, w := range words {
		name.WriteString(capitalized(w))
	}
	return text.Truncate(cmp.Or(name.String(), "Finding"), 255)
}

// sarifSeverity maps a severity to SARIF's level and to GitHub's security-severity: the middle of
// each band of its scale (over 9.0 critical, 7.0 high, 4.0 medium, 0.1 low). SARIF knows no unknown
// severity: it counts as high, so that it is never shown as harmless. Info has no score, so it is
// shown as a note.
func sarifSeverity(s result.Severity) (level, score string) {
	switch s {
	case result.Critical:
		return "error", "9.5"
	case result.Medium:
		return "warning", "5.5"
	case result.Low:
		return "note", "2.0"
	case result.Info:
		return "note", ""
	}
	return "error", "8.0"
}

// sarifDriver describes this program. GitHub asks for a version or, where it is one, a
// semanticVersion.
func sarifDriver(t result.Tool, rules []*sarif.ReportingDescriptor) *sarif.ToolComponent {
	d := &sarif.ToolComponent{Name: "scangate", InformationURI: ref(sarifURL), Rules: rules}
	version := strings.TrimPrefix(t.Version, "v")
	var major, minor, patch int
	if n, _ := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); n == 3 {
		d.SemanticVersion = &version
	} else if version != "" {
		d.Version = &version
	} else {
		d.Version = ref("unknown")
	}
	return d
}

// sarifInvocation holds the verdict and notes as notifications. The run was successful, or the file
// would not be written.
func sarifInvocation(r *result.Result, notes []string) *sarif.Invocation {
	successful := true
	inv := &sarif.Invocation{ExecutionSuccessful: &successful}
	for _, n := range notes {
		inv.ToolExecutionNotifications = append(inv.ToolExecutionNotifications,
			sarif.NewNotification().WithLevel("note").WithMessage(sarif.NewTextMessage(plainMessage(n, sarifText))))
	}
	if !r.Started.IsZero() {
		inv.WithStartTimeUTC(r.Started)
	}
	if !r.Finished.IsZero() {
		inv.WithEndTimeUTC(r.Finished)
	}
	return inv
}

// sarifResult makes one result. Its region is one line: pull requests show an annotation only where
// all lines of the region are in the diff.
func sarifResult(m *sarifMemory, l lineResult, rule *ruleRef, profile string) *sarif.Result {
	res := m.next()
	related, also := sarifAlso(m, l.alsoAt(), "The image is also named here.", "Also at ", profile)
	if at := l.likelyAt(); len(at) > 0 {
		related, also = sarifAlso(m, at, sarifLikely, "Likely at ", profile)
	}
	res.RuleID, res.RuleIndex, res.Level = &rule.id, &rule.index, &rule.level
	m.text(plainMessage(l.message(), sarifText-utf8.RuneCountInString(also)) + also)
	res.Locations = append(res.Locations, sarifLocation(m, l))
	res.RelatedLocations = related
	res.Fixes = sarifFixes(m, l.findings[0], l.uri, l.line)
	m.print(l.fingerprint())
	return res
}

func sarifLocation(m *sarifMemory, l lineResult) *sarif.Location {
	at := m.location().at(l.uri, l.line)
	f := l.findings[0]
	if l.nth == 0 && f.Placement != result.PlacedFile {
		at.showLine(firstLocation(f), firstLocation(f).Line)
	}
	at.showNames(f)
	return &at.location
}

// showLine sets what stands on a line, if the snippet has it.
func (l *locationMemory) showLine(at *result.Location, line int) {
	if at.Snippet == nil {
		return
	}
	for i, text := range at.Snippet.Lines.All() {
		if at.Snippet.Start+i == line {
			l.shows(text)
			return
		}
	}
}

// showNames sets what stands at the place of a finding.
func (l *locationMemory) showNames(f *result.Finding) {
	switch {
	case f.Image != "":
		l.names(f.Image, "image")
	case f.Resource != "":
		l.names(f.Resource, "resource")
	}
}

// sarifFixes says how to fix a finding. A fix must change a file there: this one replaces nothing
// by nothing at the place, and readers such as DefectDojo take its description as the mitigation.
func sarifFixes(m *sarifMemory, f *result.Finding, uri string, line int) []*sarif.Fix {
	return m.fix.describe(plainMessage(fixFor(f), sarifText), uri, line)
}

// sarifLikely is the message of a line that may hold the fault.
const sarifLikely = "This line may hold the fault."

// sarifAlso are further lines of a result, and a sentence that names the first of them. GitHub
// shows them where the message links to them.
func sarifAlso(m *sarifMemory, places []result.Location, what, lead, profile string) (related []*sarif.Location, also string) {
	var names []string
	for _, l := range fullLocations(m, places[:min(len(places), sarifRelated)]) {
		l.Id = ref(uint(len(related) + 1))
		l.Message = sarif.NewTextMessage(what)
		related = append(related, l)
		at := l.PhysicalLocation
		name := text.TruncateStart(*at.ArtifactLocation.URI, 60) + fmt.Sprintf(":%d", *at.Region.StartLine)
		if profile != profileGitLab {
			name = fmt.Sprintf("[%s](%d)", name, *l.Id)
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return nil, ""
	}
	return related, " " + enumerate(lead, names, maxListed) + "."
}

func ref[T any](v T) *T { return &v }

// plainMessage writes s as a SARIF plain text message of at most n characters: brackets and
// backslashes are escaped, because [text](n) is a link there (SARIF 2.1.0, 3.11.6). An escape is
// never split.
func plainMessage(s string, n int) string {
	if !strings.ContainsAny(s, `[]\`) && utf8.ValidString(s) {
		return text.Truncate(s, n)
	}
	var b strings.Builder
	used, cut := 0, 0
	for _, r := range s {
		if strings.ContainsRune(`[]\`, r) {
			b.WriteByte('\\')
			used++
		}
		b.WriteRune(r)
		used++
		if used < n {
			cut = b.Len()
		}
		if used > n {
			return b.String()[:cut] + "…"
		}
	}
	return b.String()
}
