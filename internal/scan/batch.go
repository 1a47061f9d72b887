package scan

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// The limits of one submission. The service documents none; these are well below
// what upload servers usually accept.
const (
	maxFiles = 200
	maxBytes = 8_000_000
)

// file is a target or a helper to upload.
type file struct {
	id   string // of the row; "" for a helper
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

// ids returns the ids of the batch's rows.
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

// fits reports whether the batch is within the limits of one submission.
func (b batch) fits() bool { return isWithinLimits(b.count(), b.bytes()) }

func isWithinLimits(files int, bytes int64) bool { return files <= maxFiles && bytes <= maxBytes }

func (b batch) count() int { return len(b.targets) + len(b.helpers) }

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

// without returns the batch without the file at a path.
func (b batch) without(path string) batch {
	others := func(files []file) []file {
		return slices.DeleteFunc(slices.Clone(files), func(f file) bool { return f.path == path })
	}
	return batch{others(b.targets), others(b.helpers)}
}

// halves splits a batch that the service refused because of its size. Helpers stay
// with the templates of their folder. A single template is split from its helpers,
// and a single file has no halves.
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

// part returns some of b's targets with the helpers of their folders.
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

// dockerfileBatches makes the submissions of Dockerfiles, as few as possible: the service takes one
// at a time, and none is reused.
func dockerfileBatches(dockerfiles []result.Target) []batch {
	files := targetFiles(dockerfiles)
	sortByPath(files)
	units := make([]unit, len(files))
	for i := range files {
		units[i] = unit{batch: batch{targets: files[i : i+1]}, size: files[i].size}
	}
	batches, _ := firstFit(units, nil, len(units))
	return batches
}

// baseNames returns the names of all files without their folders, in lower case: a
// service that drops folders may not keep the case either.
func (b batch) baseNames() []string {
	names := b.paths()
	for i, p := range names {
		names[i] = strings.ToLower(path.Base(p))
	}
	return names
}

// folderBatches makes a batch of each folder that has templates, with the helpers
// of the folder, sorted by path. A folder that is too large for one submission
// becomes several batches, each with the helpers.
func folderBatches(templates []file, helpers []result.Helper) []batch {
	byFolder := map[string]batch{}
	for _, t := range templates {
		b := byFolder[path.Dir(t.path)]
		b.targets = append(b.targets, t)
		byFolder[path.Dir(t.path)] = b
	}
	for _, h := range slices.SortedFunc(slices.Values(helpers), compareHelpers) {
		if b, ok := byFolder[path.Dir(h.Path)]; ok {
			b.helpers = append(b.helpers, file{path: h.Path, size: h.Size})
			byFolder[path.Dir(h.Path)] = b
		}
	}
	var batches []batch
	for _, folder := range slices.Sorted(maps.Keys(byFolder)) {
		b := byFolder[folder]
		sortByPath(b.targets)
		batches = append(batches, splitFolder(b)...)
	}
	return batches
}

// Helpers returns the helpers of a plan that [Run] uploads with the pending
// templates.
func Helpers(plan *result.Plan) []result.Helper {
	uploaded := map[string]bool{}
	for _, b := range folderBatches(pendingTemplates(plan), plan.Helpers) {
		for _, h := range b.helpers {
			uploaded[h.path] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(plan.Helpers), func(h result.Helper) bool { return !uploaded[h.Path] })
}

// compareHelpers sorts variable files before templates: if there is no room for
// all helpers, the last ones are left out.
func compareHelpers(a, b result.Helper) int {
	switch {
	case a.Template == b.Template:
		return cmp.Compare(a.Path, b.Path)
	case a.Template:
		return 1
	}
	return -1
}

// splitFolder divides a folder into batches that fit. A template that is too large
// with the helpers is a batch of its own. Helpers that would fill more than half of
// a submission are left out.
func splitFolder(b batch) []batch {
	if b.fits() {
		return []batch{b}
	}
	helpers := firstHelpers(b.helpers)
	var large []batch
	var units []unit
	for _, t := range b.targets {
		single := batch{targets: []file{t}}
		if t.size > maxBytes-total(helpers) {
			large = append(large, single)
		} else {
			units = append(units, newUnit(single, t.path))
		}
	}
	return append(pack(units, helpers), large...)
}

// firstHelpers returns the first helpers that fill at most half of a submission.
func firstHelpers(helpers []file) []file {
	var sum int64
	for i, h := range helpers {
		sum += h.size
		if sum > maxBytes/2 || i >= maxFiles/2 {
			return helpers[:i]
		}
	}
	return helpers
}

func targetFiles(targets []result.Target) []file {
	files := make([]file, len(targets))
	for i := range targets {
		files[i] = targetFile(&targets[i])
	}
	return files
}

func targetFile(t *result.Target) file { return file{id: t.ID(), path: t.Name, size: t.Size} }

// targetIDs returns the ids of the targets' rows.
func targetIDs(targets []result.Target) []string {
	ids := make([]string, len(targets))
	for i, t := range targets {
		ids[i] = t.ID()
	}
	return ids
}

func sortByPath(files []file) {
	slices.SortFunc(files, func(a, b file) int { return cmp.Compare(a.path, b.path) })
}
