package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/run"
)

func (a *app) initCommand() *cobra.Command {
	req := run.InitRequest{}
	cmd := &cobra.Command{
		Use:   "init [PATH]",
		Short: "Write a first config, pipeline and baseline",
		Long: `init looks at the repository at PATH (default: here) and writes .scangate.yaml: what can't
be answered as it is is left out, each with its reason and its fix. If you want it, init
writes the pipeline of GitHub or GitLab and records the findings of today. It replaces no
file and sends nothing, unless it records the findings: that is a scan, which also leaves
out the targets that the service has no answer for.`,
		Example: `  $ scangate init
  $ scangate init --yes
  $ scangate init --yes --record                    # key in SCANGATE_API_KEY`,
	}
	request := a.addFlags(cmd, config.Scan)
	cmd.Flags().BoolVarP(&req.Yes, "yes", "y", false, "ask nothing: write config and pipeline, and record no findings without --record")
	cmd.Flags().BoolVar(&req.Record, "record", false, "scan, exclude what has no answer, and record the findings of today as known")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		req.Request = scanRequest(request(), args)
		return a.judge(cmd.Context(), func(ctx context.Context) (run.Ending, error) { return run.Init(ctx, a.sys.System, req) })
	}
	return cmd
}
