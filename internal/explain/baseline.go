package explain

import "github.com/scangate/scangate/internal/result"

// baselineOf lists the entries of the baseline that have a finding, whether or not they cover it.
func baselineOf(r *result.Result, f *result.Finding) []result.BaselineEntry {
	var all []result.BaselineEntry
	for _, at := range f.Stamp.Covered().Entries {
		all = append(all, r.Policy.Baseline.Entries[at])
	}
	return all
}
