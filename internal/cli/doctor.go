package cli

import (
	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/run"
)

func (a *app) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor [PATH]",
		Short: "Check whether everything is in place for a scan",
		Long: `doctor checks what scan [PATH] would need with the same flags: settings, places of
reports, git's history, config file and policy, the CI host, the API key, the way to the
service and the clock. It sends no file: it asks the service for the state of a scan
that does not exist. Exit 0 means that nothing stands in the way, exit 3 that something
does.`,
		Example: `  $ scangate doctor
  $ scangate doctor --new-from origin/main -o sarif=scangate.sarif
  $ scangate doctor --json | jq '.checks[] | select(.state == "problem")'`,
	}
	request := a.addFlags(cmd, config.Scan)
	asJSON := cmd.Flags().Bool("json", false, "write JSON: the checks with name, state, text and fix")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return run.Doctor(cmd.Context(), a.sys.System, scanRequest(request(), args), *asJSON)
	}
	return cmd
}
