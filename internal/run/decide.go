package run

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// rootOf is the absolute folder that the names of a tree are relative to, with slashes, "" for one
// that is not on the disk.
func rootOf(tree *discover.Tree) string {
	if tree == nil || tree.Stored() {
		return ""
	}
	return filepath.ToSlash(tree.Root)
}

// conclude decides and reports. A signal that comes while the reports are written
// makes them anew: they are to say so.
func conclude(ctx context.Context, in inputs, res result.Result) (Ending, error) {
	r := reporter{
		sys: in.sys, cfg: in.cfg, outputs: in.outputs, seal: in.resultKey(), folder: in.sys.Publisher.folder(in.tree), root: rootOf(in.tree),
		earlier: in.earlier, setGone: in.setGone,
		stale: func() bool {
			_, stopped := interruptOf(ctx)
			return stopped && res.Interrupted == 0
		},
	}
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
	return r.decide(ctx, res, res.Finished)
}

// decide takes the verdict as of a time, compares, records the baseline and reports.
func (r reporter) decide(ctx context.Context, res *result.Result, now time.Time) (Ending, error) {
	verdict := judge(r.cfg, res, now)
	if res.Shard != nil {
		return r.report(ctx, res, verdict) // what is new is known of all shards
	}
	setDelta(res, r.earlier)
	note, refused := "", error(nil)
	if r.cfg.WriteBaseline != "" {
		note, refused = r.recordBaseline(res)
		verdict = judge(r.cfg, res, now)
	}
	ending, err := r.report(ctx, res, verdict)
	switch {
	case err != nil:
		return ending, err
	case refused != nil:
		return Ending{}, refused
	case note != "" && ending.Code == gate.ExitPass:
		return Ending{}, errors.New(note)
	case note != "":
		r.sys.Say(note)
	}
	return ending, nil
}

// judge takes the verdict on a result and stores its record. The switches count only on
// the command line. now is the time as of which waivers expire.
func judge(cfg *config.Config, res *result.Result, now time.Time) gate.Verdict {
	o := gate.OptionsOf(res)
	o.Now = now
	o.SoftFail = cfg.SoftFail
	o.OnErrorWarn = cfg.OnError == config.ReactWarn
	o.OnNoCredentialsWarn = cfg.OnNoCredentials == config.ReactWarn
	o.AllowEmpty = cfg.AllowEmpty
	verdict, stamps := gate.Decide(res.Ledger, res.Findings, res.Policy, o)
	res.SetVerdict(verdict.Record(), stamps)
	return verdict
}
