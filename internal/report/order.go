package report

import (
	"cmp"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// compareFindings orders by urgency, then by place. Two findings that differ in anything that is
// shown are never equal, so that no report depends on the order in which findings came.
func compareFindings(a, b *result.Finding) int {
	if c := sortKeyOf(a).compare(sortKeyOf(b)); c != 0 {
		return c
	}
	return compareInPlace(a, b)
}

// sortFindings sorts by compareFindings.
func sortFindings(all []*result.Finding) {
	sortByFinding(all, func(f *result.Finding) *result.Finding { return f })
}

// sortByFinding sorts values by a finding of each, in the order of compareFindings. It copies what
// nearly all findings differ in, because findings are large and lie anywhere in memory.
func sortByFinding[T any](all []T, finding func(T) *result.Finding) {
	if len(all) < 2 {
		return
	}
	type ordered struct {
		sortKey
		value T
	}
	copies := make([]ordered, len(all))
	for i, value := range all {
		copies[i] = ordered{sortKeyOf(finding(value)), value}
	}
	slices.SortFunc(copies, func(a, b ordered) int {
		if c := a.compare(b.sortKey); c != 0 {
			return c
		}
		return compareInPlace(finding(a.value), finding(b.value))
	})
	for i := range copies {
		all[i] = copies[i].value
	}
}

// sortKey is what findings are compared by first.
type sortKey struct {
	urgency int
	path    string
	line    int
}

func sortKeyOf(f *result.Finding) sortKey {
	at := firstLocation(f)
	return sortKey{urgencyOf(f), at.Path, at.Line}
}

func (k sortKey) compare(o sortKey) int {
	if k.urgency != o.urgency {
		return k.urgency - o.urgency
	}
	return cmp.Or(cmp.Compare(k.path, o.path), cmp.Compare(k.line, o.line))
}

// compareInPlace orders findings of one urgency and place. What differs most often comes first, in
// steps of its own: the texts at the end are long.
func compareInPlace(a, b *result.Finding) int {
	if c := cmp.Or(cmp.Compare(accountOf(a), accountOf(b)), cmp.Compare(a.Target, b.Target)); c != 0 {
		return c
	}
	if c := cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Resource, b.Resource)); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(a.Image, b.Image), cmp.Compare(a.Fingerprint, b.Fingerprint),
		cmp.Compare(a.Summary, b.Summary), cmp.Compare(a.Details, b.Details),
	)
}

// accountOf is the cloud account that a finding lies in, "" for one in a file.
func accountOf(f *result.Finding) string {
	if f.Cloud == nil {
		return ""
	}
	return f.Cloud.Account
}

// compareUrgency puts first what crosses a limit, then the most urgent severity.
func compareUrgency(a, b *result.Finding) int { return urgencyOf(a) - urgencyOf(b) }

// urgencyOf is 0 for what is most urgent: what crosses a limit comes before all that does not.
func urgencyOf(f *result.Finding) int {
	if f.Stamp.Blocks() {
		return urgency(f.Severity)
	}
	return urgency(result.Info) + 1 + urgency(f.Severity)
}
