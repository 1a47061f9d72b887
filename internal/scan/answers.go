package scan

import (
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// imageAnswer is what the service said of one image.
type imageAnswer struct {
	key        string
	name       string   // the planned reference, or the normalised one of the answer
	rows       []string // the ledger rows of the image
	target     string   // the image's row; empty: unplanned
	excluded   bool
	image      optix.Image
	submission string
	files      []string
}

// imageBook matches the images of answers to planned ones and keeps one answer
// per image, however many tasks spoke of it.
type imageBook struct {
	planned  map[string][]result.Target // by key
	excluded map[string]bool

	mu      sync.Mutex
	answers map[string]imageAnswer
}

func newImageBook(rows []result.Row) *imageBook {
	b := &imageBook{
		planned:  map[string][]result.Target{},
		excluded: map[string]bool{},
		answers:  map[string]imageAnswer{},
	}
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
			b.excluded[key] = b.excluded[key] || row.Cause == result.CauseExcluded
		default:
			b.planned[key] = append(b.planned[key], row.Target)
		}
	}
	return b
}

// match finds the planned image that an answer speaks of. An answer that adds
// the digest to what was asked by tag is an answer to it.
func (b *imageBook) match(img optix.Image) imageAnswer {
	name := strings.TrimSpace(img.FullTag)
	keys := []string{name}
	if ref, err := image.ParseWithRegistry(img.Registry, name); err == nil {
		tagged := ref
		tagged.Digest = ""
		name, keys = ref.String(), []string{ref.Key(), tagged.Key()}
	}
	for _, key := range keys {
		if targets := b.planned[key]; len(targets) > 0 {
			return imageAnswer{key: key, name: targets[0].Name, rows: targetIDs(targets), target: targets[0].ID(), image: img}
		}
		if b.excluded[key] {
			return imageAnswer{key: key, name: name, excluded: true, image: img}
		}
	}
	return imageAnswer{key: keys[0], name: name, image: img}
}

// sort groups the images of a task's answer. An image that stands in it more
// than once is taken at its worst: it is one image.
func (b *imageBook) sort(task optix.Task, resolve func([]string) []string) []imageAnswer {
	var order []string
	found := map[string]imageAnswer{}
	for _, img := range task.Images {
		a := b.match(img)
		a.submission, a.files = task.ID, resolve(img.Files)
		if first, ok := found[a.key]; ok {
			a.image = worst(first.image, a.image)
			a.files = union(first.files, a.files)
		} else {
			order = append(order, a.key)
		}
		found[a.key] = a
	}
	answers := make([]imageAnswer, 0, len(order))
	for _, key := range order {
		answers = append(answers, found[key])
	}
	return answers
}

// names reports whether a task's answer holds every image that was asked for.
func (b *imageBook) names(task optix.Task, asked []result.Target) bool {
	named := map[string]bool{}
	for _, img := range task.Images {
		if img.Err != nil {
			continue
		}
		for _, id := range b.match(img).rows {
			named[id] = true
		}
	}
	return !slices.ContainsFunc(asked, func(t result.Target) bool { return !named[t.ID()] })
}

// keep stores the answer. An image that two tasks speak of is taken at its
// worst, whichever of them ends first, and counts once.
func (b *imageBook) keep(a imageAnswer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if earlier, ok := b.answers[a.key]; ok {
		if a.image.Err != nil {
			return
		}
		a.files = union(earlier.files, a.files)
		if earlier.image.Err == nil {
			a.image = worst(earlier.image, a.image)
		}
	}
	b.answers[a.key] = a
}

// sorted returns the answers of all images, sorted by their identity.
func (b *imageBook) sorted() []result.ImageAnswer {
	b.mu.Lock()
	defer b.mu.Unlock()
	var answers []result.ImageAnswer
	for _, key := range sortedKeys(b.answers) {
		a := b.answers[key]
		answers = append(answers, result.ImageAnswer{
			Image:      a.name,
			Target:     a.target,
			Submission: a.submission,
			Paths:      a.files,
			Counts:     sumCounts(a.image.Vulnerabilities),
			Insecure:   a.image.Secure != nil && !*a.image.Secure,
		})
	}
	return answers
}

// worst joins two results for one image: the higher count of each severity, and
// not secure if one says so.
func worst(a, b optix.Image) optix.Image {
	highest := map[string]int{}
	for _, c := range slices.Concat(a.Vulnerabilities, b.Vulnerabilities) {
		word := normalWord(c.Severity)
		highest[word] = max(highest[word], c.N)
	}
	joined := a
	joined.Vulnerabilities = nil
	for _, word := range sortedKeys(highest) {
		joined.Vulnerabilities = append(joined.Vulnerabilities, optix.Count{Severity: word, N: highest[word]})
	}
	if a.Secure == nil || b.Secure != nil && !*b.Secure {
		joined.Secure = b.Secure
	}
	if a.Err == nil {
		joined.Err = b.Err
	}
	return joined
}

// union returns every path once, sorted.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
