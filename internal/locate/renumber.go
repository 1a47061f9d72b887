package locate

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/scangate/scangate/internal/result"
)

// DropRaised removes the open alerts that other shards of a run raised, as [OpenAlerts] does for
// the submissions of one: savedAs is its argument, and raised are the rules of the findings in
// templates.
func DropRaised(open []result.Finding, raised map[string]bool, savedAs string) []result.Finding {
	if savedAs == "" {
		return open
	}
	return slices.DeleteFunc(open, func(f result.Finding) bool {
		return f.Kind == result.KindAlerts && sameRepository(f.InCloud().Account, savedAs) && raised[ruleOf(f.Summary)]
	})
}

// Renumber makes the fingerprints of findings those that one run would give them, where each part
// is what another shard of the run found: of equal findings, the parts count each for itself.
func Renumber(parts [][]*result.Finding) {
	bases := sharedBases(parts)
	for _, base := range slices.Sorted(maps.Keys(bases)) {
		equal := bases[base]
		slices.SortStableFunc(equal, compareStableRefs)
		for n, f := range equal {
			f.Fingerprint = nextOf(base, n)
		}
	}
}

func compareStableRefs(a, b *result.Finding) int {
	return cmp.Or(compareStable(a, b), cmp.Compare(a.Alert, b.Alert))
}

// nextOf is [numbered] for a base that is known as a text.
func nextOf(base string, n int) string {
	if n == 0 {
		return base
	}
	return digest(base, strconv.Itoa(n)).String()
}

// sharedBases returns the findings by their base, for those bases that several parts have. The
// first finding of a base has the base itself as its fingerprint.
func sharedBases(parts [][]*result.Finding) map[string][]*result.Finding {
	known := make([]map[string]*result.Finding, len(parts))
	times := map[string]int{}
	for i, part := range parts {
		known[i] = make(map[string]*result.Finding, len(part))
		for _, f := range part {
			known[i][f.Fingerprint] = f
			times[f.Fingerprint]++
		}
	}
	bases, later := map[string][]*result.Finding{}, map[string]bool{}
	for base, n := range times {
		if n < 2 {
			continue
		}
		for _, part := range known {
			for n := 0; part[nextOf(base, n)] != nil; n++ {
				f := nextOf(base, n)
				bases[base] = append(bases[base], part[f])
				later[f] = later[f] || n > 0
			}
		}
	}
	maps.DeleteFunc(bases, func(base string, _ []*result.Finding) bool { return later[base] })
	return bases
}
