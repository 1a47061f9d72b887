package cli

import (
	"cmp"
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/run"
	"github.com/scangate/scangate/internal/safe"
)

// app is one invocation.
type app struct {
	sys System
	// args are the words of the command line.
	args []string
	// release: this is the build of a release, which has a version.
	release bool
	// ending is how a command that takes a verdict ended.
	ending run.Ending
}

// Main runs one invocation and returns its exit code. args are those after the
// program's name.
func Main(ctx context.Context, args []string, sys System) int {
	release := sys.Version != ""
	sys.Version = cmp.Or(sys.Version, builtVersion())
	sys.JSONLog = config.LogFormat(args, sys.Getenv) == config.LogJSON
	sys.Connect()
	a := &app{sys: sys, args: args, release: release}
	root := a.rootCommand()
	root.SetArgs(args)
	if isCompletion(args) {
		// The shell's protocol separates with tabs, which sys.Out replaces. What completions
		// hold of a repository or a server is clean.
		root.SetOut(sys.Stdout)
	}
	cmd := root
	err := safe.Do(func() (err error) {
		cmd, err = root.ExecuteContextC(ctx)
		return err
	})
	return a.finish(cmd, err)
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:     "scangate",
		Version: a.sys.Version,
		Short:   "A CI gate for Sophos Cloud Optix",
		Long: `scangate sends what a repository would deploy to Sophos Cloud Optix, waits for
the answer, puts every finding on the line that caused it, and decides: may this
change go on? A pass means that every target was answered and no limit was
crossed.`,
		Example: `  $ scangate scan                                  # this repository, key in SCANGATE_API_KEY
  $ scangate scan --endpoint embedded --only iac   # a trial without an account
  $ scangate scan --dry-run                        # what would be sent?
  $ scangate scan --max critical=0,high=5 -o sarif=scangate.sarif -o json=result.json
  $ scangate verdict result.json --fail-on critical`,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("{{.Use}} {{.Version}}\n")
	root.SetIn(a.sys.Stdin)
	root.SetOut(a.sys.Out)
	root.SetErr(a.sys.Err)
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.scanCommand(), a.alertsCommand(), a.verdictCommand(), a.verifyCommand(), a.reportCommand())
	root.AddCommand(a.diffCommand(), a.explainCommand(), a.waiverCommand(), a.hookCommand())
	root.AddCommand(a.initCommand(), a.configCommand(), a.doctorCommand(), a.schemaCommand(), a.optixCommand(), a.emulatorCommand(), a.versionCommand())
	root.AddCommand(a.topics(root.Commands()...)...)
	root.SetHelpCommand(helpCommand())
	root.CompletionOptions.HiddenDefaultCmd = false
	root.InitDefaultCompletionCmd()
	checkArguments(root)
	if isCompletion(a.args) {
		a.completes(root)
	}
	return root
}

// names reports whether the command line may name cmd. All commands are known by name. The flags
// and the help of one are made where they may be needed: they are most of what a start takes.
func (a *app) names(cmd *cobra.Command) bool { return slices.Contains(a.args, cmd.Name()) }
