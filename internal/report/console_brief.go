package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	// briefFiles is how many files are counted one by one.
	briefFiles = 12
	// briefPlaces is how many places of one problem are named.
	briefPlaces = 3
)

// problem is what one change fixes: a rule with all places that break it, or an
// image with all its vulnerabilities.
type problem struct {
	items  []*item // worst first
	counts counts
	turn   int // its place among the problems of its kind and severity
}

func (p *problem) first() *result.Finding { return p.items[0].first() }

// brief shows the worst problems whole and counts all findings by file.
func (c consoleReport) brief(shown []*result.Finding) {
	all := problems(shown)
	worst := all[:min(briefly, len(all))]
	if len(all) > len(worst) {
		c.Line(bold(fmt.Sprintf("The %d worst of %d problems", len(worst), len(all))), dim("  (-v shows all)"))
		c.Line()
	}
	for _, p := range worst {
		c.problem(p)
	}
	if len(all) > len(worst) {
		c.files(groups(shown))
	}
}

// problems groups findings and sorts them by severity. Within one, the kinds take
// turns, each with its largest number first: an image has hundreds of
// vulnerabilities, and would hide every line of a template that opens a port.
func problems(shown []*result.Finding) []*problem {
	byName := map[string]*problem{}
	var all []*problem
	for _, it := range items(shown) {
		f := it.first()
		name := f.Image
		if name == "" {
			name = ruleID(f) + "\n" + f.Summary
		}
		p, ok := byName[name]
		if !ok {
			p = &problem{}
			byName[name] = p
			all = append(all, p)
		}
		p.items = append(p.items, it)
		p.counts.addAll(it.counts)
	}
	for _, p := range all {
		slices.SortStableFunc(p.items, compareByPlace)
	}
	slices.SortFunc(all, compareProblems)
	turns := map[[2]string]int{}
	for _, p := range all {
		key := [2]string{string(p.first().Kind), p.first().Severity.String()}
		p.turn = turns[key]
		turns[key]++
	}
	slices.SortStableFunc(all, func(a, b *problem) int {
		return cmp.Or(cmp.Compare(urgency(a.first().Severity), urgency(b.first().Severity)), cmp.Compare(a.turn, b.turn))
	})
	return all
}

func compareProblems(a, b *problem) int {
	s := a.first().Severity
	return cmp.Or(
		cmp.Compare(urgency(s), urgency(b.first().Severity)), cmp.Compare(kindOrder(b.first().Kind), kindOrder(a.first().Kind)),
		cmp.Compare(b.counts.of(s), a.counts.of(s)), compareByPlace(a.items[0], b.items[0]),
	)
}

// problem writes where it lies, what it is, and how to fix it.
func (c consoleReport) problem(p *problem) {
	f := p.first()
	head := []console.Span{{Text: fmt.Sprintf("%-8s", strings.ToUpper(f.Severity.String())), Style: severityStyle(f.Severity)}, console.Text("  ")}
	indent := []console.Span{console.Text(strings.Repeat(" ", 10))}
	c.Hang(head, bold(cmp.Or(f.Image, f.Summary, f.Rule)))
	if f.Image != "" {
		c.Hang(indent, c.severities(p.counts)...)
	}
	for _, at := range p.places() {
		c.Hang(indent, dim(at))
	}
	if f.RawSeverity != "" {
		c.Hang(indent, dim(fmt.Sprintf("the service's severity is %q", f.RawSeverity)))
	}
	if f.Note != "" {
		c.Hang(indent, dim(f.Note))
	}
	if f.Link != "" {
		c.Hang(indent, dim(f.Link))
	}
	c.Hang(append(indent, console.Text("→ ")), console.Text(p.fix()))
	c.Line()
}

// fix is what to do, in as few words as a list of problems bears.
func (p *problem) fix() string {
	f := p.first()
	if _, remedy := parted(f.Details); remedy != "" {
		return remedy
	}
	switch {
	case f.Kind == result.KindImage:
		return "build from a newer or a smaller tag of this image"
	case inCloud(f):
		return "fix it in the cloud, and in the template that it was made from"
	case len(p.items) > 1:
		return fmt.Sprintf("change these %d resources as the sentence says", len(p.items))
	}
	return "change this resource as the sentence says"
}

// tally says every line once, with how often it stands.
func tally(lines []string) []string {
	times := map[string]int{}
	var once []string
	for _, line := range lines {
		if times[line]++; times[line] == 1 {
			once = append(once, line)
		}
	}
	for i, line := range once {
		if n := times[line]; n > 1 {
			once[i] = fmt.Sprintf("%s (%d times)", line, n)
		}
	}
	return once
}

// places names where a problem lies, a line each; "file:line · resource".
func (p *problem) places() []string {
	var all []string
	for _, it := range p.items {
		f := it.first()
		lines := places(f.Locations)
		switch {
		case len(f.Candidates) > 0 && len(lines) == 0:
			lines = []string{listed("one of ", places(f.Candidates), briefPlaces)}
		case len(lines) == 0:
			lines = []string{whereabouts(f)}
		}
		for _, line := range lines {
			all = append(all, joinNonEmpty(" · ", line, f.Resource))
		}
	}
	all = tally(all)
	if more := len(all) - briefPlaces; more > 0 {
		all = append(all[:briefPlaces], fmt.Sprintf("and %d more places", more))
	}
	return all
}

// files counts all findings by file: what is shown above too, so that the sums
// are those of the verdict.
func (c consoleReport) files(all []*group) {
	columns := occurring(all)
	room := c.Width()
	for _, col := range columns {
		room -= col.width
	}
	room = max(room, 20)
	row := func(style console.Style, name string, n counts) {
		spans := []console.Span{{Text: pad(name, room), Style: style}}
		for _, col := range columns {
			number := console.Span{Text: fmt.Sprintf("%*s", col.width, "·"), Style: console.Dim}
			if n[col.severity] > 0 {
				number = console.Span{Text: fmt.Sprintf("%*d", col.width, n[col.severity]), Style: severityStyle(col.severity)}
			}
			spans = append(spans, number)
		}
		c.Line(spans...)
	}
	head := []console.Span{bold(pad("All findings by file", room))}
	for _, col := range columns {
		head = append(head, dim(fmt.Sprintf("%*s", col.width, col.severity)))
	}
	c.Line(head...)
	listed := all[:min(briefFiles, len(all))]
	for _, g := range listed {
		row(console.Plain, cmp.Or(g.path, "without a line"), g.counts)
	}
	if more := all[len(listed):]; len(more) > 0 {
		var rest counts
		for _, g := range more {
			rest.addAll(g.counts)
		}
		row(console.Dim, fmt.Sprintf("%d more files", len(more)), rest)
	}
	c.Line()
}

// column is one of the table of files.
type column struct {
	severity result.Severity
	width    int
}

// occurring returns a column for each severity that occurs, the most urgent
// first, wide enough for all its numbers.
func occurring(all []*group) []column {
	var sum counts
	for _, g := range all {
		sum.addAll(g.counts)
	}
	var some []column
	for _, s := range ranked() {
		if sum[s] > 0 {
			some = append(some, column{s, 2 + max(len(s.String()), len(fmt.Sprint(sum[s])))})
		}
	}
	return some
}

// pad makes s exactly width columns; of a path that is too long its end is kept,
// which tells files apart.
func pad(s string, width int) string {
	s = text.TruncateStart(console.Clean(s), width)
	return s + strings.Repeat(" ", width-text.Width(s))
}
