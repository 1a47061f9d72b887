package cli

import (
	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/run"
)

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Check or show the merged config",
		Long: `config merges flags, variables and the config file as scan does, without sending
anything. verify checks them, and show lists every value with its origin.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.configVerifyCommand(), a.configShowCommand())
	return cmd
}

func (a *app) configVerifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify [PATH]",
		Short: "Check flags, variables and the config file",
		Long: `verify reads flags, variables and the config file as scan [PATH] would. It ends with 0,
or with 2 and a line for everything that is wrong.`,
		Example: `  $ scangate config verify
  $ scangate config verify --config deploy/.scangate.yaml`,
	}
	request := a.addFlags(cmd, config.Scan)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return run.VerifyConfig(cmd.Context(), a.sys.System, scanRequest(request(), args))
	}
	return cmd
}

func (a *app) configShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show [PATH]",
		Short: "List every value with its origin, and the limits in force",
		Long: `show lists every value that scan [PATH] would use with its origin: a flag, a variable,
a line of the config file, or the default. Then it lists the limits in force, and those that have no
effect because a stronger source allows less.`,
		Example: `  $ scangate config show
  $ scangate config show --fail-on high --json | jq .limits`,
	}
	request := a.addFlags(cmd, config.Scan)
	asJSON := cmd.Flags().Bool("json", false, "write JSON")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return run.ShowConfig(cmd.Context(), a.sys.System, scanRequest(request(), args), *asJSON)
	}
	return cmd
}

// scanRequest returns the request of a scan of the arguments.
func scanRequest(req run.Request, args []string) run.Request {
	if len(args) == 1 {
		req.Path = args[0]
	}
	return req
}

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema DOCUMENT",
		Short: "Print the JSON Schema of the config file, result.json or plan.json",
		Example: `  $ scangate schema config > scangate.schema.json
  $ scangate schema result`,
		ValidArgs: run.Schemas(),
		RunE:      func(_ *cobra.Command, args []string) error { return run.Schema(a.sys.System, args[0]) },
	}
}
