package policy

import (
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// Confirm separates the waivers in comments that another revision has, too, from those that it
// lacks: a change must not waive its own findings. read returns a file of that revision by its
// path; one that it can't return has no waivers. A waiver is the same if it says the same above a
// block of the same name. Each one there confirms one here.
func Confirm(own []result.Waiver, read func(path string) ([]byte, error)) (confirmed, others []result.Waiver) {
	there := map[string][]result.Waiver{} // by path, those that have confirmed none yet
	for _, w := range own {
		file := w.Origin.Path
		left, known := there[file]
		if !known {
			if content, err := read(file); err == nil {
				left, _ = Inline(file, content) // one that is not valid confirms nothing
			}
		}
		i := slices.IndexFunc(left, func(o result.Waiver) bool { return o.Same(&w) })
		if i < 0 {
			others = append(others, w)
		} else {
			confirmed = append(confirmed, w)
			left = slices.Delete(left, i, i+1)
		}
		there[file] = left
	}
	return confirmed, others
}
