package gate

import (
	"cmp"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// group is what a limit can be set for. An empty kind means all kinds together. A target stands for
// one row that has its own limits; its kind is empty.
type group struct {
	kind     result.Kind
	target   string
	severity result.Severity
}

// limit is one limit of a policy.
type limit struct {
	group
	max    int
	origin result.LimitOrigin
	// except are kinds that have their own limit of this severity.
	except []result.Kind
}

// counts reports whether the limit counts findings of g. A row with its own limits is counted by
// these alone.
func (l limit) counts(g group) bool {
	switch {
	case l.severity != g.severity || l.target != g.target:
		return false
	case l.target != "":
		return true
	case l.kind == "":
		return !slices.Contains(l.except, g.kind)
	}
	return l.kind == g.kind
}

// check returns the limit's line of the verdict for n findings.
func (l limit) check(n int) result.LimitCheck {
	return result.LimitCheck{
		Kind: l.kind, Target: l.target, Severity: l.severity, Count: n, Max: l.max,
		Crossed: n > l.max, Origin: l.origin,
	}
}

// limits are a policy's limits, worst severity first. Within one severity the limit on all kinds
// together comes before those on single kinds; limits of single rows come last.
type limits struct {
	all []limit
	// targets are the rows that have their own limits.
	targets   map[string]bool
	unknownAs result.Severity
}

func readLimits(p result.Policy) limits {
	ls := limits{targets: map[string]bool{}}
	if p.UnknownAs != nil {
		ls.unknownAs = p.UnknownAs.Known()
	}
	b := readBudgets(p.Max)
	for _, sev := range result.Severities() {
		ls.all = append(ls.all, b.of(sev)...)
		if _, ok := b[group{severity: sev}]; !ok {
			ls.all = append(ls.all, implied(p, sev, b)...)
		}
	}
	for target, budget := range ownBudgets(p.Sources) {
		ls.targets[target] = true
		ls.all = append(ls.all, ownLimits(target, budget)...)
	}
	slices.SortFunc(ls.all, func(x, y limit) int {
		return cmp.Or(cmp.Compare(y.severity, x.severity), cmp.Compare(x.target, y.target), cmp.Compare(x.kind, y.kind))
	})
	return ls
}

// groupOf returns the group that a finding counts in.
func (ls limits) groupOf(f *result.Finding) group {
	g := group{kind: f.Kind, severity: f.Severity.Known()}
	if g.severity == result.Unknown {
		g.severity = ls.unknownAs
	}
	if ls.targets[f.Target] {
		g.kind, g.target = "", f.Target
	}
	return g
}

// on returns the indexes of the limits that count g.
func (ls limits) on(g group) []int {
	var some []int
	for i, l := range ls.all {
		if l.counts(g) {
			some = append(some, i)
		}
	}
	return some
}

// LimitsOn returns the limits of p that count f, each with a Count of 0. For a source or check with
// its own limits this is at most one, whose Target is set. Otherwise up to two limits count f
// together with other findings.
func LimitsOn(f result.Finding, p result.Policy) []result.LimitCheck {
	ls := readLimits(p)
	var checks []result.LimitCheck
	for _, i := range ls.on(ls.groupOf(&f)) {
		checks = append(checks, ls.all[i].check(0))
	}
	return checks
}

// budgets are the limits that Policy.Max sets; of two for one group the smaller.
type budgets map[group]int

func readBudgets(set []result.Limit) budgets {
	b := budgets{}
	for _, l := range set {
		b.set(group{kind: l.Kind, severity: l.Severity}, l.Max)
	}
	return b
}

func (b budgets) set(g group, n int) {
	if have, ok := b[g]; ok {
		n = min(n, have)
	}
	b[g] = n
}

func (b budgets) of(sev result.Severity) []limit {
	var some []limit
	for g, n := range b {
		if g.severity == sev {
			some = append(some, limit{group: g, max: n, origin: result.LimitMax})
		}
	}
	return some
}

// implied returns the limit of 0 on a severity for which no budget counts all kinds together. It
// leaves out the kinds that have a budget. Unknown severities are limited even without FailOn.
func implied(p result.Policy, sev result.Severity, b budgets) []limit {
	l := limit{group: group{severity: sev}}
	switch {
	case sev == result.Unknown:
		l.origin = result.LimitUnknown
	case p.FailOn != nil && sev >= *p.FailOn:
		l.origin = result.LimitFailOn
	default:
		return nil
	}
	for _, budget := range b.of(sev) {
		l.except = append(l.except, budget.kind)
	}
	return []limit{l}
}

// ownBudgets are the budgets of the rows that have their own, by target.
func ownBudgets(sources []result.SourceLimits) map[string]budgets {
	own := map[string]budgets{}
	for _, s := range sources {
		if s.Target == "" {
			continue // would count all rows
		}
		if own[s.Target] == nil {
			own[s.Target] = budgets{}
		}
		for sev, n := range s.Max {
			own[s.Target].set(group{target: s.Target, severity: sev}, n)
		}
	}
	return own
}

// ownLimits are the limits of one row. A severity without a budget is only reported, except
// unknown, whose limit is 0.
func ownLimits(target string, b budgets) []limit {
	var some []limit
	for g, n := range b {
		some = append(some, limit{group: g, max: n, origin: result.LimitMax})
	}
	unknown := group{target: target, severity: result.Unknown}
	if _, ok := b[unknown]; !ok {
		some = append(some, limit{group: unknown, origin: result.LimitUnknown})
	}
	return some
}
