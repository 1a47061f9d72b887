package explain

import (
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// Waiver is a waiver, what became of it, and what it covers.
type Waiver struct {
	result.Waiver

	Check result.WaiverCheck `json:"check"`
	// Findings are the fingerprints of the findings that it covers, wholly or in part.
	Findings []string `json:"findings"`
}

// waiversOf lists the waivers of a result, in the order of the policy.
func waiversOf(r *result.Result) []Waiver {
	all := make([]Waiver, len(r.Policy.Waivers))
	for i := range all {
		all[i] = Waiver{Waiver: r.Policy.Waivers[i], Check: r.Verdict.Waivers[i], Findings: []string{}}
		for j := range r.Findings {
			if f := &r.Findings[j]; slices.ContainsFunc(f.Stamp.Covered().Waived, func(c result.Covered) bool { return c.By == all[i].ID() }) {
				all[i].Findings = append(all[i].Findings, f.Fingerprint)
			}
		}
	}
	return all
}

// waivedBy lists the waivers that cover a finding, wholly or in part.
func waivedBy(r *result.Result, f *result.Finding) []result.Waiver {
	var all []result.Waiver
	for _, w := range r.Policy.Waivers {
		if slices.ContainsFunc(f.Stamp.Covered().Waived, func(c result.Covered) bool { return c.By == w.ID() }) {
			all = append(all, w)
		}
	}
	return all
}
