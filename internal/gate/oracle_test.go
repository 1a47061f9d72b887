package gate_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// statement is a limit by the documentation of [result.Policy], read a second time: what it counts
// is a function, where the gate's code compares scopes.
type statement struct {
	counts func(f result.Finding) bool
	max    int
}

type statements struct {
	policy result.Policy
	all    []statement
}

// read returns all statements of a policy. Each counts for itself.
func read(p result.Policy) []statement {
	s := &statements{policy: p}
	for i := range p.Sources {
		s.readMax(i)
		s.readFailOn(i)
	}
	last := len(p.Sources)
	s.state(0, func(f result.Finding) bool {
		return s.severity(last, f) == result.Unknown && !s.owned(f) &&
			!slices.ContainsFunc(p.Sources, func(o result.LimitSource) bool { return s.inMax(last, o, f) })
	})
	for _, r := range p.Rows {
		s.readRow(r)
	}
	return s.all
}

func (s *statements) state(most int, counts func(result.Finding) bool) {
	s.all = append(s.all, statement{counts, most})
}

// severity is what the limits of source i count a finding as.
func (s *statements) severity(i int, f result.Finding) result.Severity {
	own := f.Severity
	if own == result.Unknown && s.policy.UnknownAs != nil {
		own = *s.policy.UnknownAs
	}
	worse := func(x, y result.Severity) bool { return y != result.Unknown && (x == result.Unknown || x > y) }
	raised, lowered := own, own
	for j, o := range s.policy.Sources {
		for _, r := range o.Rules {
			switch {
			case r.Rule != f.Rule || r.Severity == own:
			case worse(r.Severity, raised):
				raised = r.Severity
			case worse(own, r.Severity) && j <= i:
				lowered = r.Severity
			}
		}
	}
	if raised != own {
		return raised
	}
	return lowered
}

// lies reports whether a finding certainly lies in the files of a glob, of which there are two.
func lies(f result.Finding, path string) bool {
	if path == "" {
		return true
	}
	for _, l := range f.Locations {
		if path == "legacy/**" && !strings.HasPrefix(l.Path, "legacy/") || path == "**/*.tf" && !strings.HasSuffix(l.Path, ".tf") {
			return false
		}
	}
	return len(f.Locations) > 0 && f.Uncertain == ""
}

// owned reports whether the finding's row has limits of its own.
func (s *statements) owned(f result.Finding) bool {
	return f.Target != "" && slices.ContainsFunc(s.policy.Rows, func(r result.RowLimits) bool { return r.Target == f.Target })
}

// kind is that of the row, where it has limits of its own.
func (s *statements) kind(f result.Finding) result.Kind {
	switch {
	case !s.owned(f):
		return f.Kind
	case f.Target == "checks:a":
		return result.KindChecks
	}
	return result.KindAlerts
}

// inLimit reports whether a finding, as source i counts it, is in a limit of o.
func (s *statements) inLimit(i int, o result.LimitSource, l result.Limit, f result.Finding) bool {
	command := o.Strength == result.FromFlags || o.Strength == result.FromVariables
	switch {
	case s.severity(i, f) != l.Severity || !lies(f, l.Path):
		return false
	case s.owned(f):
		return command && l.Kind == s.kind(f)
	}
	return l.Kind == "" || l.Kind == f.Kind
}

func (s *statements) inMax(i int, o result.LimitSource, f result.Finding) bool {
	return slices.ContainsFunc(o.Max, func(l result.Limit) bool { return s.inLimit(i, o, l, f) })
}

func (s *statements) inPath(i int, o result.LimitSource, f result.Finding) bool {
	return slices.ContainsFunc(o.Max, func(l result.Limit) bool { return l.Path != "" && s.inLimit(i, o, l, f) })
}

func (s *statements) readMax(i int) {
	o := s.policy.Sources[i]
	for _, l := range o.Max {
		s.state(l.Max, func(f result.Finding) bool {
			return s.inLimit(i, o, l, f) && (l.Path != "" || !s.inPath(i, o, f))
		})
	}
}

func (s *statements) readFailOn(i int) {
	o := s.policy.Sources[i]
	if o.FailOn == nil || o.FailOn.Severity == nil {
		return
	}
	replaces := []result.LimitSource{o}
	if o.Strength == result.FromDefault {
		replaces = s.policy.Sources
	}
	for _, stronger := range s.policy.Sources[:i] {
		switch none := stronger.FailOn != nil && stronger.FailOn.Severity == nil; {
		case none && stronger.Strength != result.FromFile, stronger.FailOn != nil && o.Strength == result.FromDefault:
			return
		}
	}
	s.state(0, func(f result.Finding) bool {
		sev := s.severity(i, f)
		return sev != result.Unknown && sev >= *o.FailOn.Severity && !s.owned(f) &&
			!slices.ContainsFunc(replaces, func(o result.LimitSource) bool { return s.inMax(i, o, f) })
	})
}

