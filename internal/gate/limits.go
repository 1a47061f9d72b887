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

// slot is what a limit can be set for. An empty kind is all kinds together.
type slot struct {
	kind     result.Kind
	severity result.Severity
}

// tally counts findings per kind and severity.
type tally map[slot]int

// count sums the findings. One that claims to stand for no or fewer
// vulnerabilities stands for one: a file that was tampered with must not offset
// findings with negative ones. Sums stop at the largest int instead of wrapping.
func count(findings []result.Finding, unknownAs *result.Severity) tally {
	t := tally{}
	for _, f := range findings {
		s := slot{f.Kind, known(f.Severity)}
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

// of counts one severity over all kinds that skip does not hold.
func (t tally) of(sev result.Severity, skip func(result.Kind) bool) int {
	sum := 0
	for s, n := range t {
		if s.severity == sev && !skip(s.kind) {
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
		s := slot{l.Kind, l.Severity}
		if have, ok := b[s]; !ok || l.Max < have {
			b[s] = l.Max
		}
	}
	return b
}

// own reports whether a kind has a budget of its own for sev.
func (b budgets) own(sev result.Severity) func(result.Kind) bool {
	return func(k result.Kind) bool {
		_, ok := b[slot{k, sev}]
		return ok && k != ""
	}
}

// check holds the tally against the policy. The checks come worst severity
// first; within one severity all kinds together come before single ones.
func check(t tally, p result.Policy) []result.LimitCheck {
	b := readBudgets(p.Max)
	var checks []result.LimitCheck
	for _, sev := range result.Severities() {
		if c, ok := overall(t, b, p, sev); ok {
			checks = append(checks, c)
		}
		checks = append(checks, perKind(t, b, sev)...)
	}
	return checks
}

// overall makes the check of a severity that counts all kinds together: its
// budget or, where it has none, 0 over all kinds that have none of their own.
func overall(t tally, b budgets, p result.Policy, sev result.Severity) (result.LimitCheck, bool) {
	if limit, ok := b[slot{"", sev}]; ok {
		n := t.of(sev, func(result.Kind) bool { return false })
		return newCheck(slot{"", sev}, n, limit, sourceMax), true
	}
	source := implied(p, sev)
	if source == "" {
		return result.LimitCheck{}, false
	}
	return newCheck(slot{"", sev}, t.of(sev, b.own(sev)), 0, source), true
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
		Kind: s.kind, Severity: s.severity, Count: n, Max: limit,
		Crossed: n > limit, Source: source,
	}
}
