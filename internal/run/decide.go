package run

import (
	"context"
	"errors"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// conclude decides and reports. A signal that comes while the reports are written
// makes them anew: they are to say so.
func conclude(ctx context.Context, in inputs, res result.Result) (Ending, error) {
	r := reporter{sys: in.sys, cfg: in.cfg, outputs: in.outputs, folder: in.sys.Publisher.folder(in.tree), stale: func() bool {
		_, stopped := interruptOf(ctx)
		return stopped && res.Interrupted == 0
	}}
	ending, err := decide(ctx, r, &res)
	if errors.Is(err, errStale) {
		ending, err = decide(ctx, r, &res)
	}
	return ending, err
}

// decide takes the verdict and reports it.
func decide(ctx context.Context, r reporter, res *result.Result) (Ending, error) {
	if signal, ok := interruptOf(ctx); ok {
		res.Interrupted = signal.Code
	}
	res.Finished = r.sys.Now().UTC()
	verdict, stamps := gate.Decide(res.Ledger, res.Findings, res.Policy, gateOptions(r.cfg, res))
	res.SetVerdict(verdict.Record(), stamps)
	return r.report(ctx, res, verdict)
}

// gateOptions are the switches that count only on the command line, and what the
// result says of its run.
func gateOptions(cfg *config.Config, res *result.Result) gate.Options {
	o := gate.OptionsOf(res)
	o.SoftFail = cfg.SoftFail
	o.OnErrorWarn = cfg.OnError == config.ReactWarn
	o.OnNoCredentialsWarn = cfg.OnNoCredentials == config.ReactWarn
	o.AllowEmpty = cfg.AllowEmpty
	return o
}
