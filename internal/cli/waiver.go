package cli

import (
	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/run"
)

func (a *app) waiverCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "waiver",
		Short: "Add, list and remove waivers",
		Long: `waiver changes the waivers of the config file, or of the file that it names for them. All
other lines stay as they are. See scangate help waivers.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	if a.names(cmd) {
		cmd.AddCommand(a.waiverAddCommand(), a.waiverListCommand(), a.waiverPruneCommand())
	}
	return cmd
}

func (a *app) waiverAddCommand() *cobra.Command {
	var req run.WaiverRequest
	cmd := &cobra.Command{
		Use:   "add FINGERPRINT…",
		Short: "Waive findings of a saved result until a day",
		Long: `add writes a waiver for each finding at the end of the list. A finding is named by the
first digits of its fingerprint, as the report shows them. The waiver covers the finding
alone, up to its severity, and of an image as many vulnerabilities as it has now. An entry
for the same finding is replaced if it has expired, or was made for other lines.`,
		Example: `  $ scangate scan -o json=result.json
  $ scangate waiver add 5f2c9a817d30 --reason "replaced in Q1, OPS-123" --owner platform@acme.example --expires 2027-01-31`,
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Fingerprints = args
			return run.AddWaivers(cmd.Context(), a.sys.System, req)
		},
	}
	waiverFlags(cmd, &req)
	cmd.Flags().StringVar(&req.Reason, "reason", "", "why the findings are accepted (required)")
	cmd.Flags().StringVar(&req.Owner, "owner", "", "who accepts them (required)")
	cmd.Flags().StringVar(&req.Expires, "expires", "", "last day on which they are accepted, as 2027-01-31 (required)")
	return cmd
}

func (a *app) waiverListCommand() *cobra.Command {
	var req run.WaiverRequest
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the waivers",
		Long:    "list prints the waivers, and what became of them in the saved result if there is one.",
		Example: "  $ scangate waiver list",
		RunE:    func(cmd *cobra.Command, _ []string) error { return run.ListWaivers(cmd.Context(), a.sys.System, req) },
	}
	waiverFlags(cmd, &req)
	return cmd
}

func (a *app) waiverPruneCommand() *cobra.Command {
	var req run.WaiverRequest
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove waivers that expired or cover nothing",
		Long: `prune removes waivers that have expired. With a saved result of a whole and complete run
it also removes those that covered no finding in it.`,
		Example: "  $ scangate waiver prune --result result.json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return run.PruneWaivers(cmd.Context(), a.sys.System, req) },
	}
	waiverFlags(cmd, &req)
	return cmd
}

func waiverFlags(cmd *cobra.Command, req *run.WaiverRequest) {
	cmd.Flags().StringVar(&req.Result, "result", "", "saved `RESULT` (default: "+run.ResultVariable+", else ./result.json)")
	cmd.Flags().StringVar(&req.Config, "config", "", "config `FILE` (default: .scangate.yaml here or in the nearest folder above)")
}
