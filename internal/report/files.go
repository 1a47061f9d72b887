package report

import (
	"cmp"
	"slices"
)

// file is a file or a cloud account with the entries that lie in it, the most urgent first. The one
// without a path holds what has no place.
type file struct {
	path    string
	entries []entry
	counts  counts
}

// filesOf groups entries, which are in the order of [Model.entries], the worst file first and the
// one without a path last. An image belongs to the file that names it first.
func filesOf(entries []entry) []*file {
	byPath := map[string]*file{}
	var all []*file
	for _, e := range entries {
		path := groupPath(e.worst())
		f, ok := byPath[path]
		if !ok {
			f = &file{path: path}
			byPath[path] = f
			all = append(all, f)
		}
		f.entries = append(f.entries, e)
		f.counts.addAll(e.counts())
	}
	slices.SortFunc(all, compareFiles)
	return all
}

func compareFiles(a, b *file) int {
	if (a.path == "") != (b.path == "") {
		return cmp.Compare(b.path, a.path)
	}
	for _, s := range severities() {
		if a.counts[s] != b.counts[s] {
			return cmp.Compare(b.counts[s], a.counts[s])
		}
	}
	return cmp.Compare(a.path, b.path)
}
