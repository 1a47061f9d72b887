package cli

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/run"
)

// isCompletion reports whether the shell asks what may come next on its command line.
func isCompletion(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// completes makes cmd, and the commands below it, offer values to the shell. The word that names a
// value in the usage decides: REV is a revision, and a file is offered for FILE alone.
func (a *app) completes(cmd *cobra.Command) {
	if cmd.ValidArgs == nil && cmd.ValidArgsFunction == nil {
		cmd.ValidArgsFunction = a.offerArgument
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if _, known := cmd.GetFlagCompletionFunc(f.Name); known {
			return
		}
		name, _ := pflag.UnquoteUsage(f)
		_ = cmd.RegisterFlagCompletionFunc(f.Name, func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if raw, ok := f.Value.(*rawFlag); ok && raw.setting.Choices != nil {
				return list(typed, raw.setting.Choices), cobra.ShellCompDirectiveNoFileComp
			}
			return a.offer(cmd, args, name, typed)
		})
	})
	for _, sub := range cmd.Commands() {
		a.completes(sub)
	}
}

// offerArgument offers values for the next argument of a command.
func (a *app) offerArgument(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names := strings.Fields(cmd.Use)[1:]
	if len(names) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	last := names[len(names)-1]
	switch {
	case len(args) < len(names):
		return a.offer(cmd, args, strings.Trim(names[len(args)], "[]…"), typed)
	case strings.HasSuffix(last, "…"):
		return a.offer(cmd, args, strings.TrimSuffix(last, "…"), typed)
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// offer offers values of a kind, which is the word that names them in a usage.
func (a *app) offer(cmd *cobra.Command, args []string, kind, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const (
		nothingElse = cobra.ShellCompDirectiveNoFileComp
		goesOn      = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	)
	switch kind {
	case "FILE", "GLOB", "PATTERN":
		return nil, cobra.ShellCompDirectiveDefault
	case "PATH", "DIR":
		return nil, cobra.ShellCompDirectiveFilterDirs
	case "RESULT", "OLD", "NEW":
		return []cobra.Completion{"json"}, cobra.ShellCompDirectiveFilterFileExt
	case "FORMAT[=PATH]":
		if strings.Contains(typed, "=") {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return formatWords(), goesOn
	case "[KIND:]SEVERITY=N|NUMBER=N":
		return list(typed, config.LimitWords()), goesOn
	case "SEVERITY=DAYSd":
		return list(typed, config.AgeWords()), goesOn
	case "REV":
		return run.Revisions(cmd.Context(), a.sys.System, folderOf(args)), nothingElse
	case "VENDOR[:NAME]":
		return run.SourceNames(), nothingElse
	case "OS/ARCH":
		return list(typed, []string{"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/ppc64le", "linux/s390x", "windows/amd64"}), nothingElse
	case "ENDPOINT":
		return []cobra.Completion{config.Embedded, "https://"}, goesOn
	case "FINDING|TARGET":
		return a.findings(args[0]), nothingElse
	case "FINGERPRINT":
		return a.findings(a.resultOf(cmd)), nothingElse
	}
	return nil, nothingElse
}

// list offers words of a comma-separated list, without those that are in it.
func list(typed string, words []string) []cobra.Completion {
	end := strings.LastIndexByte(typed, ',') + 1
	var offered []cobra.Completion
	for _, word := range words {
		if !slices.Contains(strings.Split(typed[:end], ","), word) {
			offered = append(offered, typed[:end]+word)
		}
	}
	return offered
}

func formatWords() []cobra.Completion {
	var words []cobra.Completion
	for _, f := range report.Formats() {
		words = append(words, cobra.CompletionWithDesc(f.Name, f.Help))
	}
	return words
}

// folderOf is the folder that a command works in: PATH, if it is there already.
func folderOf(args []string) string {
	if len(args) == 1 {
		if info, err := os.Stat(args[0]); err == nil && info.IsDir() {
			return args[0]
		}
	}
	return "."
}

// findings offers the fingerprints of a saved result.
func (a *app) findings(path string) []cobra.Completion {
	var words []cobra.Completion
	for _, f := range run.Findings(a.sys.System, path) {
		words = append(words, cobra.CompletionWithDesc(f.Fingerprint, f.Summary))
	}
	return words
}

// resultOf is the saved result that a command about waivers reads.
func (a *app) resultOf(cmd *cobra.Command) string {
	named, _ := cmd.Flags().GetString("result") // "" without the flag
	return run.WaiverRequest{Result: named}.ResultPath(a.sys.System)
}
