package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/run"
)

func (a *app) explainCommand() *cobra.Command {
	req := run.ExplainRequest{}
	cmd := &cobra.Command{
		Use:   "explain RESULT [FINDING|TARGET]",
		Short: "Show why a verdict is what it is, and what would change it",
		Long: `explain reads a result that scan wrote with -o json=RESULT. It lists the limits with
what set them, the fewest findings whose fixing leaves no limit crossed, and the targets
that need an answer. With the fingerprint of a finding, or its beginning, it shows which
limits count the finding. With the name of a target, for example infra/main.tf or
image:docker.io/library/node:18, it shows why the target is planned and who names it. It
decides nothing: exit 0 means that the result could be read.

With --policy FILE it answers "what if": the limits and waivers of that config file take
the place of the run's. What flags and variables stated, and the baseline, stays.`,
		Example: `  $ scangate explain result.json
  $ scangate explain result.json 3f1c0a9d2b47
  $ scangate explain result.json infra/main.tf
  $ scangate explain result.json --policy stricter.yaml
  $ scangate explain result.json --json | jq -r '.unblock.findings[]'`,
		RunE: func(_ *cobra.Command, args []string) error {
			req.Result = args[0]
			if len(args) > 1 {
				if req.Name = args[1]; req.Name == "" {
					return &run.UsageError{Err: errors.New("FINDING or TARGET must not be empty")}
				}
			}
			return run.Explain(a.sys.System, req)
		},
	}
	cmd.Flags().BoolVar(&req.JSON, "json", false, "write JSON, with whole lists")
	cmd.Flags().StringVar(&req.Policy, "policy", "", "suppose that `FILE` had been the config file: its limits and waivers")
	return cmd
}
