package discover

import (
	"iter"
	"slices"
	"strings"
)

// pathSet is a set of paths. It takes little memory beside a list that git has made: it is that
// list, in sorted runs.
type pathSet struct{ runs [][]string }

// newPathSet returns the set of the paths in a list, which must not change any more.
func newPathSet(list []string) pathSet {
	const most = 32
	var runs [][]string
	for start := 0; start < len(list); {
		end := start + 1
		for end < len(list) && list[end-1] < list[end] {
			end++
		}
		if runs = append(runs, list[start:end]); len(runs) > most {
			return pathSet{[][]string{slices.Sorted(slices.Values(list))}}
		}
		start = end
	}
	return pathSet{runs}
}

// has reports whether a path is in the set.
func (p pathSet) has(path string) bool {
	return slices.ContainsFunc(p.runs, func(run []string) bool {
		_, found := slices.BinarySearch(run, path)
		return found
	})
}

// hasFolder reports whether a path lies below a folder, at any depth.
func (p pathSet) hasFolder(folder string) bool {
	return slices.ContainsFunc(p.runs, func(run []string) bool {
		i, _ := slices.BinarySearch(run, folder+"/")
		return i < len(run) && strings.HasPrefix(run[i], folder+"/")
	})
}

// all lists the paths in no particular order.
func (p pathSet) all() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, run := range p.runs {
			for _, path := range run {
				if !yield(path) {
					return
				}
			}
		}
	}
}
