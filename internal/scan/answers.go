package scan

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// imageIndex finds the planned image that an answer is about, by
// [image.Reference.Key].
type imageIndex struct {
	planned map[string][]result.Target
	// skipped are the images that are excluded or built here.
	skipped map[string]result.Cause
}

func newImageIndex(rows []result.Row) *imageIndex {
	x := &imageIndex{planned: map[string][]result.Target{}, skipped: map[string]result.Cause{}}
	for _, row := range rows {
		if row.Target.Kind != result.KindImage {
			continue
		}
		key := row.Target.Name
		if ref, err := image.Parse(key); err == nil {
			key = ref.Key()
		}
		switch row.Status {
		case result.Skipped:
			if x.skipped[key] != result.CauseExcluded {
				x.skipped[key] = row.Cause
			}
		default:
			x.planned[key] = append(x.planned[key], row.Target)
		}
	}
	return x
}

// imageMatch is the image that an answer is about.
type imageMatch struct {
	key string
	// name is the planned reference, or the normalised one of the answer.
	name string
	// rows are the ids of the image's rows; empty if the image was not planned.
	rows     []string
	excluded bool
	// builtHere: the repository builds an image of the name.
	builtHere bool
}

// match finds the image of one entry of an answer. An entry with a digest also
// answers an image that is planned by the tag of the entry.
func (x *imageIndex) match(img optix.Image) imageMatch {
	name := strings.TrimSpace(img.FullTag)
	keys := []string{name}
	if ref, err := image.ParseWithRegistry(img.Registry, name); err == nil {
		tagged := ref
		tagged.Digest = ""
		name, keys = ref.String(), []string{ref.Key(), tagged.Key()}
	}
	for _, key := range keys {
		if targets := x.planned[key]; len(targets) > 0 {
			return imageMatch{key: key, name: targets[0].Name, rows: targetIDs(targets)}
		}
		switch x.skipped[key] {
		case result.CauseExcluded:
			return imageMatch{key: key, name: name, excluded: true}
		case result.CauseBuiltHere:
			return imageMatch{key: key, name: name, builtHere: true}
		}
	}
	return imageMatch{key: keys[0], name: name}
}

// answersAll reports whether the answer of a task has a readable result for each
// of the images.
func (x *imageIndex) answersAll(task optix.Task, images []result.Target) bool {
	answered := map[string]bool{}
	for _, a := range x.read(task, slices.Clone) {
		for _, id := range a.rows {
			answered[id] = a.err == nil
		}
	}
	return !slices.ContainsFunc(images, func(t result.Target) bool { return !answered[t.ID()] })
}

// imageAnswer is what the service says of one image.
type imageAnswer struct {
	imageMatch
	submission string
	paths      []string // Dockerfiles
	counts     map[severity]int
	insecure   bool
	err        error // why the result can't be read
}

// read returns one answer per image, in the order of the task's answer.
func (x *imageIndex) read(task optix.Task, resolve func([]string) []string) []imageAnswer {
	var keys []string
	answers := map[string]imageAnswer{}
	for _, img := range task.Images {
		a := imageAnswer{
			imageMatch: x.match(img),
			submission: task.ID,
			paths:      resolve(img.Files),
			counts:     countSeverities(img.Vulnerabilities),
			insecure:   img.Secure != nil && !*img.Secure,
			err:        img.Err,
		}
		if first, ok := answers[a.key]; ok {
			a = first.merge(a)
		} else {
			keys = append(keys, a.key)
		}
		answers[a.key] = a
	}
	list := make([]imageAnswer, len(keys))
	for i, key := range keys {
		list[i] = answers[key]
	}
	return list
}

// merge joins two answers about one image and assumes the worst: the higher count
// of each severity, and insecure or unreadable if one of them is.
func (a imageAnswer) merge(b imageAnswer) imageAnswer {
	merged := a
	merged.paths = slices.Compact(slices.Sorted(slices.Values(slices.Concat(a.paths, b.paths))))
	merged.counts = maps.Clone(a.counts)
	for s, n := range b.counts {
		merged.counts[s] = max(merged.counts[s], n)
	}
	merged.insecure = a.insecure || b.insecure
	if a.err == nil {
		merged.err = b.err
	}
	return merged
}

// imageAnswers holds one answer per image, however many tasks name the image.
type imageAnswers struct {
	mu    sync.Mutex
	byKey map[string]imageAnswer
}

// add merges an answer with those that earlier tasks gave about the image. The
// submission is that of the last readable one.
func (s *imageAnswers) add(a imageAnswer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey == nil {
		s.byKey = map[string]imageAnswer{}
	}
	earlier, ok := s.byKey[a.key]
	switch {
	case !ok:
		s.byKey[a.key] = a
	case a.err == nil:
		s.byKey[a.key] = a.merge(earlier)
	default:
		s.byKey[a.key] = earlier.merge(a)
	}
}

// sorted returns the answers in the order of their keys.
func (s *imageAnswers) sorted() []result.ImageAnswer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []result.ImageAnswer
	for _, key := range slices.Sorted(maps.Keys(s.byKey)) {
		a := s.byKey[key]
		target := ""
		if len(a.rows) > 0 {
			target = a.rows[0]
		}
		list = append(list, result.ImageAnswer{
			Image: a.name, Target: target, Submission: a.submission, Paths: a.paths, Counts: sortCounts(a.counts), Insecure: a.insecure,
		})
	}
	return list
}
