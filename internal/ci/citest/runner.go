package citest

import (
	"errors"
	"slices"
	"strings"
)

// The rest of the file mirrors GitHub's runner: actions/runner, src/Runner.Common/ActionCommand.cs
// and src/Runner.Worker/FileCommandManager.cs.

// Command is a workflow command in a line of the log.
type Command struct {
	Name       string
	Properties map[string]string
	Data       string
}

// registered reports whether the runner knows a command of this name.
func registered(name string) bool {
	names := []string{
		"add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice", "remove-matcher",
		"save-state", "set-env", "set-output", "stop-commands", "warning", "internal-set-repo-path",
	}
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// ParseLine returns the command in a line, nil if there is none. The older grammar may begin
// anywhere.
func ParseLine(line string) *Command {
	if c := parseNew(strings.TrimSpace(line)); c != nil {
		return c
	}
	_, rest, ok := strings.Cut(line, "##[")
	info, data, ok2 := strings.Cut(rest, "]")
	name, _, _ := strings.Cut(info, " ")
	if !ok || !ok2 || !registered(name) {
		return nil
	}
	return &Command{Name: name, Data: data}
}

func parseNew(line string) *Command {
	rest, ok := strings.CutPrefix(line, "::")
	info, data, ok2 := strings.Cut(rest, "::")
	name, properties, _ := strings.Cut(info, " ")
	if !ok || !ok2 || !registered(name) {
		return nil
	}
	c := &Command{Name: name, Properties: map[string]string{}, Data: unescape(data, "%0D", "\r", "%0A", "\n", "%25", "%")}
	for p := range strings.SplitSeq(strings.TrimSpace(properties), ",") {
		if key, value, ok := strings.Cut(p, "="); ok && value != "" {
			c.Properties[key] = unescape(value, "%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
		}
	}
	return c
}

// unescape applies the replacements one after the other, as the runner does.
func unescape(s string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, pairs[i], pairs[i+1])
	}
	return s
}

// errFormat is the error with which the runner fails a step.
var errFormat = errors.New("the runner fails the step: invalid format")

// ParseOutputs reads the file of GITHUB_OUTPUT.
func ParseOutputs(text string) (map[string]string, error) {
	all := map[string]string{}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		equals, heredoc := strings.Index(line, "="), strings.Index(line, "<<")
		switch {
		case line == "":
		case equals >= 0 && (heredoc < 0 || equals < heredoc):
			all[line[:equals]] = line[equals+1:]
		case heredoc >= 0:
			end := line[heredoc+2:]
			var value []string
			for i++; i < len(lines) && lines[i] != end; i++ {
				value = append(value, lines[i])
			}
			if i == len(lines) || heredoc == 0 || end == "" {
				return all, errFormat
			}
			all[line[:heredoc]] = strings.Join(value, "\n")
		default:
			return all, errFormat
		}
	}
	return all, nil
}
