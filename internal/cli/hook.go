package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/choice"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/hook"
	"github.com/scangate/scangate/internal/run"
)

func (a *app) hookCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hook",
		Short: "Install git hooks, or run as one",
		Long: `hook installs hooks that scan what a commit or a push adds, and stop it unless the
verdict is PASS. A hook is one line, which runs scangate hook NAME: git tells it
what is pushed.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.hookInstallCommand(), a.hookUninstallCommand())
	cmd.AddCommand(a.hookRunCommand(hook.PreCommit, "", "Scan what is staged: the hook before a commit"))
	cmd.AddCommand(a.hookRunCommand(hook.PreMergeCommit, "", "Scan what is staged: the hook before the commit of a merge"))
	cmd.AddCommand(a.hookRunCommand(hook.PrePush, " [REMOTE [URL]]", "Scan what is pushed: the hook before a push"))
	cmd.AddCommand(a.hookRunCommand(hook.PreReceive, "", "Scan what a server receives: its hook for pushes"))
	return cmd
}

func (a *app) hookInstallCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "install [NAME…]",
		Short: "Install git hooks in this repository",
		Long: `install writes the hooks pre-commit, pre-merge-commit and pre-push, or those that are
named, into the folder where git looks for hooks. In a bare repository, as on a server,
it writes pre-receive, which scans every push. If a hook of others is in the way, none is
written (exit 2). One that install wrote keeps the flags that its line was given.`,
		Example: `  $ scangate hook install
  $ scangate hook install pre-push`,
		ValidArgs: hookWords(),
		RunE: func(cmd *cobra.Command, args []string) error {
			names, err := hookNames(args)
			if err != nil {
				return err
			}
			return run.InstallHooks(cmd.Context(), a.sys.System, names)
		},
	}
}

func (a *app) hookUninstallCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "uninstall [NAME…]",
		Short:     "Remove the hooks that install wrote",
		Long:      "uninstall removes all hooks that install wrote, or those that are named, and no others.",
		Example:   "  $ scangate hook uninstall",
		ValidArgs: hookWords(),
		RunE: func(cmd *cobra.Command, args []string) error {
			names, err := hookNames(args, hook.Names()...)
			if err != nil {
				return err
			}
			return run.UninstallHooks(cmd.Context(), a.sys.System, names)
		},
	}
}

func hookWords() []string {
	var words []string
	for _, name := range hook.Names() {
		words = append(words, string(name))
	}
	return words
}

// hookNames reads the names of hooks. Without arguments it returns those in all.
func hookNames(args []string, all ...hook.Name) ([]hook.Name, error) {
	if len(args) == 0 {
		return all, nil
	}
	var names []hook.Name
	for _, arg := range args {
		if !slices.Contains(hook.Names(), hook.Name(arg)) {
			return nil, &run.UsageError{Err: choice.Unknown("hook", arg, hookWords())}
		}
		names = append(names, hook.Name(arg))
	}
	return names, nil
}

// hookRunCommand is what a hook runs.
func (a *app) hookRunCommand(name hook.Name, arguments, short string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   string(name) + arguments,
		Short: short,
		Long: fmt.Sprintf(`%s is what the git hook of that name runs, with the arguments and the
standard input that git gives it. It takes the flags of scangate scan.`, name),
	}
	a.deciding(cmd, config.Scan, func(ctx context.Context, req run.Request, args []string) (run.Ending, error) {
		remote := ""
		if len(args) > 0 {
			remote = args[0]
		}
		return run.Hook(ctx, a.sys.System, req, name, remote)
	})
	return cmd
}
