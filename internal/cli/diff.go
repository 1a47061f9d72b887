package cli

import (
	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/run"
)

func (a *app) diffCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Show what is new, known and fixed between two results",
		Long: `diff compares two results that scan wrote with -o json=FILE. A finding is known if it
was in OLD, wherever its lines are now; of an image it is the number of vulnerabilities
that counts, whatever the tag. It decides nothing: exit 0 means that both could be
read.`,
		Example: `  $ scangate diff before.json after.json
  $ scangate diff before.json after.json --json | jq .new`,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := config.CheckInputs(nil, a.sys.Getenv); err != nil {
				return &run.UsageError{Err: err}
			}
			return run.Diff(a.sys.System, args[0], args[1], asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON: the counts, and each finding with its state")
	return cmd
}
