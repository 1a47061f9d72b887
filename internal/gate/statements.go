package gate

import (
	"fmt"
	"maps"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// statements reads what the sources of a policy state.
type statements struct{ policy result.Policy }

// all returns every limit that is stated, those of the strongest source first.
func (st statements) all() []limit {
	var all []limit
	for i, s := range st.policy.Sources {
		all = append(all, maxes(i, s)...)
		if st.failsOn(i) {
			all = append(all, failOns(i, *s.FailOn, st.replaced(s))...)
		}
	}
	last := len(st.policy.Sources)
	all = append(all, limit{
		scope: scope{severity: result.Unknown}, except: [][]scope{st.everyMax()}, source: last, origin: byDefault(), value: "unknown=0",
	})
	for _, r := range st.policy.Rows {
		all = append(all, rowLimits(r, last)...)
	}
	return all
}

func byDefault() result.Origin { return result.Origin{Setting: result.DefaultSetting} }

// maxes are the limits of a source's max. Those of paths replace the others.
func maxes(source int, s result.LimitSource) []limit {
	all := make([]limit, 0, len(s.Max))
	for _, m := range s.Max {
		l := limit{scope: maxScope(s, m), max: m.Max, source: source, origin: m.Origin}
		l.value = fmt.Sprintf("%s=%d", l.name(), l.max)
		if l.path == "" {
			l.except = [][]scope{slices.DeleteFunc(scopesOf(s), func(o scope) bool { return o.path == "" })}
		}
		all = append(all, l)
	}
	return all
}

// maxScope is what an entry of max counts. One of a flag or variable that names a kind counts the
// rows with their own limits as well: the file, which states these, is weaker.
func maxScope(s result.LimitSource, m result.Limit) scope {
	strong := s.Strength == result.FromFlags || s.Strength == result.FromVariables
	return scope{kind: m.Kind, path: m.Path, severity: m.Severity.Known(), owned: strong && m.Kind != ""}
}

// failOns are the limits of 0 that a fail-on states. except is what it leaves out.
func failOns(source int, f result.FailOn, except []scope) []limit {
	var all []limit
	for _, sev := range result.Severities() {
		if sev != result.Unknown && sev >= f.Severity.Known() {
			all = append(all, limit{
				scope: scope{severity: sev}, except: [][]scope{except}, source: source, origin: f.Origin, value: f.Severity.String(),
			})
		}
	}
	return all
}

// replaced is what the fail-on of a source leaves out: what its max counts. The default leaves out
// what the max of any source counts.
func (st statements) replaced(s result.LimitSource) []scope {
	if s.Strength == result.FromDefault {
		return st.everyMax()
	}
	return scopesOf(s)
}

// everyMax is what the max of any source counts, but that of a change, which replaces nothing.
func (st statements) everyMax() []scope {
	var all []scope
	for _, s := range st.policy.Sources {
		if s.Strength != result.FromChange {
			all = append(all, scopesOf(s)...)
		}
	}
	return all
}

func scopesOf(s result.LimitSource) []scope {
	all := make([]scope, 0, len(s.Max))
	for _, m := range s.Max {
		all = append(all, maxScope(s, m))
	}
	return all
}

// failsOn reports whether the fail-on of a source counts. A stronger none of a flag or variable
// discards it. That of the default counts only if no source has one.
func (st statements) failsOn(i int) bool {
	s := st.policy.Sources[i]
	if s.FailOn == nil || s.FailOn.Severity == nil {
		return false
	}
	return !slices.ContainsFunc(st.policy.Sources[:i], func(o result.LimitSource) bool {
		switch {
		case o.FailOn == nil || o.Strength == result.FromDefault:
			return false
		case s.Strength == result.FromDefault:
			return true
		}
		return o.FailOn.Severity == nil && o.Strength != result.FromFile
	})
}

// failOn returns the strongest statement of fail-on, nil if there is none.
func (st statements) failOn() *result.FailOn {
	for _, s := range st.policy.Sources {
		if s.FailOn != nil {
			return s.FailOn
		}
	}
	return nil
}

// ignoredFailOns lists the fail-ons that allow more than that of a stronger source.
func (st statements) ignoredFailOns(r rules, stated []limit) []result.Ignored {
	var all []result.Ignored
	for i, s := range st.policy.Sources {
		if s.FailOn == nil || s.Strength == result.FromDefault {
			continue
		}
		for j, o := range st.policy.Sources[:i] {
			if st.failsOn(j) && looser(s.FailOn, o.FailOn) && !r.effective(stated, i) {
				all = append(all, result.Ignored{Value: word(s.FailOn), Origin: s.FailOn.Origin, By: o.FailOn.Origin.String() + " " + word(o.FailOn)})
				break
			}
		}
	}
	return all
}

func looser(f, than *result.FailOn) bool {
	return f.Severity == nil || *f.Severity > *than.Severity
}

func word(f *result.FailOn) string {
	if f.Severity == nil {
		return "none"
	}
	return f.Severity.String()
}

// effective reports whether a fail-on of source i forbids what no stronger source forbids.
func (r rules) effective(stated []limit, i int) bool {
	return slices.ContainsFunc(stated, func(l limit) bool {
		return l.source == i && l.kind == "" && l.max == 0 && !slices.ContainsFunc(stated, func(o limit) bool {
			return o.source < i && r.dominates(&o, &l)
		})
	})
}

// rowLimits are the limits of one row. A severity above the lowest one that is named is limited to
// 0 unless named, and so is unknown.
func rowLimits(r result.RowLimits, source int) []limit {
	if r.Target == "" {
		return nil // would count all rows
	}
	of := func(sev result.Severity, n int, origin result.Origin) limit {
		sc := scope{kind: kindOf(r.Target), target: r.Target, severity: sev}
		return limit{scope: sc, max: n, source: source, origin: origin, value: fmt.Sprintf("%s=%d", sc.name(), n)}
	}
	var all []limit
	named := slices.Sorted(maps.Keys(r.Max))
	for _, sev := range named {
		all = append(all, of(sev, r.Max[sev], r.Origin))
	}
	named = slices.DeleteFunc(named, func(s result.Severity) bool { return s == result.Unknown })
	for _, sev := range result.Severities() {
		_, isNamed := r.Max[sev]
		if above := len(named) > 0 && sev > named[0]; !isNamed && (above || sev == result.Unknown) {
			all = append(all, of(sev, 0, byDefault()))
		}
	}
	return all
}
