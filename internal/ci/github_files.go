package ci

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// The variables that name the files which the runner reads after the step.
const (
	outputVariable  = "GITHUB_OUTPUT"
	summaryVariable = "GITHUB_STEP_SUMMARY"
)

// delimiter is the line with which the library ends each value, always the same:
// a value that holds it ends where it likes, and what follows is another output
// (go-githubactions v1.4.0, actions.go).
const delimiter = "_GitHubActionsFileCommandDelimeter_"

// SummaryLimit is how large a step's summary may be, in bytes. GitHub drops a
// larger one as a whole, and the job stays green
// (https://docs.github.com/actions, "Job summary limits").
const SummaryLimit = 1 << 20

// Output is an output of the step. The name is ours; the value may hold what
// others chose, such as a path.
type Output struct{ Name, Value string }

// CheckOutput tells whether a value can be written: on one line, and without the
// library's delimiter.
func CheckOutput(o Output) error {
	if strings.ContainsAny(o.Value, "\r\n") {
		return fmt.Errorf("the output %s would hold a line break: choose another path", o.Name)
	}
	if strings.Contains(o.Value, delimiter) {
		return fmt.Errorf("the output %s would hold %s, which ends outputs: choose another path", o.Name, delimiter)
	}
	return nil
}

// SetOutputs writes the outputs, in their order, where the job has a file for
// them. It writes none if one of them can't be written as it is.
func (s *Step) SetOutputs(all []Output) error {
	if s.getenv(outputVariable) == "" {
		return nil
	}
	for _, o := range all {
		if err := CheckOutput(o); err != nil {
			return err
		}
	}
	action := s.action(io.Discard)
	for _, o := range all {
		if err := guard(func() { action.SetOutput(o.Name, o.Value) }); err != nil {
			return fileError(outputVariable, err)
		}
	}
	return nil
}

// fileError says which of the runner's files could not be written.
func fileError(variable string, err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		err = inner // without the library's own words
	}
	return fmt.Errorf("can't write the file that %s names: %w", variable, err)
}

// SummaryRoom returns how many bytes the step's summary still takes, after what
// other commands of the step have written; ok is false where the job has no file
// for it.
func (s *Step) SummaryRoom() (bytes int, ok bool) {
	name := s.getenv(summaryVariable)
	if name == "" {
		return 0, false
	}
	const ends = 4 // the line breaks around a part
	room := int64(SummaryLimit - ends)
	if info, err := os.Stat(name); err == nil {
		room -= min(info.Size(), room)
	}
	return int(room), true
}

// AddSummary appends Markdown to the step's summary, where the job has a file for
// it. Text of others in it must be escaped already.
func (s *Step) AddSummary(markdown string) error {
	name := s.getenv(summaryVariable)
	if name == "" {
		return nil
	}
	if info, err := os.Stat(name); err == nil && info.Size() > 0 {
		markdown = "\n" + markdown // what stands there may lack its last line break
	}
	if err := guard(func() { s.action(io.Discard).AddStepSummary(markdown) }); err != nil {
		return fileError(summaryVariable, err)
	}
	return nil
}
