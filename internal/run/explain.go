package run

import (
	"cmp"
	"slices"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/explain"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/seal"
)

// ExplainRequest is what is to be explained.
type ExplainRequest struct {
	// Result is the path of a saved result.
	Result string
	// Name is that of a finding or a target, "" for the whole verdict.
	Name string
	// Policy is a config file that takes the place of the run's, "" for none.
	Policy string
	JSON   bool
}

// Explain writes why the verdict of a saved result is what it is, or what the verdict made of one
// finding or target.
func Explain(sys System, req ExplainRequest) error {
	path, name, asJSON := req.Result, req.Name, req.JSON
	s, err := readResult(sys, path, seal.Key{})
	if err != nil {
		return err
	}
	if req.Policy != "" {
		if err := supposePolicy(sys, s.Result, req.Policy); err != nil {
			return err
		}
	}
	out := report.NewExplainer(sys.Out, sys.Width, s.Result)
	if name == "" {
		v := explain.Of(s.Result)
		if asJSON {
			err = report.WriteExplanation(sys.Stdout, v)
		} else {
			err = out.Verdict(v)
		}
		return written(err)
	}
	named, err := explain.Find(s.Result, name)
	if err != nil {
		return usagef("%s: %w", path, err)
	}
	if asJSON {
		err = report.WriteExplanation(sys.Stdout, named)
	} else {
		err = out.Named(named)
	}
	return written(err)
}

// supposePolicy takes the verdict of a result as if the config file at path had been that of the
// run. What flags and variables stated stays, and so do the limits of alert sources, the waivers in
// comments and the baseline.
func supposePolicy(sys System, res *result.Result, path string) error {
	file, err := config.Read(path, path, "")
	if err != nil {
		return &UsageError{Err: err}
	}
	cfg, err := config.Resolve(config.Settings(config.Scan), nil, func(string) string { return "" }, file)
	if err != nil {
		return &UsageError{Err: err}
	}
	p := &res.Policy
	p.Sources = slices.DeleteFunc(slices.Clone(p.Sources), func(s result.LimitSource) bool {
		return s.Strength == result.FromFile || s.Strength == result.FromDefault
	})
	p.Sources = append(p.Sources, cfg.Policy.Sources...)
	p.UnknownAs = cmp.Or(cfg.Policy.UnknownAs, p.UnknownAs)
	inComments := slices.DeleteFunc(slices.Clone(p.Waivers), func(w result.Waiver) bool { return w.Lines == nil })
	p.Waivers = slices.Concat(cfg.Policy.Waivers, inComments)
	if p.Baseline != nil {
		p.Baseline.MaxAge = cfg.MaxAge
	}
	o := gate.OptionsOf(res)
	o.Now = sys.Now().UTC()
	verdict, stamps := gate.Decide(res.Ledger, res.Findings, res.Policy, o)
	res.SetVerdict(verdict.Record(), stamps)
	return nil
}

// written adds what could not be written.
func written(err error) error {
	if err != nil {
		return NotPrinted(err)
	}
	return nil
}
