// Package report writes a result in the formats that people and machines read.
// A format is one file and one entry in the registry; what several formats share
// (which findings are shown, their groups, how to fix them) lies beside them.
//
// Reports read the verdict's record and decide nothing.
package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// The names of the formats.
const (
	Console           = "console"
	JSON              = "json"
	SARIF             = "sarif"
	SARIFFull         = "sarif-full"
	GitLabSAST        = "gitlab-sast"
	GitLabCodeQuality = "gitlab-codequality"
	JUnit             = "junit"
	Markdown          = "markdown"
	HTML              = "html"
	Dotenv            = "dotenv"
)

// The profiles of [SARIF]: whose limits the file keeps.
const (
	GitHub = "github"
	GitLab = "gitlab"
)

// Options are what a reader chooses. They change what is shown, never what was
// decided.
type Options struct {
	// MinSeverity hides findings below it from all formats but json; they are
	// counted. Unknown ones are never hidden: nobody knows that they are harmless.
	MinSeverity result.Severity
	// Verbose makes the console show every finding with its rule and details, and
	// name every target. Without it the console shows the worst and counts the rest.
	Verbose bool
	// VerdictLine ends the console's report with the verdict: for a file, which
	// has no standard error beside it.
	VerdictLine bool
	// Color and Width are those of the console's stream; a width of 0 is 80.
	Color bool
	Width int
	// Category tells the SARIF files of several jobs of one commit apart. It ends
	// in a slash; "" is "scangate/".
	Category string
	// Profile is GitHub or GitLab; "" is GitHub.
	Profile string
	// MaxBytes is how long the Markdown report may be; 0 is 65,000.
	MaxBytes int
}

// Format is one way to write a result.
type Format struct {
	Name string
	// Help is one line for the help texts.
	Help string
	// CompleteOnly formats are uploaded to platforms that close the alerts a
	// report does not name. The caller must not write them where a row has no
	// answer (DESIGN "Rules of the domain"; Write does not check it).
	CompleteOnly bool
	// RemoveOld formats are acted on by whatever finds them: the caller removes
	// the file of an earlier run before anything is sent, so that nobody takes it
	// for what became of this one.
	RemoveOld bool

	write func(w io.Writer, r *result.Result, o Options) error
}

// Formats returns all formats, in the order in which help lists them.
func Formats() []Format {
	return []Format{
		{Name: Console, Help: "for people: what has no answer, the worst findings, the rest counted", write: writeConsole},
		{Name: JSON, Help: "result.json: the whole outcome, from which the other formats can be made", write: writeJSON},
		{Name: SARIF, Help: "SARIF 2.1.0 for upload to GitHub and GitLab", CompleteOnly: true, RemoveOld: true, write: writeSARIF},
		{Name: SARIFFull, Help: "SARIF 2.1.0 with everything, for other readers", write: writeSARIFFull},
		{Name: GitLabSAST, Help: "GitLab's security report", CompleteOnly: true, RemoveOld: true, write: writeGitLabSAST},
		{Name: GitLabCodeQuality, Help: "GitLab's code quality report, on every tier", write: writeCodeQuality},
		{Name: JUnit, Help: "JUnit XML: a test case for each target", write: writeJUnit},
		{Name: Markdown, Help: "for job summaries and comments", write: writeMarkdown},
		{Name: HTML, Help: "one page for people, complete in itself", write: writeHTML},
		{Name: Dotenv, Help: "the verdict and the counts as variables, for GitLab's artifacts:reports:dotenv", RemoveOld: true, write: writeDotenv},
	}
}

// FormatError names a format that does not exist.
type FormatError struct{ Name string }

// Error lists the formats that do exist.
func (e *FormatError) Error() string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return fmt.Sprintf("unknown format %q: use %s", e.Name, strings.Join(names, ", "))
}

// Lookup finds a format by its name; the error is a [*FormatError].
func Lookup(name string) (Format, error) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, &FormatError{name}
}

// Write writes r to w in the named format. A [*FormatError] means that nothing
// was written; every other error comes from w.
func Write(w io.Writer, name string, r *result.Result, o Options) error {
	f, err := Lookup(name)
	if err != nil {
		return err
	}
	if err := f.write(w, r, o); err != nil {
		return fmt.Errorf("write %s report: %w", name, err)
	}
	return nil
}

// visible splits the findings into those that o shows and the number of
// vulnerabilities or findings hidden per severity. Findings outside the change
// are in neither: see notCounted.
func visible(findings []result.Finding, o Options) (shown []*result.Finding, hidden counts) {
	return split(findings, o, func(f *result.Finding) bool { return f.Stamp.Effect != result.OutsideChange })
}

// visibleOrOutside does the same for a format that holds findings outside the
// change too.
func visibleOrOutside(findings []result.Finding, o Options) (shown []*result.Finding, hidden counts) {
	return split(findings, o, func(*result.Finding) bool { return true })
}

func split(findings []result.Finding, o Options, keep func(*result.Finding) bool) (shown []*result.Finding, hidden counts) {
	shown = make([]*result.Finding, 0, len(findings))
	for i := range findings {
		f := &findings[i]
		switch {
		case !keep(f):
		case f.Severity != result.Unknown && f.Severity < o.MinSeverity:
			hidden.add(f)
		default:
			shown = append(shown, f)
		}
	}
	return shown, hidden
}

// counts holds a number per severity.
type counts [result.Critical + 1]int

func (c *counts) add(f *result.Finding) {
	c.raise(f.Severity, max(1, f.Count))
}

// raise adds n to a severity; one that nobody knows counts as unknown.
func (c *counts) raise(s result.Severity, n int) {
	if s > result.Critical {
		s = result.Unknown
	}
	c[s] += n
}

func (c *counts) addAll(d counts) {
	for s, n := range d {
		c[s] += n
	}
}

// of is the number of a severity; one that nobody knows counts as unknown.
func (c counts) of(s result.Severity) int {
	if s > result.Critical {
		s = result.Unknown
	}
	return c[s]
}

func (c *counts) subtract(d counts) {
	for s, n := range d {
		c[s] -= n
	}
}

func (c counts) empty() bool { return c == counts{} }

// String lists what occurs, worst first: "critical 2 · high 7".
func (c counts) String() string {
	var parts []string
	for _, s := range ranked() {
		if c[s] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", s, c[s]))
		}
	}
	return strings.Join(parts, " · ")
}

// ranked returns the severities in the order of urgency. Unknown comes after
// high, and is treated like it wherever a format knows no unknown: nobody can
// say that it is less.
func ranked() [6]result.Severity {
	return [...]result.Severity{
		result.Critical, result.High, result.Unknown, result.Medium, result.Low, result.Info,
	}
}

// urgency is a severity's place in ranked: 0 is the most urgent. A number that
// is no severity is unknown, as its name is.
func urgency(s result.Severity) int {
	if s > result.Critical {
		s = result.Unknown
	}
	return [...]int{
		result.Critical: 0, result.High: 1, result.Unknown: 2, result.Medium: 3, result.Low: 4, result.Info: 5,
	}[s]
}
