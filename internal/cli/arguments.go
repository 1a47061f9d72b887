package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scangate/scangate/internal/choice"
	"github.com/scangate/scangate/internal/run"
)

// checkArguments makes the usage line of a command, and of those below it, the rule for its
// arguments: NAME is required, [NAME] is optional, and NAME… is one or more.
func checkArguments(cmd *cobra.Command) {
	cmd.Args = argumentError
	if cmd.HasSubCommands() && !cmd.Runnable() {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	for _, sub := range cmd.Commands() {
		checkArguments(sub)
	}
}

func argumentError(cmd *cobra.Command, args []string) error {
	names := strings.Fields(cmd.Use)[1:]
	required, repeated := 0, false
	for _, name := range names {
		if !strings.HasPrefix(name, "[") {
			required++
		}
		repeated = repeated || strings.Contains(name, "…")
	}
	usage := strings.Join(append([]string{cmd.CommandPath()}, names...), " ")
	switch {
	case len(args) < required:
		return usagef("%s is missing; fix: %s", names[len(args)], usage)
	case repeated || len(args) <= len(names):
		return nil
	case cmd.HasSubCommands():
		return unknown("command", args[0], commandNames(cmd), cmd.CommandPath()+" --help")
	}
	return usagef("unexpected argument %q; fix: %s", args[len(names)], usage)
}

// unknown is the error for a word that is not among the words; fix is what to type to see them.
func unknown(kind, word string, words []string, fix string) error {
	return &run.UsageError{Err: choice.Fixable(kind, word, words, fix)}
}

// commandNames are the commands below one.
func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() || sub.Name() == "help" {
			names = append(names, sub.Name())
		}
	}
	return names
}

// flagError explains why the flags of a command can't be parsed.
func flagError(cmd *cobra.Command, err error) error {
	see := cmd.CommandPath() + " --help"
	// The flags are those of a command that does not exist.
	if words := cmd.Flags().Args(); cmd.HasSubCommands() && len(words) > 0 {
		return unknown("command", words[0], commandNames(cmd), see)
	}
	if flag, ok := errors.AsType[*pflag.NotExistError](err); ok {
		name := "--" + flag.GetSpecifiedName()
		if flag.GetSpecifiedShortnames() != "" {
			name = "-" + flag.GetSpecifiedName()
		}
		if ours := foreignFlags()[flag.GetSpecifiedName()]; ours != "" && takesLimits(cmd) {
			return usagef("unknown flag %q; fix: use %s", name, ours)
		}
		return unknown("flag", name, flagNames(cmd), see)
	}
	if missing, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		flag := missing.GetFlag()
		return usagef("--%s needs a value; fix: --%s %s", flag.Name, flag.Name, valueName(flag))
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		why := invalid.Unwrap()
		if errors.Is(why, strconv.ErrSyntax) {
			why = fmt.Errorf("must be an integer, got %q", invalid.GetValue())
		}
		return usagef("--%s: %w", invalid.GetFlag().Name, why)
	}
	return &run.UsageError{Err: err}
}

// valueName says what the value of a flag is. That of a flag without a setting is in its usage.
func valueName(flag *pflag.Flag) string {
	if setting, ok := flag.Value.(*rawFlag); ok {
		return setting.Type()
	}
	name, _ := pflag.UnquoteUsage(flag)
	return strings.ToUpper(name)
}

// takesLimits reports whether a command decides as gates do.
func takesLimits(cmd *cobra.Command) bool { return cmd.Flags().Lookup("fail-on") != nil }

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return names
}
