package ci

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/sethvargo/go-githubactions"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/text"
)

// Level is the kind of an annotation.
type Level uint8

// The levels, the gravest first.
const (
	LevelError Level = iota
	LevelWarning
	LevelNotice
	levels
)

const (
	// annotationsPerLevel is how many annotations of a level GitHub takes from a
	// step. It drops the others silently, in the order in which they were printed
	// (https://docs.github.com/rest/checks/runs; actions/toolkit #734).
	annotationsPerLevel = 10
	// The runner cuts messages at 4,096 characters, and shows fewer.
	annotationText  = 1000
	annotationTitle = 200
)

// Annotation is a message on the page of the run and, where it has a file, at
// its line in a pull request.
type Annotation struct {
	Level Level
	// File is relative to the repository, with slashes; empty if unknown. Line is
	// 1-based; 0 if unknown.
	File string
	Line int
	// Title and Text may hold what others wrote.
	Title, Text string
	// Targets and Findings are what it stands for, to be counted where it is left
	// out.
	Targets, Findings int
}

// Annotate writes the annotations to w, which must lead to the log as it is: at
// most ten of a level, in their order, the rest counted in the tenth.
func (s *Step) Annotate(w io.Writer, all []Annotation) error {
	byLevel := make([][]Annotation, levels)
	for _, a := range all {
		l := min(a.Level, LevelNotice)
		byLevel[l] = append(byLevel[l], a)
	}
	for _, list := range byLevel {
		for _, a := range atMostTen(list) {
			if err := guard(func() { a.issue(s.action(w)) }); err != nil {
				return fmt.Errorf("can't write annotations: %w", err)
			}
		}
	}
	return nil
}

// atMostTen keeps the first of list, and counts the others in the last of them.
func atMostTen(list []Annotation) []Annotation {
	if len(list) <= annotationsPerLevel {
		return list
	}
	kept, rest := slices.Clone(list[:annotationsPerLevel-1]), list[annotationsPerLevel-1:]
	more := Annotation{Level: rest[0].Level, Title: "scangate: more"}
	for _, a := range rest {
		more.Targets += a.Targets
		more.Findings += a.Findings
	}
	more.Text = "and " + more.stands(len(rest)) + ", see the job summary"
	return append(kept, more)
}

// stands writes what was left out: "37 more findings".
func (a Annotation) stands(annotations int) string {
	var parts []string
	if a.Targets > 0 {
		parts = append(parts, fmt.Sprintf("%d more without an answer", a.Targets))
	}
	if a.Findings > 0 {
		parts = append(parts, fmt.Sprintf("%d more findings", a.Findings))
	}
	if len(parts) == 0 {
		return fmt.Sprintf("%d more", annotations)
	}
	return strings.Join(parts, " and ")
}

// issue writes the command. The library escapes what ends a line or a property;
// console.Clean comes first, for what the runner's older commands and whoever
// reads the log make of the rest (google/osv-scanner #2947).
func (a Annotation) issue(action *githubactions.Action) {
	fields := map[string]string{}
	if name, ok := annotatable(a.File); ok {
		fields["file"] = name
		if a.Line > 0 { // line=0 would be sent as it is
			fields["line"] = strconv.Itoa(a.Line)
		}
	} else if a.File != "" {
		a.Text = console.Clean(a.File) + ": " + a.Text
	}
	if title := harmless(a.Title, annotationTitle); title != "" {
		fields["title"] = title
	}
	action = action.WithFieldsMap(fields)
	message := harmless(a.Text, annotationText)
	switch a.Level {
	case LevelError:
		action.Errorf("%s", message)
	case LevelWarning:
		action.Warningf("%s", message)
	default:
		action.Noticef("%s", message)
	}
}

// annotatable returns the name of a file as GitHub knows it. One that is changed
// by console.Clean, or leads out of the repository, is none: it is said in the
// text.
func annotatable(file string) (string, bool) {
	name := path.Clean(file)
	if file == "" || name == "." || path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../") {
		return "", false
	}
	return name, console.Clean(name) == name
}

// harmless makes s a clean line of at most n characters.
func harmless(s string, n int) string { return text.Truncate(console.Clean(text.Fold(s)), n) }
