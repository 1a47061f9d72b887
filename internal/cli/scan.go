package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/run"
)

func (a *app) scanCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scan [PATH]",
		Short: "Scan a repository and decide",
		Long: `scan finds the Dockerfiles, images and Infrastructure-as-Code templates at PATH
(default: here), has Cloud Optix scan them, and decides. Inside a git repository
it takes what git knows and does not ignore. PASS needs an answer for every
target that was found.`,
		Example: `  $ scangate scan                                   # key in SCANGATE_API_KEY
  $ scangate scan --endpoint embedded examples/shop # a trial, without an account
  $ scangate scan --dry-run                         # what would be sent?
  $ scangate scan --fail-on critical --max image:high=20
  $ scangate scan -o sarif=scangate.sarif -o json=result.json`,
	}
	a.deciding(cmd, config.Scan, func(ctx context.Context, req run.Request, args []string) (run.Ending, error) {
		return run.Scan(ctx, a.sys.System, scanRequest(req, args))
	})
	return cmd
}

func (a *app) alertsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "Check open cloud alerts and posture, and decide",
		Long: `alerts asks the alert sources and runs the posture checks that the config file
names under alerts: and checks:, and decides. scangate scan does the same beside
its scans. Addresses and credentials come from the environment alone; see
scangate help sources.`,
		Example: `  $ scangate alerts
  $ scangate alerts --config deploy/.scangate.yaml --fail-on critical
  $ scangate alerts --endpoint embedded             # sample alerts, without an account`,
	}
	a.deciding(cmd, config.Alerts, func(ctx context.Context, req run.Request, _ []string) (run.Ending, error) {
		req.AlertsOnly = true
		return run.Scan(ctx, a.sys.System, req)
	})
	return cmd
}

func (a *app) verdictCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verdict RESULT…",
		Short: "Decide again from a saved result, or from those of all shards",
		Long: `verdict reads a result that scan wrote with -o json=RESULT, and decides. It takes
the limits that are saved in it, and its own beside them: they can tighten. --soft-fail,
--on-error, --on-no-credentials and --allow-empty count only when given to it.

The results of all shards of a run (scan --shard) are joined: see scangate help shards.`,
		Example: `  $ scangate verdict result.json
  $ scangate verdict result.json --fail-on critical
  $ scangate verdict result.json --max high=10 -o sarif=scangate.sarif
  $ scangate verdict shard-*.json -o json=result.json`,
	}
	a.deciding(cmd, config.Verdict, func(ctx context.Context, req run.Request, args []string) (run.Ending, error) {
		return run.Verdict(ctx, a.sys.System, req, args)
	})
	return cmd
}

func (a *app) verifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify RESULT",
		Short: "Check where a saved result comes from",
		Long: `verify reads a result that scan wrote with -o json=RESULT. It checks the seal with
the API key, takes the verdict again from the rows and findings, and ends with the
exit code of the verdict. A result that was changed is a usage error (exit 2).
Without the API key the last line says UNSEALED.`,
		Example: `  $ scangate verify result.json --require-seal
  $ scangate verify result.json --commit "$GITHUB_SHA"`,
	}
	request := a.addFlags(cmd, config.Verify)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.judge(cmd.Context(), func(context.Context) (run.Ending, error) {
			return run.Verify(a.sys.System, request(), args[0])
		})
	}
	return cmd
}

// decision is the annotation of commands that take a verdict: a job's later steps
// read the outputs that they set.
const decision = "takes a verdict"

func decides(cmd *cobra.Command) bool { return cmd.Annotations[decision] != "" }

// deciding makes cmd a command that takes a verdict, with the settings of c as flags.
func (a *app) deciding(cmd *cobra.Command, c config.Command,
	work func(context.Context, run.Request, []string) (run.Ending, error),
) {
	cmd.Annotations = map[string]string{decision: "true"}
	request := a.addFlags(cmd, c)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		req := request()
		return a.judge(cmd.Context(), func(ctx context.Context) (run.Ending, error) { return work(ctx, req, args) })
	}
}
