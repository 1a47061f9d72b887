package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

func (a *app) verdictCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verdict RESULT",
		Short: "Decide again from a saved result",
		Long: `verdict reads a result that scan wrote with -o json=RESULT, and decides. It takes
the limits that are saved in it, unless it is given its own. --soft-fail,
--on-error, --on-no-credentials and --allow-empty count only when given to it.`,
		Example: `  $ scangate verdict result.json
  $ scangate verdict result.json --fail-on critical
  $ scangate verdict result.json --max high=10 -o sarif=scangate.sarif`,
		Args: cobra.ExactArgs(1),
	}
	settings := config.Settings(config.Verdict)
	flags := addFlags(cmd, settings)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		a.maskEnvironment()
		cfg, err := config.Resolve(settings, flags(), a.sys.Getenv, nil)
		if err != nil {
			return err
		}
		a.willComment(cfg)
		return a.verdict(cmd.Context(), cfg, args[0])
	}
	return cmd
}

func (a *app) verdict(ctx context.Context, cfg *config.Config, path string) error {
	out, err := newOutputs(cfg.Outputs)
	if err != nil {
		return err
	}
	res, err := readResult(path)
	if err != nil {
		return err
	}
	res.Policy = overridden(res.Policy, cfg)
	v, stamps := gate.Decide(res.Ledger, res.Findings, res.Policy, gateOptions(cfg, res))
	res.SetVerdict(v.Record(), stamps)
	return a.deliver(ctx, cfg, out, res, v)
}

// overridden is the saved policy with what the command line gives in its place.
func overridden(saved result.Policy, cfg *config.Config) result.Policy {
	if cfg.Origin("fail-on").Given() {
		saved.FailOn = cfg.Policy.FailOn
	}
	if cfg.Origin("max").Given() {
		saved.Max = cfg.Policy.Max
	}
	if cfg.Origin("unknown-severity").Given() {
		saved.UnknownAs = cfg.Policy.UnknownAs
	}
	return saved
}

func readResult(path string) (*result.Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, usagef("can't read the result: %w; scan writes one with -o json=FILE", err)
	}
	defer f.Close()
	res, err := result.Decode(f)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", path, err)}
	}
	return res, nil
}