func (s *statements) readRow(r result.RowLimits) {
	lowest := result.Critical
	for sev := range r.Max {
		if sev != result.Unknown {
			lowest = min(lowest, sev)
		}
	}
	for _, sev := range result.Severities() {
		most, named := r.Max[sev]
		if named || sev == result.Unknown || sev > lowest {
			s.state(most, func(f result.Finding) bool {
				return s.owned(f) && f.Target == r.Target && s.severity(len(s.policy.Sources), f) == sev
			})
		}
	}
}

// The verdict is the conjunction of what all sources state, each read for itself: it fails if a
// statement is crossed, and a finding blocks if a crossed statement counts it.
func TestVerdictIsTheConjunctionOfAllStatements(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawOnAChange(t)
		v, stamps := gate.Decide(in.rows, in.findings, in.policy, in.options)
		counted, blocks, crossed := make([]bool, len(in.findings)), make([]bool, len(in.findings)), false
		for _, s := range read(in.policy) {
			sum, by := 0, []int{}
			for i, f := range in.findings {
				if !outside(f, in.options.Change) && s.counts(f) {
					sum, by = sum+max(1, f.Count), append(by, i)
				}
			}
			crossed = crossed || sum > s.max
			for _, i := range by {
				counted[i] = true
				blocks[i] = blocks[i] || sum > s.max
			}
		}
		if got := slices.ContainsFunc(v.Record().Limits, func(l result.LimitCheck) bool { return l.Crossed }); got != crossed {
			t.Fatalf("crossed %v, the statements say %v: %s", got, crossed, v.Line())
		}
		for i, s := range stamps {
			if got := s.Effect == result.Counted; got != counted[i] || s.Blocks() != blocks[i] {
				t.Fatalf("finding %+v: counted %v, blocks %v; the statements say %v, %v", in.findings[i], got, s.Blocks(), counted[i], blocks[i])
			}
		}
	})
}

func outside(f result.Finding, c *result.Change) bool {
	return c != nil && f.Outside && f.Kind != result.KindAlerts && f.Kind != result.KindChecks
}

// fails reports a crossed limit or number.
func fails(v gate.Verdict) bool {
	rec := v.Record()
	return slices.ContainsFunc(rec.Limits, func(l result.LimitCheck) bool { return l.Crossed }) ||
		slices.ContainsFunc(rec.Numbers, func(n result.NumberCheck) bool { return n.Crossed })
}

// A source that is added, strong or weak, forbids nothing less. The statements by which
// it could are named in the documentation: none of a flag, what replaces the default, and rules,
// which lower the severities of their own source and of weaker ones.
func TestAddingASourceNeverHelps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		in.policy.Sources = slices.DeleteFunc(in.policy.Sources, func(s result.LimitSource) bool { return s.Strength == result.FromDefault })
		before := in.decide()
		more := someSource(rapid.SampledFrom(result.Strengths()[:3]).Draw(t, "strength")).Draw(t, "more")
		more.Max = slices.DeleteFunc(more.Max, func(l result.Limit) bool { return l.Severity == result.Unknown })
		if more.FailOn != nil && more.FailOn.Severity == nil && more.Strength != result.FromFile {
			more.FailOn = nil
		}
		i := rapid.IntRange(0, len(in.policy.Sources)).Draw(t, "place")
		more.Rules = slices.DeleteFunc(more.Rules, func(result.RuleSeverity) bool { return i < len(in.policy.Sources) || in.policy.Rows != nil })
		in.policy.Sources = slices.Insert(slices.Clone(in.policy.Sources), i, more)
		if after := in.decide(); fails(before) && !fails(after) {
			t.Fatalf("one more source made\n%s\nof\n%s", after.Line(), before.Line())
		}
	})
}

func TestStricterLimitsNeverHelp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		before := in.decide()
		in.policy.Sources = slices.Clone(in.policy.Sources)
		for i := range in.policy.Sources {
			s := &in.policy.Sources[i]
			s.Max, s.Numbers = slices.Clone(s.Max), slices.Clone(s.Numbers)
			for j := range s.Max {
				s.Max[j].Max = rapid.IntRange(0, s.Max[j].Max).Draw(t, "lower")
			}
			for j := range s.Numbers {
				s.Numbers[j].Max = rapid.IntRange(0, s.Numbers[j].Max).Draw(t, "lower")
			}
			if s.FailOn != nil && s.FailOn.Severity != nil {
				s.FailOn = &result.FailOn{Severity: sev(rapid.SampledFrom(result.Severities()).Filter(func(x result.Severity) bool {
					return x <= *s.FailOn.Severity
				}).Draw(t, "lower"))}
			}
		}
		if after := in.decide(); fails(before) && !fails(after) {
			t.Fatalf("stricter limits made\n%s\nof\n%s", after.Line(), before.Line())
		}
	})
}
