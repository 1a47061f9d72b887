package locate

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template"
)

// holding returns those of the given paths, in ascending order, that hold the
// resource of a reference: by its most literal form that any of them knows. Where
// several do, the vendor's word for the type decides, if it can.
func (s *submission) holding(seg *segment, among []int) []int {
	if seg.ref.text == "" || len(among) == 0 {
		return nil
	}
	for form := range nameForms(seg.ref.text, seg.ref.loose) {
		if held := s.holdersOf(form, among); len(held) > 0 {
			return s.ofKind(held, seg)
		}
	}
	held := s.holdersOf(lastSegment(withoutKeys(seg.ref.text)), among)
	return s.ofKind(held, seg)
}

// holdersOf finds the files by one form: exact case before any case, an address
// before a part of it, that before a bare name, and what only reads last.
func (s *submission) holdersOf(form string, among []int) []int {
	var held []int
	best := worstGrade + 1
	for _, h := range s.names()[strings.ToLower(form)] {
		if !containsSorted(among, h.path) {
			continue
		}
		g := grade(h.rank)
		if h.text != form {
			g = worstGrade
		}
		if g < best {
			held, best = nil, g
		}
		if g == best {
			held = appendNew(held, h.path)
		}
	}
	return held
}

// worstGrade is that of a name in another case.
const worstGrade = 4

// grade is coarser than a rank: across files, nobody can tell whether a bare name
// means what one author calls a resource or what another has it called.
func grade(rk rank) int {
	switch rk {
	case rankAddress, rankTypeName:
		return 0
	case rankShortType:
		return 1
	case rankName, rankAlias:
		return 2
	}
	return 3
}

// ofKind keeps the files whose resource fits the vendor's word best, all if none
// does.
func (s *submission) ofKind(held []int, seg *segment) []int {
	if len(held) < 2 || seg.kind == "" {
		return held
	}
	var kept []int
	best := template.FitNone
	for _, n := range held {
		names := s.file(s.paths.paths[n]).names
		score := template.FitNone
		for _, i := range names.find(seg.ref.text, seg.ref.loose, seg.kind) {
			score = max(score, template.KindFit(seg.kind, names.resources[i].Type))
		}
		if score > best {
			kept, best = nil, score
		}
		if score == best {
			kept = append(kept, n)
		}
	}
	return kept
}

// names indexes the resources of all files of the submission, which takes
// reading them all; most references name a file and don't need it.
func (s *submission) names() map[string][]holder {
	if s.holders != nil {
		return s.holders
	}
	s.holders = map[string][]holder{}
	for n, path := range s.paths.paths {
		for key, entries := range s.file(path).names.entries {
			for _, e := range entries {
				s.holders[key] = append(s.holders[key], holder{e.text, n, e.rank})
			}
		}
	}
	return s.holders
}

func appendNew(list []int, n int) []int {
	if len(list) > 0 && list[len(list)-1] == n {
		return list
	}
	return append(list, n)
}

func containsSorted(sorted []int, n int) bool {
	_, found := slices.BinarySearch(sorted, n)
	return found
}
