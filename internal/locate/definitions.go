package locate

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template"
)

// definition is a file that defines a resource of some name.
type definition struct {
	name string
	path int
	rank rank
}

// definitionsOf returns the files that define a name, in any case. The first call
// reads all files of the submission: most references name a file and need none.
func (m *matcher) definitionsOf(name string) []definition {
	if m.definitions == nil {
		m.definitions = map[string][]definition{}
		for n, path := range m.paths.paths {
			for _, e := range m.file(path).names.entries {
				key := strings.ToLower(e.name)
				m.definitions[key] = append(m.definitions[key], definition{e.name, n, e.rank})
			}
		}
	}
	return m.definitions[strings.ToLower(name)]
}

// defining returns those of the given paths, in ascending order, that define the
// resource of a reference. The most literal form of its name that any of them
// defines counts. Of several files, those whose type fits best are returned.
func (m *matcher) defining(seg *segment, paths []int) []int {
	if seg.ref.text == "" || len(paths) == 0 {
		return nil
	}
	for form := range nameForms(seg.ref.text, seg.ref.loose) {
		if found := m.definingForm(form, paths); len(found) > 0 {
			return m.ofKind(found, seg)
		}
	}
	return m.ofKind(m.definingForm(lastSegment(withoutKeys(seg.ref.text)), paths), seg)
}

// definingForm returns the paths that define one form of a name with the best
// grade.
func (m *matcher) definingForm(form string, paths []int) []int {
	definitions := slices.DeleteFunc(slices.Clone(m.definitionsOf(form)), func(d definition) bool {
		_, wanted := slices.BinarySearch(paths, d.path)
		return !wanted
	})
	var found []int
	for _, d := range best(definitions, func(d definition) int { return -d.grade(form) }) {
		found = append(found, d.path)
	}
	return slices.Compact(found)
}

// grade returns how well a form means the definition, 0 for the best. It is
// coarser than a rank: a bare name may be the label of a resource in one file and
// the value of its name attribute in another.
func (d definition) grade(form string) int {
	if d.name != form {
		return 4
	}
	switch d.rank {
	case rankAddress, rankTypeName:
		return 0
	case rankShortType:
		return 1
	case rankName, rankAlias:
		return 2
	}
	return 3
}

// ofKind keeps the files whose resource fits the kind word of the segment best, all
// if none fits.
func (m *matcher) ofKind(paths []int, seg *segment) []int {
	kind := seg.kindWord()
	if len(paths) < 2 || kind == "" {
		return paths
	}
	return best(paths, func(n int) int {
		names := m.file(m.paths.paths[n]).names
		fit := template.FitNone
		_, found := names.find(seg.ref.text, seg.ref.loose, kind)
		for _, i := range found {
			fit = max(fit, template.KindFit(kind, names.resources[i].Type))
		}
		return int(fit)
	})
}

// ofStatedType keeps the one file in which the type that the text states has the name,
// all if there is not exactly one.
func (m *matcher) ofStatedType(paths []int, seg *segment, summary string) []int {
	words := wordsOf(seg.prose + "\n" + summary)
	stated := slices.DeleteFunc(slices.Clone(paths), func(n int) bool {
		names := m.file(m.paths.paths[n]).names
		_, found := names.find(seg.ref.text, seg.ref.loose, "")
		return !slices.ContainsFunc(found, func(i int) bool {
			return statesType(seg, words, &names.resources[i])
		})
	})
	if len(stated) == 1 {
		return stated
	}
	return paths
}
