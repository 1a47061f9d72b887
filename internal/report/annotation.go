package report

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	// maxAnnotations is how many annotations of one level the runners of GitHub and Azure take from
	// a step. They drop the others silently, in the order in which they were printed
	// (https://docs.github.com/rest/checks/runs; actions/toolkit #734; AddIssue in
	// azure-pipelines-agent, src/Agent.Worker/ExecutionContext.cs).
	maxAnnotations = 10
	// The runners cut messages at 4,096 characters, and the hosts show fewer.
	annotationText  = 1000
	annotationTitle = 200
	// moreTitle is the title of an annotation that counts what has none of its own.
	moreTitle = "scangate: more"
	// annotatedTargets is how many targets an annotation names.
	annotatedTargets = 3
)

// level is the kind of an annotation, and its command.
type level string

const (
	levelError   level = "error"
	levelWarning level = "warning"
	levelNotice  level = "notice"
)

// annotation is a message on the page of the run and, where it has a file, at its line in a pull
// request.
type annotation struct {
	level level
	// file is relative to the repository, with slashes, "" if unknown; line is 1-based, 0 if
	// unknown.
	file string
	line int
	// title and message may hold text of others.
	title, message string
	// second is a second line of the message, "" for none.
	second string
	// targets and findings are what the annotation stands for.
	targets, findings int
}

// titled is the message with the title before it, for hosts whose annotations have no title.
func (a annotation) titled() string {
	title := strings.TrimPrefix(a.title, "scangate: ")
	if a.title == moreTitle {
		title = ""
	}
	return joinNonEmpty(": ", title, a.message)
}

// annotationLists are the annotations of a result, by level.
type annotationLists map[level]*annotationList

// annotationLists lists the run's warnings and what has no answer, then the findings that have a
// place, the most urgent first. Of each level ten are kept. Findings without a place are one
// annotation of the worst one's level.
func (m *Model) annotationLists(o Options) annotationLists {
	levels := annotationLists{levelError: {}, levelWarning: {}, levelNotice: {}}
	add := func(a annotation) {
		if a.file != "" {
			a.file = path.Join(o.Folder, a.file)
		}
		levels[a.level].add(a)
	}
	for _, warning := range o.Warnings {
		add(annotation{level: levelWarning, title: "scangate: warning", message: warning})
	}
	for _, u := range m.unanswered {
		add(m.unansweredAnnotation(u))
	}
	unplaced := annotation{level: levelNotice, title: moreTitle}
	for _, e := range m.entries() {
		switch l := levels[m.levelOf(e)]; {
		case !e.worst().Placed():
			if unplaced.findings == 0 { // the worst is the first
				unplaced.level = m.levelOf(e)
			}
			unplaced.findings += len(e.findings)
		case l.full():
			l.count(annotation{findings: 1})
		default:
			add(m.entryAnnotation(e))
		}
	}
	if unplaced.findings > 0 {
		unplaced.message = unplacedNote(unplaced.findings)
		add(unplaced)
		o.leftOut(unplaced.message)
	}
	return levels
}

// write writes the annotations of the given levels, as commands for the log of a host, and tells
// what is left out.
func (levels annotationLists) write(w io.Writer, o Options, command func(annotation) string, written ...level) error {
	out := bufio.NewWriter(w)
	for _, l := range written {
		list := levels[l].limited(l)
		for _, a := range list {
			fmt.Fprint(out, command(a))
		}
		if levels[l].n > maxAnnotations {
			o.leftOut(string(l) + ": " + list[len(list)-1].message)
		}
	}
	return out.Flush() // the first error of all writes
}

// annotationList keeps the first annotations of a level and counts all.
type annotationList struct {
	first             []annotation
	n                 int
	targets, findings int // of those after the first nine
}

func (l *annotationList) full() bool { return len(l.first) == maxAnnotations }

func (l *annotationList) add(a annotation) {
	if !l.full() {
		l.first = append(l.first, a)
	}
	l.count(a)
}

func (l *annotationList) count(a annotation) {
	l.n++
	if l.n >= maxAnnotations {
		l.targets += a.targets
		l.findings += a.findings
	}
}

// limited returns at most ten annotations: the tenth counts what is left out.
func (l *annotationList) limited(of level) []annotation {
	if l.n <= maxAnnotations {
		return l.first
	}
	var parts []string
	if l.targets > 0 {
		parts = append(parts, fmt.Sprintf("%d more without an answer", l.targets))
	}
	if l.findings > 0 {
		parts = append(parts, plural(l.findings, "more finding", "more findings"))
	}
	if len(parts) == 0 {
		parts = append(parts, fmt.Sprintf("%d more", l.n-maxAnnotations+1))
	}
	more := annotation{level: of, title: moreTitle, message: "and " + strings.Join(parts, " and ") + ", see the summary"}
	return append(l.first[:maxAnnotations-1:maxAnnotations-1], more)
}

func (m *Model) unansweredAnnotation(u unanswered) annotation {
	a := annotation{level: m.blockingLevel(), title: "scangate: no answer", targets: len(u.rows)}
	if len(u.rows) == 1 {
		a.file, a.line = annotationPlace(u.rows[0].Row)
	}
	var names []string
	for _, row := range u.rows {
		names = append(names, showTarget(row.Target))
	}
	a.message = enumerate("", names, annotatedTargets) + ": " + u.reason
	if u.fix != "" {
		a.message += "; fix: " + u.fix
	}
	return a
}

// annotationPlace is where a row's target stands. The target's own file has no line: nothing is
// wrong with its first one.
func annotationPlace(row *result.Row) (file string, line int) {
	at := placeOf(row)
	if len(row.Target.Places) == 0 {
		at.Line = 0
	}
	return at.Path, at.Line
}

func (m *Model) entryAnnotation(e entry) annotation {
	f := e.worst()
	a := annotation{
		level: m.levelOf(e), file: f.Locations[0].Path, line: placesOf(f)[0].Line,
		title: "scangate: " + f.Severity.String(), message: resourceSummary(f), second: likelyNote(f), findings: 1,
	}
	if f.CountsVulnerabilities() {
		a.message = f.Image + ": " + e.counts().String() + " vulnerabilities"
		if m.result.Embedded {
			a.message += " (sample data)"
		}
	}
	if f.Note != "" {
		a.message += " (" + f.Note + ")"
	}
	a.message = joinNonEmpty(". ", a.message, says(f))
	if more := len(e.furtherPlaces()); more > 0 {
		a.message += " (and " + plural(more, "more place", "more places") + ")"
	}
	return a
}

// levelOf is the level of an annotation of findings, in every format that has levels: an error only
// if a limit is crossed and the run fails.
func (m *Model) levelOf(e entry) level {
	switch f := e.worst(); {
	case f.Stamp.Blocks():
		return m.blockingLevel()
	case f.Severity == result.Low || f.Severity == result.Info:
		return levelNotice
	}
	return levelWarning
}

// blockingLevel is the level of a crossed limit and of a missing answer. It is a warning where the
// verdict exits with 0 all the same, as --soft-fail and --on-error warn ask for.
func (m *Model) blockingLevel() level {
	if m.result.Verdict.Exit == 0 {
		return levelWarning
	}
	return levelError
}

// annotationLine makes s a harmless line of at most n characters.
func annotationLine(s string, n int) string { return text.Truncate(console.Clean(text.Fold(s)), n) }
