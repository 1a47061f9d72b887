package gate

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/scangate/scangate/internal/glob"
	"github.com/scangate/scangate/internal/result"
)

// limit is one limit as its source states it.
type limit struct {
	scope
	max int
	// except are lists of scopes. What a scope of every list covers is left out; nil leaves out
	// nothing.
	except [][]scope
	// source is the index of the source, the strongest first. Rows and what is built in come last.
	source int
	origin result.Origin
	// value is what the source states, such as "high=5".
	value string
	id    result.LimitID
}

// counts reports whether the limit counts a finding.
func (l *limit) counts(g group) bool {
	return l.holds(g, l.source) && !l.excepts(func(e scope) bool { return e.holds(g, l.source) })
}

// leavesOut reports whether the limit counts nothing in a scope.
func (l *limit) leavesOut(s scope) bool {
	return l.excepts(func(e scope) bool { return e.covers(s) })
}

// excepts reports whether a scope of every list of except is one that covers something.
func (l *limit) excepts(covers func(scope) bool) bool {
	return len(l.except) > 0 && !slices.ContainsFunc(l.except, func(list []scope) bool { return !slices.ContainsFunc(list, covers) })
}

// dominates reports whether o can't be crossed unless l is: l counts everything that o counts, and
// allows no more. It may miss some such pairs.
func (r rules) dominates(l, o *limit) bool {
	if l.max > o.max || !l.covers(o.scope) || !r.sees(l.source, o.source, o.severity) {
		return false
	}
	return len(l.except) == 0 || slices.ContainsFunc(l.except, func(list []scope) bool {
		return !slices.ContainsFunc(list, func(e scope) bool { return e.meets(o.scope) && !o.leavesOut(e) })
	})
}

// check returns the limit's line of the verdict for n findings.
func (l *limit) check(n int) result.LimitCheck {
	c := result.LimitCheck{
		ID: l.id, Kind: l.kind, Target: l.target, Path: l.path, Severity: l.severity, Count: n, Max: l.max, Crossed: n > l.max, Origin: l.origin,
	}
	if l.target != "" {
		c.Kind = ""
	}
	return c
}

// stated is the limit as its source writes it, such as "--fail-on high".
func (l *limit) stated() string { return l.origin.String() + " " + l.value }

// limits are a policy's limits, worst severity first. Within one severity the limit on all kinds
// together comes before those on single kinds; limits of single rows come last.
type limits struct {
	all     []limit
	ignored []result.Ignored
	// failOn is the strongest statement of fail-on, nil if there is none.
	failOn *result.FailOn
	// rows are those that have their own limits.
	rows      map[string]bool
	unknownAs result.Severity
	rules     rules
	paths     []glob.Pattern
}

// readLimits resolves a policy. This is the one place where limits of several sources meet.
func readLimits(p result.Policy) limits {
	st := statements{policy: p}
	stated := st.all()
	r := readRules(p)
	ls := limits{all: r.conjoin(stated), failOn: st.failOn(), rows: map[string]bool{}, rules: r, paths: readPaths(p)}
	if p.UnknownAs != nil {
		ls.unknownAs = p.UnknownAs.Known()
	}
	for _, r := range p.Rows {
		ls.rows[r.Target] = r.Target != ""
	}
	slices.SortStableFunc(ls.all, func(x, y limit) int {
		return cmp.Or(cmp.Compare(y.severity, x.severity), cmp.Compare(x.target, y.target), cmp.Compare(x.kind, y.kind), cmp.Compare(x.path, y.path), cmp.Compare(x.source, y.source))
	})
	name(ls.all)
	// After the order of statements is gone.
	ls.ignored = slices.Concat(r.ignored(stated, ls.all), st.ignoredFailOns(r, stated), ignoredNumbers(p))
	return ls
}

