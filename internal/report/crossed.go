package report

import (
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// crossing tells which findings count towards a limit that was crossed. It reads
// the verdict's record and decides nothing anew.
type crossing struct {
	checks    []result.LimitCheck
	unknownAs *result.Severity
	own       map[string]bool // the rows that have limits of their own
}

func crossingOf(r *result.Result) crossing {
	own := map[string]bool{}
	for _, l := range r.Policy.Sources {
		own[l.Target] = true
	}
	return crossing{r.Verdict.Limits, r.Policy.UnknownAs, own}
}

// by reports whether f is one of those that crossed a limit.
func (c crossing) by(f *result.Finding) bool {
	s := f.Severity
	if urgency(s) == urgency(result.Unknown) {
		s = result.Unknown
		if c.unknownAs != nil {
			s = *c.unknownAs
		}
	}
	return slices.ContainsFunc(c.checks, func(l result.LimitCheck) bool {
		return l.Crossed && l.Severity == s && c.counts(l, f)
	})
}

// counts reports whether a limit counts a finding: a budget for all kinds together
// does; what --fail-on and unknown severities imply leaves the kinds out that have
// a budget of their own. A row with limits of its own is counted by them alone.
func (c crossing) counts(l result.LimitCheck, f *result.Finding) bool {
	if l.Target != "" || c.own[f.Target] {
		return l.Target == f.Target
	}
	kind := f.Kind
	if l.Kind != "" || l.Source == "max" {
		return l.Kind == "" || l.Kind == kind
	}
	return !slices.ContainsFunc(c.checks, func(own result.LimitCheck) bool {
		return own.Target == "" && own.Kind == kind && own.Severity == l.Severity
	})
}
