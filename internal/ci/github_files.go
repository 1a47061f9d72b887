package ci

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// The variables that name the files that the runner reads after the step.
const (
	outputVariable  = "GITHUB_OUTPUT"
	summaryVariable = "GITHUB_STEP_SUMMARY"
)

// delimiter is the line with which the library ends each value. It is constant, so a value that
// holds it could add another output (go-githubactions v1.4.0, actions.go).
const delimiter = "_GitHubActionsFileCommandDelimeter_"

// summaryLimit is how large a step's summary may be, in bytes. GitHub drops a larger one without
// failing the job (https://docs.github.com/actions, "Job summary limits").
const summaryLimit = 1 << 20

// Output is an output of the step. The name is a constant; the value may hold text of others, such
// as a path.
type Output struct{ Name, Value string }

// CheckOutput returns an error for a value that can't be written: it must be one line without the
// library's delimiter.
func CheckOutput(o Output) error {
	if strings.ContainsAny(o.Value, "\r\n") {
		return fmt.Errorf("the output %s of the step would have a line break: %q; fix: choose another path", o.Name, o.Value)
	}
	if strings.Contains(o.Value, delimiter) {
		return fmt.Errorf("the output %s of the step would have %s, which ends outputs; fix: choose another path", o.Name, delimiter)
	}
	return nil
}

// SetOutputs writes the outputs in order, if the job has a file for them. It writes none if
// [CheckOutput] refuses one.
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

// CheckFiles returns which of the files that the runner reads can't be written. A file that is
// missing is created, as writing to it would do.
func (s *Step) CheckFiles() error {
	var errs []error
	for _, variable := range []string{outputVariable, summaryVariable} {
		name := s.getenv(variable)
		if name == "" {
			continue
		}
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
		if err != nil {
			errs = append(errs, fileError(variable, err))
			continue
		}
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// fileError names the runner's file that could not be written.
func fileError(variable string, err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		err = inner // without the library's own words
	}
	return fmt.Errorf("can't write the file that %s names: %w", variable, err)
}

// SummaryRoom returns how many bytes the step's summary has left after what other commands of the
// step have written. ok is false if the job has no file for it.
func (s *Step) SummaryRoom() (bytes int, ok bool) {
	name := s.getenv(summaryVariable)
	if name == "" {
		return 0, false
	}
	const ends = 4 // the line breaks around a part
	room := int64(summaryLimit - ends)
	if info, err := os.Stat(name); err == nil {
		room -= min(info.Size(), room)
	}
	return int(room), true
}

// AddSummary appends Markdown to the step's summary, if the job has a file for it. Text of others
// must be escaped already.
func (s *Step) AddSummary(markdown string) error {
	name := s.getenv(summaryVariable)
	if name == "" {
		return nil
	}
	if info, err := os.Stat(name); err == nil && info.Size() > 0 {
		markdown = "\n" + markdown // the last line there may lack its line break
	}
	if err := guard(func() { s.action(io.Discard).AddStepSummary(markdown) }); err != nil {
		return fileError(summaryVariable, err)
	}
	return nil
}
