package config

import (
	"errors"
	"slices"
	"strings"
)

// Group is the heading under which help and README list a setting.
type Group string

// The groups, in the order in which they are shown.
const (
	GroupTargets Group = "What is scanned"
	GroupPolicy  Group = "What is allowed"
	GroupReport  Group = "Reports"
	GroupService Group = "The service"
	GroupRun     Group = "The run"
)

// Groups returns the groups in their order.
func Groups() []Group {
	return []Group{GroupTargets, GroupPolicy, GroupReport, GroupService, GroupRun}
}

// Command is a set of commands that have settings.
type Command uint8

// The commands.
const (
	Scan Command = 1 << iota
	Alerts
	Verdict
	Report
	Verify
	Optix
)

// Setting is one thing that can be set: as the flag --Name, as the variable
// SCANGATE_NAME, as INPUT_NAME inside a GitHub action, and, if FileKey is not empty,
// in the config file. If FlagOnly is set, it is a flag and nothing else.
type Setting struct {
	Name string
	// Short is the one-letter flag, if any.
	Short string
	// Value names the value in help; it is empty for a switch.
	Value string
	// Choices are the accepted values, if they are few. Value defaults to them.
	Choices []string
	Usage   string
	Group   Group
	// Also lists the commands besides scan that have the setting. Scan has none that is SavedOnly.
	Also      Command
	SavedOnly bool
	// FileKey is the dotted path of the key in .scangate.yaml; empty means that the
	// file can't set it.
	FileKey string
	// Repeat means that every occurrence adds a value. In the environment each line is
	// one occurrence.
	Repeat bool
	// Default is the value that applies when none is given; empty means none.
	Default string
	// PerName means that the values are NAME=VALUE, and that a stronger source replaces
	// those of the names that it gives, not all of them.
	PerName bool
	// EachSource means that the values of all sources count side by side, as limits do.
	EachSource bool
	// FlagOnly means that only the command line can set it: no variable, no input of an
	// action.
	FlagOnly bool
	// NoVariable means that only the command line and the input of an action's step can set it.
	NoVariable bool

	shape shape // of the file's key
	// fromProcess means that a NAME without a value takes that variable of the process.
	fromProcess bool
	set         setter
}

// Settings returns the settings of one command, in the order of help.
//
// The commands that read a saved result have no default for what the file can set: there
// the result says what was in force.
func Settings(c Command) []Setting {
	var out []Setting
	for _, s := range AllSettings() {
		if s.Also&c == 0 && (c != Scan || s.SavedOnly) {
			continue
		}
		if c&(Verdict|Report|Verify) != 0 && s.FileKey != "" {
			s.Default = ""
		}
		if c == Optix && s.Name == "timeout" {
			s.Default = "5m" // a person waits, and not a pipeline
		}
		if c == Verify && s.Name == "commit" {
			s = ofResult(s)
		}
		out = append(out, s)
	}
	return out
}

// AllSettings returns the settings of all commands, in the order of help.
func AllSettings() []Setting {
	all := slices.Concat(targets(), trees(), sources(), policy(), judges(), reports(), service(), run())
	for i, s := range all {
		if s.Value == "" {
			all[i].Value = strings.Join(s.Choices, "|")
		}
	}
	return all
}

// Switch reports whether the setting is on or off and takes no value.
func (s Setting) Switch() bool { return s.Value == "" }

// Variable returns the environment variable: SCANGATE_FAIL_ON for --fail-on.
func (s Setting) Variable() string { return prefix + s.upper() }

// prefix starts the name of every variable that scangate reads.
const prefix = "SCANGATE_"

// inputPrefix starts the names of the variables that hold an action's inputs.
const inputPrefix = "INPUT_"

// APIKeyVariable holds the API key, which has no flag.
const APIKeyVariable = prefix + "API_KEY"

func (s Setting) upper() string {
	return strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
}

// variables returns the names that are looked up, strongest first. The input of a
// step comes before a variable of the whole job. The runner keeps the hyphens of an
// input's name, but shells drop such variables: action.yml passes underscores.
func (s Setting) variables(action bool) []string {
	if s.FlagOnly {
		return nil
	}
	var names []string
	if action {
		names = []string{inputPrefix + s.upper(), inputPrefix + strings.ToUpper(s.Name)}
	}
	if !s.NoVariable {
		names = append(names, s.Variable())
	}
	return names
}

// setter stores the values of one setting in the config. There is at least one value.
type setter func(*Config, []Value) error

// last stores the last value: a flag that is repeated overrides itself.
func last[T any](field func(*Config) *T, parse func(string) (T, error)) setter {
	return func(c *Config, values []Value) error {
		v := values[len(values)-1]
		parsed, err := parse(v.Text)
		if err != nil {
			return &Error{Origin: v.Origin, Text: err.Error()}
		}
		*field(c) = parsed
		return nil
	}
}

// each adds every value, and tells all that are wrong.
func each(add func(*Config, Value) error) setter {
	return func(c *Config, values []Value) error {
		var errs []error
		for _, v := range values {
			if err := add(c, v); err != nil {
				errs = append(errs, &Error{Origin: v.Origin, Text: err.Error()})
			}
		}
		return errors.Join(errs...)
	}
}
