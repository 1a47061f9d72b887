package scan

import (
	"cmp"
	"path"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// The size of one submission. The service documents no limit; these keep well
// below the usual limits of upload servers.
const (
	maxFiles = 200
	maxBytes = 8_000_000
)

// file is something to upload: a target, or a helper beside it.
type file struct {
	id   string // of the ledger row; empty for helpers
	path string
	size int64
}

// batch is the content of one submission.
type batch struct {
	targets []file
	helpers []file
}

// files returns everything that is uploaded, targets first.
func (b batch) files() []file { return slices.Concat(b.targets, b.helpers) }

// ids returns the ledger rows of the batch.
func (b batch) ids() []string {
	ids := make([]string, len(b.targets))
	for i, t := range b.targets {
		ids[i] = t.id
	}
	return ids
}

// paths returns the paths of everything that is uploaded.
func (b batch) paths() []string {
	var paths []string
	for _, f := range b.files() {
		paths = append(paths, f.path)
	}
	return paths
}

// fits reports whether everything stays within the size of one submission.
func (b batch) fits() bool {
	return len(b.targets)+len(b.helpers) <= maxFiles && b.bytes() <= maxBytes
}

func (b batch) bytes() int64 {
	return total(b.targets) + total(b.helpers)
}

func total(files []file) int64 {
	var sum int64
	for _, f := range files {
		sum += f.size
	}
	return sum
}

// and joins two batches.
func (b batch) and(c batch) batch {
	return batch{slices.Concat(b.targets, c.targets), slices.Concat(b.helpers, c.helpers)}
}

// without returns the batch less the file at a path.
func (b batch) without(path string) batch {
	other := func(files []file) []file {
		return slices.DeleteFunc(slices.Clone(files), func(f file) bool { return f.path == path })
	}
	return batch{other(b.targets), other(b.helpers)}
}

// halves splits a batch that was refused for its size. The helpers go with the
// templates of their folder; a template that is alone is tried without them. A
// file that is quite alone has no halves.
func (b batch) halves() []batch {
	if len(b.targets) > 1 {
		middle := len(b.targets) / 2
		return []batch{b.part(b.targets[:middle]), b.part(b.targets[middle:])}
	}
	if len(b.helpers) > 0 {
		return []batch{{targets: b.targets}}
	}
	return nil
}

// part is the batch of some of b's targets with the helpers of their folders.
func (b batch) part(targets []file) batch {
	folders := map[string]bool{}
	for _, t := range targets {
		folders[path.Dir(t.path)] = true
	}
	p := batch{targets: targets}
	for _, h := range b.helpers {
		if folders[path.Dir(h.path)] {
			p.helpers = append(p.helpers, h)
		}
	}
	return p
}

// pack joins neighbours as long as they fit into one submission.
func pack(units []batch) []batch {
	var packed []batch
	for _, u := range units {
		last := len(packed) - 1
		if last >= 0 && packed[last].and(u).fits() {
			packed[last] = packed[last].and(u)
			continue
		}
		packed = append(packed, u)
	}
	return packed
}

// folders makes one unit of each folder that has templates, with the folder's
// helpers, in the order of the paths. A folder that is too big for one
// submission becomes several units, each with the helpers.
func folders(templates []file, helpers []result.Helper) []batch {
	beside := map[string][]file{}
	// Variables come before templates that only go along: where there is no room
	// for all, what comes last is left out.
	for _, h := range slices.SortedFunc(slices.Values(helpers), compareHelpers) {
		dir := path.Dir(h.Path)
		beside[dir] = append(beside[dir], file{path: h.Path, size: h.Size})
	}
	inside := map[string][]file{}
	for _, t := range templates {
		dir := path.Dir(t.path)
		inside[dir] = append(inside[dir], t)
	}
	var units []batch
	for _, dir := range sortedKeys(inside) {
		byPath(inside[dir])
		units = append(units, splitFolder(batch{inside[dir], beside[dir]})...)
	}
	return units
}

// Helpers returns those of a plan's helpers that are uploaded with its pending
// templates, as [Run] does it.
func Helpers(plan *result.Plan) []result.Helper {
	var templates []result.Target
	for _, row := range plan.Rows {
		if row.Status == result.Pending && row.Target.Kind == result.KindIaC {
			templates = append(templates, row.Target)
		}
	}
	goes := map[string]bool{}
	for _, unit := range folders(targetFiles(templates), plan.Helpers) {
		for _, h := range unit.helpers {
			goes[h.path] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(plan.Helpers), func(h result.Helper) bool { return !goes[h.Path] })
}

func compareHelpers(a, b result.Helper) int {
	switch {
	case a.Template == b.Template:
		return cmp.Compare(a.Path, b.Path)
	case a.Template:
		return 1
	}
	return -1
}

// splitFolder cuts a folder into units that fit. A template that is too big
// alone goes alone, and helpers that would fill more than half of a submission
// are left out from the first that does.
func splitFolder(b batch) []batch {
	if b.fits() {
		return []batch{b}
	}
	helpers := half(b.helpers)
	var units []batch
	var rest []batch
	for _, t := range b.targets {
		if t.size > maxBytes-total(helpers) {
			units = append(units, batch{targets: []file{t}})
			continue
		}
		last := len(rest) - 1
		if last >= 0 && rest[last].and(batch{targets: []file{t}}).fits() {
			rest[last].targets = append(rest[last].targets, t)
			continue
		}
		rest = append(rest, batch{targets: []file{t}, helpers: helpers})
	}
	return append(rest, units...)
}

// half returns the first helpers that together fill at most half a submission.
func half(helpers []file) []file {
	var sum int64
	for i, h := range helpers {
		sum += h.size
		if sum > maxBytes/2 || i >= maxFiles/2 {
			return helpers[:i]
		}
	}
	return helpers
}

// singles makes a unit of each target, for files that need no company.
func singles(targets []result.Target) []batch {
	files := targetFiles(targets)
	byPath(files)
	units := make([]batch, len(files))
	for i := range files {
		units[i] = batch{targets: files[i : i+1]}
	}
	return units
}

func targetFiles(targets []result.Target) []file {
	files := make([]file, len(targets))
	for i, t := range targets {
		files[i] = file{id: t.ID(), path: t.Name, size: t.Size}
	}
	return files
}

// targetIDs returns the ledger's IDs of targets.
func targetIDs(targets []result.Target) []string {
	ids := make([]string, len(targets))
	for i, t := range targets {
		ids[i] = t.ID()
	}
	return ids
}

func byPath(files []file) {
	slices.SortFunc(files, func(a, b file) int { return cmp.Compare(a.path, b.path) })
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
