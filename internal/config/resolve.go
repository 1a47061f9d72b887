package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// Origin classes a source.
type Origin string

// The origins, strongest first.
const (
	FromFlag    Origin = "flag"
	FromEnv     Origin = "environment"
	FromFile    Origin = "file"
	FromDefault Origin = "default"
)

// Source says where a value came from.
type Source struct {
	Origin Origin
	// Name is the flag (--max), the variable (SCANGATE_MAX) or the file's path.
	Name string
	// Key, Line and Column are set for values of the file; Column is 0 where only
	// the line is known.
	Key          string
	Line, Column int
	// repoPath is the file's path relative to the repository root, for findings.
	repoPath string
}

// String is the source as people look it up: --max, SCANGATE_MAX, or
// .scangate.yaml:7:3: limits.max.
func (s Source) String() string {
	if s.Origin != FromFile {
		return s.Name
	}
	at := fmt.Sprintf("%s:%d", s.Name, s.Line)
	if s.Column > 0 {
		at += fmt.Sprintf(":%d", s.Column)
	}
	if s.Key != "" {
		at += ": " + s.Key
	}
	return at
}

func (s Source) location() *result.Location {
	if s.Origin != FromFile || s.repoPath == "" {
		return nil
	}
	return &result.Location{Path: s.repoPath, Line: s.Line}
}

// Error is a value that can't be used, and where it stands.
type Error struct {
	Source Source
	Text   string
}

// Error says where first, then what and how to fix it.
func (e *Error) Error() string { return e.Source.String() + ": " + e.Text }

// Flags holds what the command line gives: the values of each flag that was
// used, by its name.
type Flags map[string][]string

// Resolve merges the sources for the settings of one command. getenv looks a
// variable up; file may be nil. All errors are of type [*Error], joined.
func Resolve(settings []Setting, flags Flags, getenv func(string) string, file *File) (*Config, error) {
	c := &Config{sources: map[string]Source{}}
	if file != nil {
		c.Alerts, c.Checks = file.entries["alerts"], file.entries["checks"]
	}
	action := getenv("GITHUB_ACTIONS") == "true"
	var errs []error
	for _, s := range settings {
		values := s.values(flags, getenv, action, file)
		if len(values) == 0 {
			continue
		}
		c.sources[s.Name] = values[0].Source
		errs = append(errs, s.apply(c, values))
	}
	return c, errors.Join(errs...)
}

// values returns the values of the strongest source that gives any.
func (s Setting) values(flags Flags, getenv func(string) string, action bool, file *File) []Value {
	if texts, ok := flags[s.Name]; ok {
		return sourced(texts, Source{Origin: FromFlag, Name: "--" + s.Name})
	}
	for _, name := range s.variables(action) {
		if text := getenv(name); text != "" {
			return sourced(s.split(text), Source{Origin: FromEnv, Name: name})
		}
	}
	if s.FileKey != "" && file != nil {
		if values := file.values[s.FileKey]; len(values) > 0 {
			return values
		}
	}
	if s.Default == "" {
		return nil
	}
	return sourced([]string{s.Default}, Source{Origin: FromDefault, Name: "default of --" + s.Name})
}

// variables are the names that are looked up, strongest first. A step's input
// is nearer to the run than a variable of the whole job. The runner upper-cases
// names and keeps hyphens; shells drop such variables, so that action.yml
// passes them with underscores.
func (s Setting) variables(action bool) []string {
	upper := strings.ToUpper(s.Name)
	under := strings.ReplaceAll(upper, "-", "_")
	if !action {
		return []string{"SCANGATE_" + under}
	}
	return []string{"INPUT_" + under, "INPUT_" + upper, "SCANGATE_" + under}
}

// split makes values of a variable's text: one a line for repeatable settings.
func (s Setting) split(text string) []string {
	if !s.Repeat {
		return []string{strings.TrimSpace(text)}
	}
	var out []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func sourced(texts []string, src Source) []Value {
	out := make([]Value, 0, len(texts))
	for _, t := range texts {
		out = append(out, Value{Text: t, Source: src})
	}
	return out
}

// Given reports whether a flag, a variable or the file gave the value.
func (s Source) Given() bool { return s.Origin != "" && s.Origin != FromDefault }

// FilePath is the config file that --config or its variable names, or "".
func FilePath(flags Flags, getenv func(string) string) string {
	for _, s := range ScanSettings() {
		if s.Name != "config" {
			continue
		}
		if vs := s.values(flags, getenv, getenv("GITHUB_ACTIONS") == "true", nil); len(vs) > 0 {
			return vs[len(vs)-1].Text
		}
	}
	return ""
}

// UnknownVariables returns the names of variables that look like settings and
// are none: a mistyped limit that silently does nothing is a limit that does
// not hold. environ is in the form of os.Environ; more are the variables that
// are no settings.
func UnknownVariables(environ []string, more ...string) []string {
	known := map[string]bool{"SCANGATE_API_KEY": true}
	for _, name := range more {
		known[name] = true
	}
	for _, s := range ScanSettings() {
		for _, name := range s.variables(false) {
			known[name] = true
		}
	}
	var out []string
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "SCANGATE_") && value != "" && !known[name] {
			out = append(out, name)
		}
	}
	return out
}
