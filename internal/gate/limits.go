package gate

import (
	"cmp"
	"math"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// What set a limit; the values of [result.LimitCheck.Source].
const (
	sourceFailOn  = "fail-on"
	sourceMax     = "max"
	sourceUnknown = "unknown"
)

// slot is what a limit can be set for. An empty kind is all kinds together. A
// slot with a source counts what one row has brought that has limits of its own,
// and nothing else counts that.
type slot struct {
	kind     result.Kind
	source   string
	severity result.Severity
}

// tally counts findings per kind and severity.
type tally map[slot]int

// count sums the findings. One that claims to stand for no or fewer
// vulnerabilities stands for one: a file that was tampered with must not offset
// findings with negative ones. Sums stop at the largest int instead of wrapping.
func count(findings []result.Finding, p result.Policy) tally {
	t := tally{}
	own := ownLimits(p)
	unknownAs := p.UnknownAs
	for _, f := range findings {
		s := slot{kind: f.Kind, severity: known(f.Severity)}
		if _, ok := own[f.Target]; ok {
			s.kind, s.source = "", f.Target
		}
		if s.severity == result.Unknown && unknownAs != nil {
			s.severity = known(*unknownAs)
		}
		t[s] = add(t[s], max(1, f.Count))
	}
	return t
}

// known maps numbers that are no severity to Unknown, as their name does.
func known(s result.Severity) result.Severity {
	if s > result.Critical {
		return result.Unknown
	}
	return s
}

func add(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

// bySeverity adds up the kinds.
func (t tally) bySeverity() map[result.Severity]int {
	m := map[result.Severity]int{}
	for s, n := range t {
		m[s.severity] = add(m[s.severity], n)
	}
	return m
}

// of counts one severity over all kinds that skip does not hold, but for what
// has limits of its own.
func (t tally) of(sev result.Severity, skip func(result.Kind) bool) int {
	sum := 0
	for s, n := range t {
		if s.severity == sev && s.source == "" && !skip(s.kind) {
			sum = add(sum, n)
		}
	}
	return sum
}

// budgets are the limits of the policy; of two for the same slot the smaller.
type budgets map[slot]int

func readBudgets(limits []result.Limit) budgets {
	b := budgets{}
	for _, l := range limits {
		s := slot{kind: l.Kind, severity: l.Severity}
		if have, ok := b[s]; !ok || l.Max < have {
			b[s] = l.Max
		}
	}
	return b
}

// own reports whether a kind has a budget of its own for sev.
func (b budgets) own(sev result.Severity) func(result.Kind) bool {
	return func(k result.Kind) bool {
		_, ok := b[slot{kind: k, severity: sev}]
		return ok && k != ""
	}
}

// check holds the tally against the policy. The checks come worst severity
// first; within one severity all kinds together come before single ones, and
// sources with limits of their own last.
func check(t tally, p result.Policy) []result.LimitCheck {
	b := readBudgets(p.Max)
	var checks []result.LimitCheck
	for _, sev := range result.Severities() {
		if c, ok := overall(t, b, p, sev); ok {
			checks = append(checks, c)
		}
		checks = append(checks, perKind(t, b, sev)...)
		checks = append(checks, perSource(t, p, sev)...)
	}
	return checks
}

// ownLimits are the rows that have limits of their own; of two for the same row
// and severity the smaller.
func ownLimits(p result.Policy) map[string]map[result.Severity]int {
	own := map[string]map[result.Severity]int{}
	for _, l := range p.Sources {
		if own[l.Target] == nil {
			own[l.Target] = map[result.Severity]int{}
		}
		for sev, n := range l.Max {
			if have, ok := own[l.Target][sev]; !ok || n < have {
				own[l.Target][sev] = n
			}
		}
	}
	return own
}

// perSource makes the checks of the rows that are judged by their own limits
// alone. A severity that a row doesn't name is reported only; unknown is 0.
func perSource(t tally, p result.Policy, sev result.Severity) []result.LimitCheck {
	var checks []result.LimitCheck
	for target, limits := range ownLimits(p) {
		limit, named := limits[sev]
		source := sourceMax
		if !named {
			source = sourceUnknown
		}
		if named || sev == result.Unknown {
			s := slot{source: target, severity: sev}
			checks = append(checks, newCheck(s, t[s], limit, source))
		}
	}
	slices.SortFunc(checks, func(a, b result.LimitCheck) int { return cmp.Compare(a.Target, b.Target) })
	return checks
}

// overall makes the check of a severity that counts all kinds together: its
// budget or, where it has none, 0 over all kinds that have none of their own.
func overall(t tally, b budgets, p result.Policy, sev result.Severity) (result.LimitCheck, bool) {
	if limit, ok := b[slot{severity: sev}]; ok {
		n := t.of(sev, func(result.Kind) bool { return false })
		return newCheck(slot{severity: sev}, n, limit, sourceMax), true
	}
	source := implied(p, sev)
	if source == "" {
		return result.LimitCheck{}, false
	}
	return newCheck(slot{severity: sev}, t.of(sev, b.own(sev)), 0, source), true
}

// implied says what limits a severity without a budget to 0, if anything does.
// Unknown is never let through by default, not even without FailOn.
func implied(p result.Policy, sev result.Severity) string {
	switch {
	case sev == result.Unknown:
		return sourceUnknown
	case p.FailOn != nil && sev >= *p.FailOn:
		return sourceFailOn
	}
	return ""
}

// perKind makes the checks of the budgets that count one kind alone.
func perKind(t tally, b budgets, sev result.Severity) []result.LimitCheck {
	var checks []result.LimitCheck
	for s, limit := range b {
		if s.kind != "" && s.severity == sev {
			checks = append(checks, newCheck(s, t[s], limit, sourceMax))
		}
	}
	slices.SortFunc(checks, func(a, b result.LimitCheck) int { return cmp.Compare(a.Kind, b.Kind) })
	return checks
}

func newCheck(s slot, n, limit int, source string) result.LimitCheck {
	return result.LimitCheck{
		Kind: s.kind, Target: s.source, Severity: s.severity, Count: n, Max: limit,
		Crossed: n > limit, Source: source,
	}
}
