// Package report writes a result in the formats that people and machines read. A format is one file
// and one entry in the registry; what several formats share (which findings are shown, problems,
// how to fix them) is in [Model].
//
// Reports read the verdict's record and the stamps of the findings; they decide nothing.
package report

import (
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/scangate/scangate/internal/choice"
	"github.com/scangate/scangate/internal/seal"
)

// The names of the formats that other packages mention.
const (
	Console     = "console"
	Markdown    = "markdown"
	Annotations = "annotations"
	// FromTemplate is the format of the user's own template.
	FromTemplate = "template"
)

// The profiles of the sarif format.
const (
	profileGitHub = "github"
	profileGitLab = "gitlab"
)

// Options are what one format needs to know about its reader.
type Options struct {
	// Verbose makes the console show every finding with its rule and details, and name every
	// target. Without it the console shows the worst problems and counts the rest.
	Verbose bool
	// VerdictLine ends the console's report with the verdict: for a file, which has no standard
	// error beside it.
	VerdictLine bool
	// Color, Width and Height are those of the console's stream. A width of 0 is 80, and without a
	// height the report has any length.
	Color         bool
	Width, Height int
	// Links is set where the console's terminal takes links (see [console.TakesLinks]); Root is the
	// absolute folder that the result's paths are relative to, "" if it is not on this machine.
	Links bool
	Root  string
	// Category distinguishes the SARIF files of several jobs of one commit. It ends in a slash; ""
	// is "scangate/".
	Category string
	// UploadNames leaves the category out of the sarif report: the step that uploads it adds one.
	UploadNames bool
	// Profile is "github" or "gitlab", whose limits a SARIF file keeps; "" is "github".
	Profile string
	// MaxBytes is how long the Markdown report may be; 0 is 65,000.
	MaxBytes int
	// Folder is where the result's paths begin, relative to the repository that annotations appear
	// in.
	Folder string
	// Warnings of the run itself come first among the annotations.
	Warnings []string
	// Summary is the absolute path of the Markdown report of the same run, for the summary of Azure
	// Pipelines; "" without one.
	Summary string
	// LeftOut, if set, is called with what a report leaves out: "FORMAT: " and a clause.
	LeftOut func(string)
	// Template is what the template format writes.
	Template *Template
	// Seal is the key that result.json is sealed with. Without one it keeps the seal that it has.
	Seal seal.Key
}

// leftOut tells what a report leaves out.
func (o Options) leftOut(what string) {
	if o.LeftOut != nil {
		o.LeftOut(what)
	}
}

// Format is one way to write a result.
type Format struct {
	Name string
	// Help is one line for the help texts.
	Help string
	// CompleteOnly formats are uploaded to platforms that close the alerts that a report does not
	// name. The caller must not write them where a row has no answer; Write does not check it.
	CompleteOnly bool
	// ToLog formats are for a terminal or a log, not for a file that a later step reads.
	ToLog bool

	write func(w io.Writer, m *Model, o Options) error
}

// Formats returns all formats, in the order in which help lists them.
func Formats() []Format {
	return []Format{
		{Name: Console, Help: "for people: targets without an answer and, last, what to fix first", ToLog: true, write: writeConsole},
		{Name: "json", Help: "result.json: the whole outcome; the other formats can be made from it", write: writeJSON},
		{Name: "sarif", Help: "SARIF 2.1.0 for upload to GitHub code scanning and GitLab", CompleteOnly: true, write: writeSARIF},
		{Name: "sarif-full", Help: "SARIF 2.1.0 with everything, for other readers", write: writeSARIFFull},
		{Name: "gitlab-sast", Help: "security report of GitLab (artifacts:reports:sast)", CompleteOnly: true, write: writeGitLabSAST},
		{Name: "gitlab-codequality", Help: "code quality report of GitLab (artifacts:reports:codequality), on every tier", write: writeCodeQuality},
		{Name: "junit", Help: "JUnit XML: a test case for each target, for test tabs", write: writeJUnit},
		{Name: Markdown, Help: "for job summaries and comments, at most 65,000 bytes", write: writeMarkdown},
		{Name: "html", Help: "one self-contained page", write: writeHTML},
		{Name: "csv", Help: "a table for spreadsheets: a row for each finding and each target without an answer", write: writeCSV},
		{Name: "text", Help: "a short message for a chat, at most 2,000 characters", write: writeText},
		{Name: FromTemplate, Help: "what --template makes of result.json", write: writeTemplate},
		{Name: "dotenv", Help: "the verdict and the counts as variables for later jobs of GitLab (artifacts:reports:dotenv)", write: writeDotenv},
		{Name: Annotations, Help: "workflow commands for GitHub's log: the worst problems at their lines", ToLog: true, write: writeAnnotations},
		{Name: "azure-annotations", Help: "logging commands for Azure Pipelines: the worst problems as issues, and -o markdown=PATH as the summary", ToLog: true, write: writeAzureAnnotations},
		{Name: "teamcity-messages", Help: "service messages for TeamCity's log: inspections, and a build problem if the run fails", ToLog: true, write: writeTeamCity},
		{Name: "bitbucket-insights", Help: "Code Insights of Bitbucket Cloud: each line is the body of a request, the report first", write: writeBitbucket},
		{Name: "buildkite-annotation", Help: "the markdown report for buildkite-agent annotate", write: writeBuildkite},
	}
}

// Lookup finds a format by its name. The error lists the formats, and for the name of a file says
// how to write it.
func Lookup(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	if format := formatOf(name); format != "" {
		return Format{}, fmt.Errorf("unknown format %q; did you mean %q? fix: write FORMAT=PATH", name, format+"="+name)
	}
	return Format{}, choice.Unknown("format", name, names)
}

// formatOf guesses the format of a file by the end of its name; "" for every other text.
func formatOf(file string) string {
	switch strings.ToLower(path.Ext(file)) {
	case ".sarif":
		return "sarif"
	case ".json":
		return "json"
	case ".xml":
		return "junit"
	case ".html":
		return "html"
	case ".md":
		return Markdown
	case ".csv":
		return "csv"
	case ".txt":
		return "text"
	case ".env":
		return "dotenv"
	}
	return ""
}
