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
}

func crossingOf(r *result.Result) crossing {
	return crossing{r.Verdict.Limits, r.Policy.UnknownAs}
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
		return l.Crossed && l.Severity == s && c.counts(l, f.Kind)
	})
}

// counts reports whether a limit counts findings of kind: a budget for all kinds
// together does; what --fail-on and unknown severities imply leaves the kinds out
// that have a budget of their own.
func (c crossing) counts(l result.LimitCheck, kind result.Kind) bool {
	if l.Kind != "" || l.Source == "max" {
		return l.Kind == "" || l.Kind == kind
	}
	return !slices.ContainsFunc(c.checks, func(own result.LimitCheck) bool {
		return own.Kind == kind && own.Severity == l.Severity
	})
}
