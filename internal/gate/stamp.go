package gate

import (
	"github.com/scangate/scangate/internal/result"
)

// stampAll stamps each finding with the limits that count it. Whether a limit is crossed is known
// only after all are counted: see mark.
func (ls limits) stampAll(findings []result.Finding, c *result.Change) []result.Stamp {
	stamps := make([]result.Stamp, len(findings))
	ids := map[group][]result.LimitID{} // shared by all findings of a group
	for i := range findings {
		f := &findings[i]
		g := ls.groupOf(f)
		if _, ok := ids[g]; !ok {
			ids[g] = ls.ids(g)
		}
		stamps[i] = stampOf(f, g, ids[g], c)
	}
	return stamps
}

// unlimited adds up the findings that no limit counts: those of each row with its own limits, and
// all others together.
func (ls limits) unlimited(findings []result.Finding, stamps []result.Stamp) map[group]int {
	sums := map[group]int{}
	for i := range stamps {
		if stamps[i].Effect == result.Unlimited {
			g := ls.groupOf(&findings[i])
			g.kind = ""
			sums[g] = result.AddCounts(sums[g], stamps[i].Count)
		}
	}
	return sums
}

func (ls limits) ids(g group) []result.LimitID {
	var ids []result.LimitID
	for _, l := range ls.on(g) {
		ids = append(ids, l.id)
	}
	return ids
}

// stampOf counts a finding that claims to stand for less than one vulnerability as one: a tampered
// file must not offset findings with negative ones.
func stampOf(f *result.Finding, g group, ids []result.LimitID, c *result.Change) result.Stamp {
	s := result.Stamp{Effect: result.Counted, Severity: g.severity, Count: max(1, f.Count), Limits: ids}
	switch {
	case outside(f, c):
		return result.Stamp{Effect: result.OutsideChange, Severity: g.severity}
	case len(ids) == 0:
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
