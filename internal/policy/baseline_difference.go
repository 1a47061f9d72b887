package policy

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// BaselineKey is the key of differences of the baseline.
const BaselineKey = "baseline"

// BaselineDifferences says what a change changes in the baseline, worst first: entries that cover
// more, those that were made of other lines, and those that cover less. Either may be nil.
func BaselineDifferences(before, after *result.Baseline) []result.PolicyDifference {
	counts := map[result.PolicyEffect]int{}
	was, is := entriesByKey(before), entriesByKey(after)
	for key, e := range is {
		if effect := entryEffect(was[key], e); effect != "" {
			counts[effect]++
		}
	}
	for key := range was {
		if is[key] == nil {
			counts[result.Tightens]++
		}
	}
	var all []result.PolicyDifference
	for _, d := range []result.PolicyDifference{
		{Effect: result.Loosens, Text: "added, or cover more"},
		{Effect: result.Unordered, Text: "are of other lines"},
		{Effect: result.Tightens, Text: "removed, or cover less"},
	} {
		if n := counts[d.Effect]; n > 0 {
			d.Key, d.Text, d.Detail = BaselineKey, fmt.Sprintf("%d entries %s", n, d.Text), sumOf(after)
			all = append(all, d)
		}
	}
	return all
}

// MergeBaseline returns the entries of the target without what the change removes or lowers, and if
// it is approved with all that the change changes. base is where the change began. Each may be nil.
func MergeBaseline(target, base, own *result.Baseline, approved bool) *result.Baseline {
	if target == nil && !approved {
		return nil
	}
	was, is := entriesByKey(base), entriesByKey(own)
	merged := &result.Baseline{File: fileOf(target, own), Entries: []result.BaselineEntry{}}
	taken := map[result.BaselineKey]bool{}
	for key, e := range entriesByKey(target) {
		before, after := was[key], is[key]
		switch {
		case before != nil && after == nil:
			continue
		case after == nil || before != nil && *before == *after:
			merged.Entries = append(merged.Entries, *e)
		case approved:
			merged.Entries = append(merged.Entries, *after)
		default:
			merged.Entries = append(merged.Entries, lowered(*e, after))
		}
		taken[key] = true
	}
	for key, e := range is {
		if approved && !taken[key] && (was[key] == nil || *was[key] != *e) {
			merged.Entries = append(merged.Entries, *e)
		}
	}
	result.SortEntries(merged.Entries)
	return merged
}

func fileOf(target, own *result.Baseline) string {
	if target != nil {
		return target.File
	}
	if own != nil {
		return own.File
	}
	return BaselineName
}

func entriesByKey(b *result.Baseline) map[result.BaselineKey]*result.BaselineEntry {
	all := map[result.BaselineKey]*result.BaselineEntry{}
	if b == nil {
		return all
	}
	for i := range b.Entries {
		all[b.Entries[i].Key()] = &b.Entries[i]
	}
	return all
}

// entryEffect says what a change of an entry does; before is nil for a new one.
func entryEffect(before, after *result.BaselineEntry) result.PolicyEffect {
	if before == nil {
		return result.Loosens
	}
	if *before == *after {
		return ""
	}
	low := lowered(*before, after)
	low.Block = after.Block
	switch {
	case low != *after: // in doubt, as for another path
		return result.Loosens
	case low.Count == before.Count && low.Severity == before.Severity && low.Since == before.Since:
		return result.Unordered
	}
	return result.Tightens
}

// lowered returns an entry that covers no more than another one of its key.
func lowered(e result.BaselineEntry, by *result.BaselineEntry) result.BaselineEntry {
	e.Count, e.Since = min(e.Count, by.Count), min(e.Since, by.Since)
	if known := []result.Severity{e.Severity, by.Severity}; !slices.Contains(known, result.Unknown) {
		e.Severity = min(e.Severity, by.Severity)
	}
	return e
}

// sumOf is the SHA-256 of the entries, so that any edit is another difference.
func sumOf(b *result.Baseline) string {
	if b == nil {
		return ""
	}
	text, err := json.Marshal(b.Entries)
	if err != nil {
		return "" // they hold texts and numbers: nothing can fail
	}
	return fmt.Sprintf("%x", sha256.Sum256(text))
}
