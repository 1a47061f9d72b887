package gate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// ruleSeverity is the severity that one source sets for a rule.
type ruleSeverity struct {
	result.RuleSeverity
	source int
}

// rules are the severities that a policy sets for rules.
type rules struct {
	all    []*ruleSeverity // the strongest source's first
	byRule map[string][]*ruleSeverity
	// set are the severities that each source sets.
	set [][]result.Severity
	// plain are what severities returns for a rule that no source knows.
	plain map[result.Severity]string
}

func readRules(p result.Policy) rules {
	r := rules{byRule: map[string][]*ruleSeverity{}, set: make([][]result.Severity, len(p.Sources)+1), plain: map[result.Severity]string{}}
	for _, s := range result.Severities() {
		r.plain[s] = strings.Repeat(string(rune(s)), len(r.set))
	}
	for i, s := range p.Sources {
		for _, one := range s.Rules {
			set := &ruleSeverity{one, i}
			r.all = append(r.all, set)
			r.byRule[one.Rule] = append(r.byRule[one.Rule], set)
			r.set[i] = append(r.set[i], one.Severity)
		}
	}
	return r
}

// severities returns what each source counts a finding of a rule as, one byte for each, and one
// for what comes after all sources. A rise counts for all, a fall for its source and weaker ones.
func (r rules) severities(rule string, own result.Severity) string {
	if len(r.byRule[rule]) == 0 {
		return r.plain[own]
	}
	all := []byte(r.plain[own])
	for _, s := range r.byRule[rule] {
		for i := range all {
			have := rank(result.Severity(all[i]))
			rises := rank(s.Severity) > max(have, rank(own))
			falls := rank(s.Severity) < rank(own) && have <= rank(own) && i >= s.source
			if rises || falls {
				all[i] = byte(s.Severity)
			}
		}
	}
	return string(all)
}

// seeTheSame reports whether the limits of two sources count every finding as the same severity.
func (r rules) seeTheSame(a, b int) bool {
	return len(slices.Concat(r.set[min(a, b)+1:max(a, b)+1]...)) == 0
}

// sees reports whether source a counts every finding as sev that source b counts as sev. It is
// false in doubt.
func (r rules) sees(a, b int, sev result.Severity) bool {
	if a <= b { // b may lower others to sev
		return !slices.Contains(slices.Concat(r.set[a+1:b+1]...), sev)
	}
	return !slices.ContainsFunc(slices.Concat(r.set[b+1:a+1]...), func(s result.Severity) bool { return s != sev })
}

// lowering adds up what the settings do that lower the severity of rules.
type lowering struct {
	// n is how many findings count as less severe than they are.
	n int
	// effective are the settings that lower any, and ignored those that a limit of a stronger
	// source disregards, with the worst such limit.
	effective map[*ruleSeverity]bool
	ignored   map[*ruleSeverity]*limit
}

// add takes a finding with its stamp. by is a limit that counts it as severe as it is, nil for
// none.
func (w *lowering) add(set *ruleSeverity, s result.Stamp, by *limit) {
	if by == nil {
		w.n = result.AddCounts(w.n, s.Count)
		w.effective[set] = true
		return
	}
	if have := w.ignored[set]; have == nil || cmp.Or(cmp.Compare(rank(have.severity), rank(by.severity)), cmp.Compare(by.id, have.id)) < 0 {
		w.ignored[set] = by
	}
}

// origins lists where the settings are stated that lower any finding.
func (r rules) origins(w lowering) []result.Origin {
	var all []result.Origin
	for _, s := range r.all {
		if w.effective[s] {
			all = append(all, s.Origin)
		}
	}
	return all
}

// ignoredRules lists the settings that a limit of a stronger source disregards.
func (r rules) ignoredRules(w lowering) []result.Ignored {
	var all []result.Ignored
	for _, s := range r.all {
		if by := w.ignored[s]; by != nil {
			all = append(all, result.Ignored{Value: s.Rule + ": " + s.Severity.String(), Origin: s.Origin, By: by.stated(), Max: by.max})
		}
	}
	return all
}

// lowers returns the first setting that lowers the severity of a rule, nil if none does.
func (r rules) lowers(rule string, own result.Severity) *ruleSeverity {
	for _, s := range r.byRule[rule] {
		if rank(s.Severity) < rank(own) {
			return s
		}
	}
	return nil
}