// conjoin returns the limits that can be crossed alone. Limits of one scope that allow nothing
// become one.
func (r rules) conjoin(stated []limit) []limit {
	all := r.undominated(stated)
	var merged []limit
	for _, l := range all {
		i := slices.IndexFunc(merged, func(m limit) bool {
			return m.scope == l.scope && m.max == 0 && l.max == 0 && r.seeTheSame(m.source, l.source)
		})
		if i < 0 {
			merged = append(merged, l)
			continue
		}
		merged[i].except = slices.Concat(merged[i].except, l.except)
	}
	return r.undominated(merged)
}

// undominated drops limits that count nothing and those that another one dominates. Of two that
// are the same, the one of the stronger source stays.
func (r rules) undominated(all []limit) []limit {
	all = slices.Clone(all)
	all = slices.DeleteFunc(all, func(l limit) bool { return l.leavesOut(l.scope) })
	var some []limit
	for i := range all {
		l := &all[i]
		drop := false
		for j := range all {
			if o := &all[j]; j != i && r.dominates(o, l) && (j < i || !r.dominates(l, o)) {
				drop = true
			}
		}
		if !drop {
			some = append(some, *l)
		}
	}
	return some
}

// ignored lists the stated limits that allow more than one of a stronger source that dominates
// them.
func (r rules) ignored(stated, inForce []limit) []result.Ignored {
	var all []result.Ignored
	for i := range stated {
		l := &stated[i]
		by := slices.IndexFunc(inForce, func(o limit) bool { return o.source < l.source && o.max < l.max && r.dominates(&o, l) })
		if by >= 0 {
			all = append(all, result.Ignored{Value: l.value, Origin: l.origin, By: inForce[by].stated(), Max: inForce[by].max})
		}
	}
	return all
}

// name gives each limit a name of its own.
func name(all []limit) {
	taken := map[result.LimitID]bool{}
	for i := range all {
		l := &all[i]
		base := l.scope.name()
		l.id = result.LimitID(base)
		if taken[l.id] {
			base += " by " + l.origin.Setting
			l.id = result.LimitID(base)
		}
		for n := 2; taken[l.id]; n++ {
			l.id = result.LimitID(fmt.Sprintf("%s, %d", base, n))
		}
		taken[l.id] = true
	}
}

// groupOf returns the group that a finding counts in.
func (ls limits) groupOf(f *result.Finding) group {
	g := group{kind: f.Kind, severities: ls.rules.severities(f.Rule, ls.ownSeverity(f))}
	for _, p := range ls.paths {
		if within(f, p) {
			g.paths += between(p.Raw)
		}
	}
	if ls.rows[f.Target] {
		g.kind, g.target = kindOf(f.Target), f.Target
	}
	return g
}

// ownSeverity is a finding's severity where no rule sets another one.
func (ls limits) ownSeverity(f *result.Finding) result.Severity {
	if own := f.Severity.Known(); own != result.Unknown {
		return own
	}
	return ls.unknownAs
}

// readPaths compiles the globs of a policy. One that is invalid fits nothing.
func readPaths(p result.Policy) []glob.Pattern {
	var all []glob.Pattern
	for _, s := range p.Sources {
		for _, l := range s.Max {
			if c, ok := glob.Compile(l.Path, ""); ok && !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	return all
}

// within reports whether a finding certainly lies in files that fit.
func within(f *result.Finding, p glob.Pattern) bool {
	return f.Uncertain == "" && len(f.Locations) > 0 &&
		!slices.ContainsFunc(f.Locations, func(l result.Location) bool { return !p.Covers(l.Path) })
}

// on returns the limits that count g.
func (ls limits) on(g group) []*limit {
	var some []*limit
	for i := range ls.all {
		if l := &ls.all[i]; l.counts(g) {
			some = append(some, l)
		}
	}
	return some
}

// LimitsOn returns the limits of p that count f, each with a Count of 0. A limit whose Target is
// empty may count f together with findings of other rows.
func LimitsOn(f result.Finding, p result.Policy) []result.LimitCheck {
	ls := readLimits(p)
	var checks []result.LimitCheck
	for _, l := range ls.on(ls.groupOf(&f)) {
		checks = append(checks, l.check(0))
	}
	return checks
}
