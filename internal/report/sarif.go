package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json" // the one in GitHub's documentation
	sarifURL    = "https://github.com/scangate/scangate"
	// sarifCategory ends in a slash: GitHub reads what stands before the last
	// one as the category.
	sarifCategory = "scangate/"
	// sarifPrint is our own key. GitHub's primaryLocationLineHash is left to its
	// uploader, which warns of every value that differs from its own.
	sarifPrint = "scangate/v1"
	// sarifText is the longest text that GitHub shows and GitLab takes: a longer
	// one drops the whole result there.
	sarifText = 1024
)

// writeSARIF writes the SARIF 2.1.0 file for upload: one run, with the findings
// that have a place, worst first. It is a stream: the results are made one at a
// time, out of the library's types but none of its methods that look through
// all rules or results (O(n) each) or marshal the whole report.
//
// Severity belongs to the rule for the consumers of SARIF, so that a rule's id
// ends in it. Findings of the same rule on the same line are one result: GitLab
// takes them for one, and would lose all texts but the first.
func writeSARIF(w io.Writer, r *result.Result, o Options) error {
	shown, hidden := visible(r.Findings, o)
	results, unplaced := onLines(shown)
	limit, whose := sarifLimit(o)
	left := results[min(limit, len(results)):]
	results = results[:len(results)-len(left)]
	rules, index := sarifRules(results)
	notes := []string{"Verdict: " + r.Verdict.Line}
	if len(left) > 0 {
		notes = append(notes, fmt.Sprintf("%s takes at most %d results of a run. The %d least severe are not in this report (%s); sarif-full and result.json hold them.",
			whose, limit, len(left), leftOut(left)))
	}
	if unplaced > 0 {
		notes = append(notes, fmt.Sprintf("Findings without a place in a file of this repository: %d. They are not in this report; the console, sarif-full and result.json list them.", unplaced))
	}
	if !hidden.empty() {
		notes = append(notes, fmt.Sprintf("Findings below the smallest severity to show are not in this report: %s.", hidden))
	}
	head := sarifHead{
		tool: sarif.Tool{Driver: sarifDriver(r.Tool, rules)}, category: cmp.Or(o.Category, sarifCategory),
		invocation: sarifInvocation(r, notes),
	}
	return writeSARIFLog(w, head, len(results), func(i int) *sarif.Result {
		return sarifResult(results[i], index[results[i].ruleID()])
	})
}

// sarifLimit is how many results of a run the platform takes: more make GitHub
// refuse the file, and GitLab drop those that come last.
func sarifLimit(o Options) (limit int, whose string) {
	if o.Profile == GitLab {
		return 5_000, "GitLab"
	}
	return 25_000, "GitHub"
}

// leftOut counts the results that are cut off per severity, "low 2 · info 7".
func leftOut(results []placed) counts {
	var n counts
	for _, p := range results {
		n.add(&result.Finding{Severity: p.findings[0].Severity})
	}
	return n
}

// sarifRules makes a rule for each id, in the order in which results name them.
func sarifRules(results []placed) (rules []*sarif.ReportingDescriptor, index map[string]uint) {
	rules, index = []*sarif.ReportingDescriptor{}, map[string]uint{}
	for _, r := range results {
		id := r.ruleID()
		if _, ok := index[id]; !ok {
			index[id] = uint(len(rules))
			rules = append(rules, sarifRule(id, r.findings[0]))
		}
	}
	return rules, index
}

func sarifRule(id string, f *result.Finding) *sarif.ReportingDescriptor {
	a := adviceOn(f)
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
		Name:                 ref(ruleName(f)),
		ShortDescription:     sarif.NewMultiformatMessageString(what),
		FullDescription:      sarif.NewMultiformatMessageString(text.Truncate(joinNonEmpty(" ", what, a.why), sarifText)),
		Help:                 sarif.NewMultiformatMessageString(a.text()).WithMarkdown(a.markdown()),
		DefaultConfiguration: sarif.NewReportingConfiguration().WithLevel(level),
		Properties:           properties,
	}
}

// ruleName is a rule's slug as an identifier that people can read (SARIF 2.1.0,
// 3.49.7): without the hash, each word with a capital. GitHub and GitLab take 255
// characters of it.
func ruleName(f *result.Finding) string {
	words := strings.FieldsFunc(bareRule(f), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) > 1 {
		words = words[:len(words)-1]
	}
	var name strings.Builder
	for _, w := range words {
		first, size := utf8.DecodeRuneInString(w)
		name.WriteString(string(unicode.ToUpper(first)) + w[size:])
	}
	return text.Truncate(cmp.Or(name.String(), "Finding"), 255)
}

// sarifSeverity maps a severity to SARIF's level and to GitHub's
// security-severity: the middle of each band of its scale (over 9.0 critical,
// 7.0 high, 4.0 medium, 0.1 low). SARIF knows no unknown severity: it counts as
// high, so that it is never shown as harmless. Info has no score, and so shows as
// a note.
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

// sarifDriver describes this program. GitHub wants a semanticVersion or a
// version; the first only where it is one.
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

// sarifInvocation carries what is no result: the verdict, and how many findings
// are not in this file. The run was successful, or the file would not be written.
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

// sarifResult makes one result. Its region is one line: pull requests show an
// annotation only where all lines of the region are in the diff.
func sarifResult(p placed, rule uint) *sarif.Result {
	level, _ := sarifSeverity(p.findings[0].Severity)
	region := sarif.NewSimpleRegion(p.line, p.line)
	res := &sarif.Result{
		RuleID: ref(p.ruleID()), RuleIndex: &rule, Level: &level,
		Message: sarif.Message{Text: ref(plainMessage(p.message(), sarifText))},
		Locations: []*sarif.Location{{PhysicalLocation: &sarif.PhysicalLocation{
			ArtifactLocation: sarif.NewSimpleArtifactLocation(p.uri), Region: region,
		}}},
	}
	if fp := p.fingerprint(); fp != "" {
		res.PartialFingerprints = map[string]any{sarifPrint: fp}
	}
	return res
}

func ref[T any](v T) *T { return &v }
