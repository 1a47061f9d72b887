package cli

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/console"
)

// app is one invocation.
type app struct {
	sys System
	// out and err are the only ways to standard output and standard error for
	// text that people read: what passes through them is neutralised.
	out, err io.Writer
	code     int

	// step is the step of GitHub Actions that runs the program, nil elsewhere.
	step *ci.Step
	// folder is where the tree's names begin, relative to the repository.
	folder string
	// commenting is set where a comment on a pull request is wanted.
	commenting *config.Config
	// ended is what the step's outputs say, once there is a result, and told that
	// they were set.
	ended atomic.Pointer[ending]
	told  atomic.Bool
}

// Main runs one invocation and returns its exit code. args are those after the
// program's name.
func Main(ctx context.Context, args []string, sys System) int {
	a := &app{sys: sys, out: console.NewWriter(sys.Stdout), err: console.NewWriter(sys.Stderr), step: ci.OnGitHub(sys.Getenv)}
	root := a.rootCommand()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	return a.finish(cmd.Name(), usage(err))
}

// usage marks errors that no command has classed, which are cobra's own: an
// unknown command or flag, a wrong number of arguments.
func usage(err error) error {
	var incomplete incompleteError
	var stopped interrupted
	if err == nil || errors.As(err, &incomplete) || errors.As(err, &stopped) {
		return err
	}
	return usageError{err}
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
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.AddCommand(a.scanCommand(), a.alertsCommand(), a.verdictCommand(), a.reportCommand(), a.emulatorCommand(), a.versionCommand())
	root.AddCommand(topics()...)
	root.SetHelpCommand(helpCommand())
	root.CompletionOptions.HiddenDefaultCmd = false
	return root
}

// complain prints one line for people on standard error. Where standard error
// can't be written, there is nobody left to tell.
func (a *app) complain(line string) {
	_, _ = io.WriteString(a.err, "scangate: "+console.Clean(line)+"\n")
}

// verdictLine prints the last line of a run on standard error.
func (a *app) verdictLine(line string) { a.complain(line) }
