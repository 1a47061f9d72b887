package report

import (
	"cmp"
	"iter"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// lineKey is a location of a finding, and what those that are one result have in common.
type lineKey struct {
	urgency, uri, rule int32 // the lower, the earlier in the report
	nth                int32
	line               int
	finding            *result.Finding
}

func compareLines(a, b lineKey) int {
	return cmp.Or(
		cmp.Compare(a.urgency, b.urgency), cmp.Compare(a.uri, b.uri), cmp.Compare(a.line, b.line), cmp.Compare(a.rule, b.rule),
	)
}

// compareInLine orders the findings of one result.
func compareInLine(a, b lineKey) int {
	x, y := a.finding, b.finding
	return cmp.Or(
		cmp.Compare(x.Resource, y.Resource), cmp.Compare(x.Image, y.Image), cmp.Compare(x.Fingerprint, y.Fingerprint),
		cmp.Compare(a.nth, b.nth), cmp.Compare(x.Summary, y.Summary),
	)
}

// lineResults are a result of each location of the shown and known findings, and one of each image
// with all its findings. They are made one at a time, of sorted keys.
type lineResults struct {
	keys []lineKey
	uris []string // by lineKey.uri
	// images are the findings of each image, the most severe first.
	images map[string][]*result.Finding
	// unplaced counts the findings without a location in the repository.
	unplaced int
}

// lineResults sorts the results, the most severe first. It compares numbers that stand for files
// and rules: there are far fewer of these than of findings.
func (m *Model) lineResults() *lineResults {
	reported := m.withKnown()
	l := &lineResults{keys: make([]lineKey, 0, len(reported)), images: imagesOf(reported)}
	uris, rules := numbering{name: relativeURI}, numbering{name: func(rule string) string { return rule }}
	for _, f := range reported {
		images := l.images[f.Image]
		if f.Image != "" && images[0] != f {
			continue // the worst one stands for all
		}
		before := len(l.keys)
		for i := range f.Locations {
			at := &f.Locations[i]
			if uri := uris.of(at.Path); uris.names[uri] != "" && (f.Image == "" || len(l.keys) == before) {
				l.keys = append(l.keys, lineKey{int32(urgency(f.Severity)), uri, rules.of(ruleName(f)), int32(i), max(at.Line, 1), f})
			}
		}
		if len(l.keys) == before {
			l.unplaced += max(1, len(images))
		}
	}
	l.sort(uris.names, rules.names)
	return l
}

// sort sorts the keys, whose files and rules are indices in lists. Files of one URI are one.
func (l *lineResults) sort(uris, rules []string) {
	uriRanks, ruleRanks := ranksOf(uris), ranksOf(rules)
	for i := range l.keys {
		k := &l.keys[i]
		k.uri, k.rule = uriRanks[k.uri], ruleRanks[k.rule]
	}
	l.uris = slices.Compact(uris)
	slices.SortFunc(l.keys, compareLines)
}

// imagesOf are the findings of each image, the most severe first.
func imagesOf(findings []*result.Finding) map[string][]*result.Finding {
	images := map[string][]*result.Finding{}
	for _, f := range findings {
		if f.Image != "" {
			images[f.Image] = append(images[f.Image], f)
		}
	}
	for _, all := range images {
		slices.SortStableFunc(all, func(a, b *result.Finding) int {
			return cmp.Or(cmp.Compare(urgency(a.Severity), urgency(b.Severity)), cmp.Compare(len(b.Locations), len(a.Locations)), compareFindings(a, b))
		})
	}
	return images
}

// numbering numbers texts in the order in which they come.
type numbering struct {
	// name is what is kept of a new text.
	name    func(string) string
	names   []string // by number
	numbers map[string]int32
}

func (n *numbering) of(text string) int32 {
	number, ok := n.numbers[text]
	if !ok {
		if n.numbers == nil {
			n.numbers = map[string]int32{}
		}
		number = int32(len(n.names))
		n.numbers[text] = number
		n.names = append(n.names, n.name(text))
	}
	return number
}

// ranksOf sorts names. It returns the rank of each, by its former index: equal ones have one rank.
func ranksOf(names []string) []int32 {
	former := make([]int32, len(names))
	for i := range former {
		former[i] = int32(i)
	}
	slices.SortFunc(former, func(a, b int32) int { return cmp.Compare(names[a], names[b]) })
	ranks := make([]int32, len(names))
	rank := int32(0)
	for i, at := range former {
		if i > 0 && names[at] != names[former[i-1]] {
			rank++
		}
		ranks[at] = rank
	}
	slices.Sort(names)
	return ranks
}

// groups are the keys of each result.
func (l *lineResults) groups() iter.Seq[[]lineKey] {
	return func(yield func([]lineKey) bool) {
		for left := l.keys; len(left) > 0; {
			n := 1
			for n < len(left) && compareLines(left[0], left[n]) == 0 {
				n++
			}
			if !yield(left[:n]) {
				return
			}
			left = left[n:]
		}
	}
}

// keep leaves out all but the first n results. It returns how many it leaves out, in all and per
// severity.
func (l *lineResults) keep(n int) (left int, perSeverity counts) {
	kept, results := 0, 0
	for group := range l.groups() {
		if results++; results <= n {
			kept += len(group)
		} else {
			perSeverity.add(group[0].finding.Severity, 1)
		}
	}
	l.keys = l.keys[:kept]
	return max(0, results-n), perSeverity
}

// all yields the results with their indices. Each holds until the next.
func (l *lineResults) all() iter.Seq2[int, lineResult] {
	return func(yield func(int, lineResult) bool) {
		var findings []*result.Finding
		i := 0
		for group := range l.groups() {
			slices.SortFunc(group, compareInLine)
			findings = findings[:0]
			for _, k := range group {
				if k.finding.Image != "" {
					findings = append(findings, l.images[k.finding.Image]...)
				} else {
					findings = append(findings, k.finding)
				}
			}
			if !yield(i, lineResult{l.uris[group[0].uri], group[0].line, int(group[0].nth), findings}) {
				return
			}
			i++
		}
	}
}
