package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/scangate/scangate/internal/result"
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
	results, unplaced := sarifResults(shown)
	s := sarifStream{w: bufio.NewWriterSize(&jsonGuard{dst: w}, 64<<10)}
	rules, index := sarifRules(results)

	s.text("{\n  \"$schema\": %q,\n  \"version\": \"2.1.0\",\n  \"runs\": [\n    {\n", sarifSchema)
	s.member("tool", sarif.Tool{Driver: sarifDriver(r.Tool, rules)})
	s.member("automationDetails", sarif.RunAutomationDetails{ID: ref(sarifCategory)})
	s.member("columnKind", "utf16CodeUnits")
	s.member("invocations", []*sarif.Invocation{sarifInvocation(r, unplaced, hidden)})
	s.text("      \"results\": [")
	for i, res := range results {
		if i > 0 {
			s.text(",")
		}
		s.text("\n        ")
		s.value(sarifResult(res, index[res.ruleID()]))
	}
	s.text("\n      ]\n    }\n  ]\n}\n")
	return s.end()
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
	what := clip(a.what, sarifText)
	if what == "" {
		what = id
	}
	return &sarif.ReportingDescriptor{
		ID:                   id,
		ShortDescription:     sarif.NewMultiformatMessageString(what),
		FullDescription:      sarif.NewMultiformatMessageString(clip(joinNonEmpty(" ", what, a.why), sarifText)),
		Help:                 sarif.NewMultiformatMessageString(a.text()).WithMarkdown(a.markdown()),
		DefaultConfiguration: sarif.NewReportingConfiguration().WithLevel(level),
		Properties:           properties,
	}
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
func sarifInvocation(r *result.Result, unplaced int, hidden counts) *sarif.Invocation {
	notes := []string{"Verdict: " + r.Verdict.Line}
	if unplaced > 0 {
		notes = append(notes, fmt.Sprintf("Findings without a place in a file of this repository: %d. They are not in this report; the console and result.json list them.", unplaced))
	}
	if !hidden.empty() {
		notes = append(notes, fmt.Sprintf("Findings below the smallest severity to show are not in this report: %s.", hidden))
	}
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

// sarifStream writes JSON piece by piece and keeps the first error.
type sarifStream struct {
	w   *bufio.Writer
	buf bytes.Buffer
	err error
}

func (s *sarifStream) text(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, format, args...)
	}
}

// member writes a member of the run, indented.
func (s *sarifStream) member(name string, v any) {
	s.text("      %q: ", name)
	s.encode(v, "  ")
	s.text(",\n")
}

// value writes v on one line: a log of many results stays a third smaller.
func (s *sarifStream) value(v any) { s.encode(v, "") }

func (s *sarifStream) encode(v any, indent string) {
	if s.err != nil {
		return
	}
	s.buf.Reset()
	enc := json.NewEncoder(&s.buf)
	enc.SetEscapeHTML(false)
	if indent != "" {
		enc.SetIndent("      ", indent)
	}
	if s.err = enc.Encode(v); s.err == nil {
		_, s.err = s.w.Write(bytes.TrimSuffix(s.buf.Bytes(), []byte("\n")))
	}
}

func (s *sarifStream) end() error {
	if s.err != nil {
		return s.err
	}
	return s.w.Flush()
}

func ref[T any](v T) *T { return &v }
