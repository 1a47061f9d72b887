package gate

import (
	"github.com/scangate/scangate/internal/result"
)

// stampAll stamps each finding with the limits that count it. Whether a limit is crossed is known
// only after all are counted: see mark.
func (ls limits) stampAll(findings []result.Finding, c *result.Change) []result.Stamp {
	stamps := make([]result.Stamp, len(findings))
	all := map[group]counting{} // shared by all findings of a group
	for i := range findings {
		f := &findings[i]
		g := ls.groupOf(f)
		if _, ok := all[g]; !ok {
			all[g] = ls.countingOf(g)
		}
		stamps[i] = stampOf(f, all[g], c)
	}
	return stamps
}

// tallies add up what limits don't.
type tallies struct {
	// unlimited are the findings that no limit counts.
	unlimited map[tally]int
	lowered   lowering
}

// tally is a number of findings. target is their row, if it has its own limits.
type tally struct {
	target   string
	severity result.Severity
}

// tally adds up the stamps after waivers were applied.
func (ls limits) tally(findings []result.Finding, stamps []result.Stamp) tallies {
	t := tallies{map[tally]int{}, lowering{effective: map[*ruleSeverity]bool{}, ignored: map[*ruleSeverity]*limit{}}}
	for i, s := range stamps {
		f := &findings[i]
		if s.Effect == result.Unlimited {
			key := tally{severity: s.Severity}
			if ls.rows[f.Target] {
				key.target = f.Target
			}
			t.unlimited[key] = result.AddCounts(t.unlimited[key], s.Count)
		}
		if set := ls.rules.lowers(f.Rule, ls.ownSeverity(f)); set != nil && s.Count > 0 {
			t.lowered.add(set, s, ls.countingOf(ls.groupOf(f)).worst)
		}
	}
	return t
}

// counting is how limits count the findings of a group.
type counting struct {
	ids []result.LimitID
	// severity is the worst that a limit counts them as, and worst that limit if it stands above
	// what the rules of weaker sources say.
	severity result.Severity
	worst    *limit
}

func (ls limits) countingOf(g group) counting {
	c := counting{severity: g.severity(len(g.severities))}
	for _, l := range ls.on(g) {
		c.ids = append(c.ids, l.id)
		if rank(l.severity) > rank(c.severity) {
			c.severity, c.worst = l.severity, l
		}
	}
	return c
}

// stampOf counts a finding that claims to stand for less than one vulnerability as one: a tampered
// file must not offset findings with negative ones.
func stampOf(f *result.Finding, by counting, c *result.Change) result.Stamp {
	s := result.Stamp{Effect: result.Counted, Severity: by.severity, Count: max(1, f.Count), Limits: by.ids}
	switch {
	case outside(f, c):
		return result.Stamp{Effect: result.OutsideChange, Severity: by.severity}
	case len(by.ids) == 0:
		s.Effect = result.Unlimited
	}
	return s
}

// outside reports whether a finding lies outside the change that the run was narrowed to. Alerts
// and checks lie in no file: only an alert of a source that asks for it can be left out.
func outside(f *result.Finding, c *result.Change) bool {
	switch {
	case c == nil || f.Kind == result.KindChecks:
		return false
	case f.Kind == result.KindAlerts:
		return f.Unrelated
	}
	return f.Outside
}

// check adds up the stamps, limit by limit.
func (ls limits) check(stamps []result.Stamp) []result.LimitCheck {
	sums := map[result.LimitID]int{}
	for _, s := range stamps {
		for _, id := range s.Limits {
			sums[id] = result.AddCounts(sums[id], s.Count)
		}
	}
	var checks []result.LimitCheck
	for i := range ls.all {
		checks = append(checks, ls.all[i].check(sums[ls.all[i].id]))
	}
	return checks
}

// mark names in each stamp the first of its limits that is crossed.
func mark(stamps []result.Stamp, checks []result.LimitCheck) {
	crossed := map[result.LimitID]bool{}
	for _, c := range checks {
		crossed[c.ID] = c.Crossed
	}
	for i := range stamps {
		for _, id := range stamps[i].Limits {
			if crossed[id] {
				stamps[i].Crosses = id
				break
			}
		}
	}
}

// severityCounts adds up the stamps by severity.
func severityCounts(stamps []result.Stamp) map[result.Severity]int {
	counts := map[result.Severity]int{}
	for _, s := range stamps {
		if s.Count > 0 {
			counts[s.Severity] = result.AddCounts(counts[s.Severity], s.Count)
		}
	}
	return counts
}
