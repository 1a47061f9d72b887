package scan

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"path"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// maxNear is how many submissions are packed together at most. A file more or less changes only
// those that are packed with it. The last of them is seldom full: so fewer at once are more in all.
const maxNear = 8

// unit is a batch that is packed as a whole.
type unit struct {
	batch
	size  int64
	names []string
	// place orders units whose folders are far from each other, and rank says where units are
	// divided: see [pack]. Both are hashes of a path, so that they do not depend on other files.
	place, rank uint64
}

// newUnit makes a unit of a batch that is known by a path.
func newUnit(b batch, path string) unit {
	u := unit{batch: b, size: b.bytes(), names: b.baseNames()}
	u.place, u.rank = hashesOf(path)
	return u
}

func hashesOf(path string) (place, rank uint64) {
	sum := sha256.Sum256([]byte(path))
	return binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:])
}

// templateBatches makes the submissions of templates. No two of their files have one
// base name, because reports may name files without their folders.
//
// Folders that are near each other go together first: one change often touches several of them.
// What is not full then goes with any others.
func templateBatches(templates []file, helpers []result.Helper) []batch {
	near := pack(folderUnits(folderBatches(templates, helpers)), nil)
	units := make([]unit, len(near))
	for i, b := range near {
		units[i] = newUnit(b, b.targets[0].path)
	}
	slices.SortStableFunc(units, func(a, b unit) int { return cmp.Compare(a.place, b.place) })
	batches := pack(units, nil)
	for _, b := range batches {
		sortByPath(b.targets)
	}
	slices.SortFunc(batches, func(a, b batch) int { return cmp.Compare(a.targets[0].path, b.targets[0].path) })
	return batches
}

// folderUnits makes a unit of each batch. It is known by its folder, whose first file may change,
// or, after the first batch of a folder, by its first file.
func folderUnits(batches []batch) []unit {
	units := make([]unit, len(batches))
	last := ""
	for i, b := range batches {
		first := b.targets[0].path
		known := path.Dir(first)
		if i > 0 && known == last {
			known = first
		}
		units[i], last = newUnit(b, known), path.Dir(first)
	}
	return units
}

// pack joins units into submissions, each of which also has the helpers. Units that need more than
// a few submissions are divided at the unit of the lowest rank, and each part is packed alone. So a
// unit more, less or larger changes the submissions of its own part, and seldom where that begins
// or ends.
func pack(units []unit, helpers []file) []batch {
	if packed, ok := firstFit(units, helpers, maxNear); ok {
		return packed
	}
	border := 1
	for i := range units {
		if i > 0 && units[i].rank < units[border].rank {
			border = i
		}
	}
	return append(pack(units[:border], helpers), pack(units[border:], helpers)...)
}

// submission is what is joined into one submission.
type submission struct {
	batch
	size  int64
	names map[string]bool
}

func newSubmission(helpers []file) *submission {
	s := &submission{names: map[string]bool{}}
	s.add(newUnit(batch{helpers: helpers}, ""))
	return s
}

func (s *submission) add(u unit) {
	s.targets, s.helpers = append(s.targets, u.targets...), append(s.helpers, u.helpers...)
	s.size += u.size
	for _, name := range u.names {
		s.names[name] = true
	}
}

// hasRoom reports whether a unit fits, and has no file of a name that is there already.
func (s *submission) hasRoom(u unit) bool {
	return isWithinLimits(s.count()+u.count(), s.size+u.size) &&
		!slices.ContainsFunc(u.names, func(name string) bool { return s.names[name] })
}

// firstFit adds each unit to the first submission that has room for it. It is not ok if more
// submissions than the limit are needed.
func firstFit(units []unit, helpers []file, limit int) (packed []batch, ok bool) {
	var all []*submission
	for _, u := range units {
		at := slices.IndexFunc(all, func(s *submission) bool { return s.hasRoom(u) })
		if at < 0 {
			if len(all) == limit {
				return nil, false
			}
			at = len(all)
			all = append(all, newSubmission(helpers))
		}
		all[at].add(u)
	}
	for _, s := range all {
		packed = append(packed, s.batch)
	}
	return packed, true
}
