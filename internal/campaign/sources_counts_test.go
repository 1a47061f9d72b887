package campaign

import (
	"maps"
	"slices"
)

// counted are the severities that Cloud Optix counts.
func countedWords() []string { return []string{"critical", "high", "medium", "low"} }

// round is one reading of the alerts of Cloud Optix: their numbers, lists, and their numbers
// again where there were lists.
type round struct {
	before, after map[string]int
	pages         []sent
}

func rounds(parts []sent) []round {
	var all []round
	open := round{}
	for _, p := range parts {
		switch {
		case p.counts == nil:
			open.pages = append(open.pages, p)
		case len(open.pages) == 0:
			open.before = p.counts
		default:
			open.after = p.counts
			all, open = append(all, open), round{}
		}
	}
	if open.before != nil {
		all = append(all, open)
	}
	return all
}

// readCounted: numbers and lists that contradict each other are read once more.
func (s *source) readCounted(parts []sent, p *policy) reading {
	all := rounds(parts)
	if len(all) == 0 {
		return reading{}
	}
	last := all[len(all)-1]
	out, contradiction := s.readRound(last, p)
	if !contradiction {
		return out
	}
	out.excused = len(all) > 1
	out.tolerated = out.excused && slices.Contains(p.tolerate, "alert-count")
	out.whole = out.tolerated
	return out
}

// readRound reads the lists of a round, and reports whether they contradict the numbers.
func (s *source) readRound(r round, p *policy) (out reading, contradiction bool) {
	out.findings = map[string]int{}
	listed := map[string]map[string]int{} // numbers by severity, by list
	for _, list := range s.lists(r) {
		pages := pagesOf(r.pages, list)
		got := s.readList(pages)
		if !got.whole {
			return reading{excused: got.excused}, false
		}
		maps.Copy(out.findings, got.findings)
		listed[list] = numbersOf(pages)
	}
	if len(r.pages) > 0 && r.after == nil || s.unconfirmed(r, listed, p) {
		return reading{}, false
	}
	if r.after == nil {
		r.after = r.before
	}
	s.addNumbers(r, listed, out.findings)
	out.whole = true
	return out, r.contradicts(listed)
}

// lists are those of a round, and those that the config file names.
func (s *source) lists(r round) []string {
	names := slices.Clone(s.filter)
	for _, p := range r.pages {
		names = append(names, p.list)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// numbersOf counts the open items of a list's last reading by severity, and in total at "".
func numbersOf(pages []sent) map[string]int {
	n, seen := map[string]int{}, map[string]bool{}
	for _, p := range pages {
		if p.first == 0 {
			clear(n)
			clear(seen)
		}
		for _, a := range p.items {
			if !a.closed && !seen[a.id] {
				n[""]++
				n[a.label.severity]++
			}
			seen[a.id] = true
		}
	}
	return n
}

// unconfirmed reports whether a number of 0 was believed although a single alert would cross
// a limit: a list must confirm it.
func (s *source) unconfirmed(r round, listed map[string]map[string]int, p *policy) bool {
	if s.filter != nil || listed[""] != nil {
		return false
	}
	for _, word := range countedWords() {
		one := map[sum]int{{kind: s.kind, severity: word, own: s.owner()}: 1}
		if r.before[word] == 0 && listed[word] == nil && p.crossed(one) {
			return true
		}
	}
	return false
}

// owner is the row whose limits count the findings; "" where all kinds are counted together.
func (s *source) owner() string {
	if s.max == nil {
		return ""
	}
	return s.row()
}

// addNumbers adds the findings of alerts that were counted only.
func (s *source) addNumbers(r round, listed map[string]map[string]int, findings map[string]int) {
	if s.filter != nil || listed[""] != nil {
		return
	}
	for _, word := range countedWords() {
		if n := max(r.before[word], r.after[word]); n > 0 && listed[word] == nil {
			findings[findingKey(label{severity: word}, "", n)]++
		}
	}
}

// contradicts holds lists against the numbers before and after them: a list must lie between
// them, for the account may have changed meanwhile. An alert whose severity says nothing may
// be counted as any.
func (r round) contradicts(listed map[string]map[string]int) bool {
	for _, n := range []map[string]int{r.before, r.after} {
		if n[""] < n["critical"]+n["high"]+n["medium"]+n["low"] {
			return true
		}
	}
	between := func(word string, n, spare int) bool {
		return n <= max(r.before[word], r.after[word]) && n+spare >= min(r.before[word], r.after[word])
	}
	for list, n := range listed {
		if !between(list, n[""], 0) {
			return true
		}
		for _, word := range countedWords() {
			if list == "" && !between(word, n[word], n["unknown"]) {
				return true
			}
		}
	}
	return false
}
