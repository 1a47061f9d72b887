package explain

import (
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// loosenedBy lists what the change changes in the policy, of that which alone covers a finding.
func loosenedBy(r *result.Result, f *result.Finding) []result.PolicyDifference {
	if r.Judge == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(r.Judge.Differences), func(d result.PolicyDifference) bool {
		return !slices.Contains(d.Covers, f.Fingerprint)
	})
}
