// Package explain says why the verdict of a result is what it is: which findings meet which limit
// and what set it, which limits are nearly met, the fewest findings whose fixing would turn the
// gate green, and why a target is planned. It is pure, and decides nothing.
package explain

import (
	"cmp"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// Verdict explains the verdict of a whole result.
type Verdict struct {
	// Line is the verdict line.
	Line string `json:"line"`
	Exit int    `json:"exit"`
	// Limits are those of the verdict, in its order.
	Limits  []Limit              `json:"limits"`
	Numbers []result.NumberCheck `json:"numbers,omitempty"`
	// Uncounted are the findings that no limit counts, by the reason.
	Uncounted map[result.Effect]int `json:"uncounted"`
	// Waivers are those of the policy.
	Waivers []Waiver `json:"waivers"`
	// Judge says whose policy judged, and what the change changes in it; nil if that is not known.
	Judge   *result.Judge `json:"judge,omitempty"`
	Unblock Unblock       `json:"unblock"`
}

// Limit is a limit and the findings that it counts.
type Limit struct {
	result.LimitCheck
	// Over is by how much the limit is crossed.
	Over int `json:"over"`
	// Near is set if the limit is not crossed, and a tenth of it or less is left.
	Near bool `json:"near"`
	// Findings are the fingerprints of the findings that it counts, those that count most first.
	Findings []string `json:"findings"`
}

// Unblock is what has to happen for a pass.
type Unblock struct {
	// Findings are the fingerprints of the fewest findings whose fixing leaves no limit crossed.
	Findings []string `json:"findings"`
	// Targets are the IDs of the rows that have no answer.
	Targets []string `json:"targets"`
	// Numbers are those whose limit is crossed, or can't be evaluated.
	Numbers []result.Number `json:"numbers"`
	// Ended says that the run ended early, so that its findings may not be all.
	Ended bool `json:"ended"`
}

// Nothing reports whether there is nothing to do.
func (u *Unblock) Nothing() bool {
	return len(u.Findings)+len(u.Targets)+len(u.Numbers) == 0 && !u.Ended
}

// Of explains the verdict of a result.
func Of(r *result.Result) Verdict {
	v := Verdict{
		Line: r.Verdict.Line, Exit: r.Verdict.Exit, Limits: []Limit{}, Numbers: r.Verdict.Numbers, Uncounted: map[result.Effect]int{},
		Waivers: waiversOf(r), Judge: r.Judge,
		Unblock: Unblock{Findings: []string{}, Targets: []string{}, Numbers: []result.Number{}, Ended: r.EndedEarly()},
	}
	counted := byLimit(r.Findings)
	for _, check := range r.Verdict.Limits {
		v.Limits = append(v.Limits, limitOf(check, counted[check.ID]))
	}
	for i := range r.Findings {
		if s := r.Findings[i].Stamp; len(s.Limits) == 0 {
			v.Uncounted[s.Effect]++
		}
	}
	for _, f := range fewest(r) {
		v.Unblock.Findings = append(v.Unblock.Findings, f.Fingerprint)
	}
	for i := range r.Ledger {
		if row := &r.Ledger[i]; row.Unanswered() {
			v.Unblock.Targets = append(v.Unblock.Targets, row.Target.ID())
		}
	}
	for _, n := range r.Verdict.Numbers {
		if n.Crossed || n.Unknown != "" {
			v.Unblock.Numbers = append(v.Unblock.Numbers, n.Number)
		}
	}
	return v
}

func limitOf(check result.LimitCheck, findings []*result.Finding) Limit {
	l := Limit{LimitCheck: check, Over: max(0, check.Count-check.Max), Findings: []string{}}
	l.Near = !check.Crossed && check.Count > 0 && check.Max-check.Count <= check.Max/10
	for _, f := range findings {
		l.Findings = append(l.Findings, f.Fingerprint)
	}
	return l
}

// byLimit returns the findings that each limit counts, those that count most first.
func byLimit(findings []result.Finding) map[result.LimitID][]*result.Finding {
	all := map[result.LimitID][]*result.Finding{}
	for i := range findings {
		for _, id := range findings[i].Stamp.Limits {
			all[id] = append(all[id], &findings[i])
		}
	}
	for _, some := range all {
		slices.SortFunc(some, func(a, b *result.Finding) int {
			return cmp.Or(cmp.Compare(b.Stamp.Count, a.Stamp.Count), cmp.Compare(a.Fingerprint, b.Fingerprint))
		})
	}
	return all
}

// fewest returns the fewest findings without which no limit is crossed, in the order of the
// limits. It takes the narrowest limit first, and of its findings those that count most. Limits
// that share only some of their findings may leave it one too many.
func fewest(r *result.Result) []*result.Finding {
	counted := byLimit(r.Findings)
	crossed := slices.DeleteFunc(slices.Clone(r.Verdict.Limits), func(l result.LimitCheck) bool { return !l.Crossed })
	slices.SortStableFunc(crossed, func(a, b result.LimitCheck) int { return cmp.Compare(len(counted[a.ID]), len(counted[b.ID])) })
	taken := map[*result.Finding]bool{}
	var all []*result.Finding
	for _, l := range crossed {
		left := l.Count - l.Max
		for _, f := range counted[l.ID] {
			if taken[f] {
				left -= f.Stamp.Count
			}
		}
		for _, f := range counted[l.ID] {
			if left > 0 && !taken[f] {
				taken[f] = true
				all = append(all, f)
				left -= f.Stamp.Count
			}
		}
	}
	return all
}
