package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/seal"
)

// Verdict decides anew from the saved result at paths, or from those of all shards of a run, by its
// own limits and those of flags and variables, and reports. Errors are those of [Scan].
func Verdict(ctx context.Context, sys System, req Request, paths []string) (Ending, error) {
	sys.Publisher.maskEnvironment()
	r, s, err := openSaved(ctx, sys, req, paths, func(key seal.Key) (saved, error) { return readWhole(sys, paths, key) })
	if err != nil {
		return Ending{}, err
	}
	if err := s.checkSeal(r.cfg); err != nil {
		return Ending{}, err
	}
	s.Category = r.cfg.Category
	s.Policy, s.Seal = tightened(s.Policy, r.cfg), ""
	if err := ownBaseline(&s.Policy, r.cfg); err != nil {
		return Ending{}, err
	}
	if r.earlier, err = readEarlier(sys, r.cfg); err != nil {
		return Ending{}, err
	}
	ending, err := r.decide(ctx, s.Result, sys.Now().UTC())
	ending.Line = s.line(ending.Line)
	return ending, err
}

// Report writes the saved result at path in other formats and decides nothing. A
// report that must not be written, because a target has no answer, is an error: a
// script that goes on would upload it.
func Report(ctx context.Context, sys System, req Request, path string) error {
	r, s, err := openSaved(ctx, sys, req, []string{path}, func(key seal.Key) (saved, error) { return readResult(sys, path, key) })
	if err != nil {
		return err
	}
	res := s.Result
	m := report.New(res, r.cfg.MinSeverity)
	written, leftOut, err := r.outputs.write(res, m, r.options(), nil)
	if err := errors.Join(err, sys.Publisher.setReports(written)); err != nil {
		return err
	}
	switch {
	case !toStdout(r.cfg.Outputs):
	case leavesOut(r.outputs.stdout, res):
		leftOut = append(leftOut, r.outputs.stdout)
	default:
		if err := r.print(res, m); err != nil {
			return err
		}
	}
	if len(leftOut) > 0 {
		return errors.New(notWritten(leftOut, res))
	}
	sys.Say("the saved verdict is " + res.Verdict.Line)
	return nil
}

// toStdout reports whether anything is to be printed: the report without a path,
// or the console's where none is asked for at all.
func toStdout(wanted []config.Output) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(o config.Output) bool { return o.Path == "" })
}

// tightened is the saved policy with what the command line states as stronger sources.
func tightened(saved result.Policy, cfg *config.Config) result.Policy {
	saved.Sources = slices.Concat(cfg.Policy.Sources, saved.Sources)
	saved.UnknownAs = cmp.Or(cfg.Policy.UnknownAs, saved.UnknownAs)
	return saved
}

// openSaved reads the flags and the saved result of some files, then removes older reports.
func openSaved(ctx context.Context, sys System, req Request, paths []string, read func(seal.Key) (saved, error)) (reporter, saved, error) {
	cfg, out, err := readFlags(sys, req)
	if err != nil {
		return reporter{}, saved{}, cmp.Or(err, out.prepare(ctx, sys, paths...))
	}
	key, err := checkingKey(sys, cfg)
	s, invalid := read(key)
	if !s.sealed {
		key = seal.Key{} // a new seal would vouch for what may be forged
	}
	if s.Result != nil && !statesCategory(cfg) {
		cfg.Category = cmp.Or(s.Category, cfg.Category)
	}
	return reporter{sys: sys, cfg: cfg, outputs: out, seal: key, setGone: func(*result.Baseline) {}}, s, cmp.Or(err, invalid, out.prepare(ctx, sys, paths...))
}

// recall puts the verdict taken anew in the place of the saved one. Only the version that
// wrote the result writes the same line.
func recall(sys System, res *result.Result) error {
	verdict, stamps, err := gate.Recall(res)
	if err == nil && res.Tool.Version == sys.Version && res.Verdict.Line != verdict.Line() {
		err = errors.New("verdict.line: does not follow from the ledger and the policy")
	}
	if err != nil {
		return fmt.Errorf("not a valid result: %w", err)
	}
	res.SetVerdict(verdict.Record(), stamps)
	return nil
}
