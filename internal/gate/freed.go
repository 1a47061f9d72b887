package gate

import "github.com/scangate/scangate/internal/result"

// Freed returns the indexes of the findings of a result that count by one policy, and no longer, or
// for less, by another one. misses reports whether the other one would not look at what has a
// finding; nil means no such finding.
func Freed(r *result.Result, by, other result.Policy, misses func(*result.Finding) bool) []int {
	o := OptionsOf(r)
	_, before := weigh(r.Ledger, r.Findings, by, o)
	var left []result.Finding
	at := make([]int, len(r.Findings)) // in left, -1 if it is not
	for i := range r.Findings {
		at[i] = -1
		if misses == nil || !misses(&r.Findings[i]) {
			at[i] = len(left)
			left = append(left, r.Findings[i])
		}
	}
	_, after := weigh(r.Ledger, left, other, o)
	var freed []int
	for i := range before {
		if before[i].Effect == result.Counted && (at[i] < 0 || eases(&before[i], &after[at[i]])) {
			freed = append(freed, i)
		}
	}
	return freed
}

// eases reports whether a stamp counts a finding that another one counts no more, for less, or
// without crossing a limit.
func eases(before, after *result.Stamp) bool {
	return after.Effect != result.Counted || after.Count < before.Count || before.Crosses != "" && after.Crosses == ""
}
