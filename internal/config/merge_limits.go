package config

import (
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// pathLimits are the limits of paths of three files.
func pathLimits(target, base, change *File) trio[pathLimit] {
	of := func(f *File) []pathLimit {
		if f == nil {
			return nil
		}
		return f.paths
	}
	return trio[pathLimit]{of(target), of(base), of(change), func(l pathLimit) string { return l.path + "\x00" + l.Text }}
}

// name is what two limits can't have in common.
func (l pathLimit) name() string {
	name, _ := cutLimit(l.Text)
	return l.path + "\x00" + name
}

// weakerPaths returns limits as those of the weakest source.
func weakerPaths(limits []pathLimit) []pathLimit {
	out := slices.Clone(limits)
	for i := range out {
		out[i].Origin.layer = layerChange
	}
	return out
}

// ruleSeverities are the severities of rules of three files.
func ruleSeverities(target, base, change *File) trio[result.RuleSeverity] {
	of := func(f *File) []result.RuleSeverity {
		if f == nil {
			return nil
		}
		return f.rules
	}
	key := func(r result.RuleSeverity) string { return r.Rule + "\x00" + r.Severity.String() + "\x00" + r.Reason }
	return trio[result.RuleSeverity]{of(target), of(base), of(change), key}
}

// fileLimits compares the limits of paths with what is allowed without them, and the severities of
// rules, which have no order: findings of several severities have limits.
func (d *differ) fileLimits() {
	before, after := newAllowance(d.base), newAllowance(d.change)
	paths := pathLimits(nil, d.base, d.change)
	for _, l := range minus(paths.change, paths.base, paths.key) {
		d.add(effectOf(before, after, l), pathsKey, "limits "+l.path+" to "+l.Text, "", func(f *File) { f.paths = paths.with(l) })
	}
	for _, l := range minus(paths.base, paths.change, paths.key) {
		if !slices.ContainsFunc(paths.change, func(o pathLimit) bool { return o.name() == l.name() }) {
			d.add(opposite(effectOf(before, after, l)), pathsKey, "limits "+l.path+" no longer to "+l.Text, "", func(f *File) { f.paths = paths.without(l) })
		}
	}
	rules := ruleSeverities(nil, d.base, d.change)
	for _, r := range minus(rules.change, rules.base, rules.key) {
		d.add(result.Unordered, rulesKey, r.Rule+" is "+r.Severity.String(), r.Reason, func(f *File) { f.rules = rules.with(r) })
	}
	for _, r := range minus(rules.base, rules.change, rules.key) {
		d.add(result.Unordered, rulesKey, r.Rule+" is no longer "+r.Severity.String(), r.Reason, func(f *File) { f.rules = rules.without(r) })
	}
}

// effectOf returns what a limit of a path does: it loosens if it allows more than its severity may
// have elsewhere, before or after the change. In doubt, as after a higher one, it loosens.
func effectOf(before, after allowance, l pathLimit) result.PolicyEffect {
	name, number := cutLimit(l.Text)
	n, err := result.ParseCount(number)
	if err != nil || n > min(before.of(name), after.of(name)) {
		return result.Loosens
	}
	return result.Tightens
}

func opposite(e result.PolicyEffect) result.PolicyEffect {
	if e == result.Loosens {
		return result.Tightens
	}
	return result.Loosens
}
