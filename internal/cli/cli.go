package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/run"
)

// app is one invocation.
type app struct {
	sys System
	// world is what a run sees of sys.
	world run.System
	// ending is what the command ended with, if it took a verdict.
	ending run.Ending
}

// Main runs one invocation and returns its exit code. args are those after the
// program's name.
func Main(ctx context.Context, args []string, sys System) int {
	a := &app{sys: sys, world: sys.world()}
	root := a.rootCommand()
	root.SetArgs(args)
	if len(args) > 0 && args[0] == cobra.ShellCompRequestCmd {
		// The shell's protocol separates with tabs, which world.Out replaces. Completions hold no
		// text from a repository or a server.
		root.SetOut(sys.Stdout)
	}
	cmd, err := root.ExecuteContextC(ctx)
	return a.finish(cmd, err)
}

// world is what a run sees of the system.
func (s System) world() run.System {
	w := run.System{
		Stdin: s.Stdin, Stdout: s.Stdout, Stderr: s.Stderr,
		Out: console.NewWriter(s.Stdout), Err: console.NewWriter(s.Stderr),
		StdoutTerminal: s.StdoutTerminal, StderrTerminal: s.StderrTerminal, Width: s.Width,
		Environ: s.Environ, Now: s.Now, Dial: s.Dial, Version: s.version(),
	}
	w.Host = run.NewHost(w)
	return w
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "scangate",
		Short: "A CI gate for Sophos Cloud Optix",
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
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.sys.Stdin)
	root.SetOut(a.world.Out)
	root.SetErr(a.world.Err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &run.UsageError{Err: err} })
	root.AddCommand(a.scanCommand(), a.alertsCommand(), a.verdictCommand(), a.reportCommand(), a.emulatorCommand(), a.versionCommand())
	root.AddCommand(topics()...)
	root.SetHelpCommand(helpCommand())
	root.CompletionOptions.HiddenDefaultCmd = false
	root.InitDefaultCompletionCmd()
	blameCaller(root)
	return root
}

// blameCaller makes a mistake in the arguments of a command, and of those below it,
// a usage error.
func blameCaller(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return &run.UsageError{Err: err}
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		blameCaller(sub)
	}
}
