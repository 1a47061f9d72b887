package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// group is what a report shows as one: a problem, or images that one fix is for.
type group struct {
	problems []*problem // never empty
}

// groupsOf makes groups of problems, in their order. Images that cross a limit are one group, and
// those that cross none another, where their first problem stands: they differ in nothing but
// numbers.
func groupsOf(problems []*problem) []*group {
	var all []*group
	images := map[bool]*group{}
	for _, p := range problems {
		if !p.isImage() || !p.worst().CountsVulnerabilities() {
			all = append(all, &group{[]*problem{p}})
			continue
		}
		g := images[p.blocks()]
		if g == nil {
			g = &group{}
			images[p.blocks()] = g
			all = append(all, g)
		}
		g.problems = append(g.problems, p)
	}
	return all
}

// firstOf are the groups to fix first: those that cross a limit or, where none does, the most
// urgent.
func firstOf(groups []*group) []*group {
	n := slices.IndexFunc(groups, func(g *group) bool { return !g.blocks() })
	if n <= 0 {
		n = len(groups)
	}
	return groups[:min(n, maxListed)]
}

// single is the group's only problem, nil if it has several.
func (g *group) single() *problem {
	if len(g.problems) == 1 {
		return g.problems[0]
	}
	return nil
}

func (g *group) first() *problem { return g.problems[0] }

func (g *group) worst() *result.Finding { return g.first().worst() }

func (g *group) blocks() bool { return g.first().blocks() }

// findings are those of all problems.
func (g *group) findings() []*result.Finding {
	if p := g.single(); p != nil {
		return p.findings
	}
	var all []*result.Finding
	for _, p := range g.problems {
		all = append(all, p.findings...)
	}
	return all
}

// title names the problem, or counts the images.
func (g *group) title() string {
	if p := g.single(); p != nil {
		return title(p.worst())
	}
	return plural(len(g.problems), "image has vulnerabilities", "images have vulnerabilities")
}

// fix is what to do about the group.
func (g *group) fix() string {
	if p := g.single(); p != nil {
		return p.shortFix()
	}
	return "build from newer or smaller tags of these images"
}

// crossing says which limits the findings cross, and how many are new; "" for neither.
func crossing(findings []*result.Finding) string {
	var limits []string
	for _, f := range findings {
		if c := string(f.Stamp.Crosses); c != "" && !slices.Contains(limits, c) {
			limits = append(limits, c)
		}
	}
	return joinNonEmpty("; ", crosses(limits), deltaWords(findings))
}

// crosses names limits that are crossed, "" without any.
func crosses(limits []string) string {
	if len(limits) == 0 {
		return ""
	}
	noun := "limit"
	if len(limits) > 1 {
		noun = "limits"
	}
	return "crosses " + noun + " " + strings.Join(limits, ", ")
}

// limitsCrossed counts the crossed limits, those of numbers too.
func (m *Model) limitsCrossed() int {
	n := 0
	for _, l := range m.result.Verdict.Limits {
		if l.Crossed {
			n++
		}
	}
	for _, l := range m.result.Verdict.Numbers {
		if l.Crossed {
			n++
		}
	}
	return n
}

// headline says in one sentence why the run is blocked, or that it is not, and what is new. It adds
// up no vulnerabilities and findings.
func (m *Model) headline() string {
	parts := []string{m.crossedPart(), m.unansweredPart()}
	head := joinNonEmpty(", and ", parts...)
	if head == "" {
		head = m.nothingBlocks()
	}
	if m.result.Delta != nil {
		head += ": " + deltaLine(m.result.Delta)
	}
	return head
}

// crossedPart counts the crossed limits, and the problems that cross them where there are any.
func (m *Model) crossedPart() string {
	limits, problems := m.limitsCrossed(), m.blockingProblems()
	switch {
	case limits == 0:
		return ""
	case problems == 0:
		return plural(limits, "limit is crossed", "limits are crossed")
	}
	return fmt.Sprintf("%s crossed by %s", plural(limits, "limit", "limits"), plural(problems, "problem", "problems"))
}

func (m *Model) unansweredPart() string {
	v := m.result.Verdict
	switch {
	case v.Failed > 0:
		verb := "have"
		if v.Failed == 1 {
			verb = "has"
		}
		return fmt.Sprintf("%d of %d targets %s no answer", v.Failed, v.Planned, verb)
	case m.result.EndedEarly():
		return "the run ended early"
	}
	return ""
}

// nothingBlocks is the headline of a run without a crossed limit in which all targets were
// answered.
func (m *Model) nothingBlocks() string {
	problems := len(m.problems())
	switch {
	case problems == 0:
		return strings.TrimSuffix(m.noFindings(), ".")
	case len(m.result.Verdict.Limits) == 0:
		return plural(problems, "problem", "problems") + ", and no limit"
	}
	return "no limit is crossed; " + plural(problems, "problem is below the limits", "problems are below the limits")
}

// blockingProblems counts the problems that cross a limit.
func (m *Model) blockingProblems() int {
	return len(m.problems()) - len(m.below())
}

// below are the problems that cross no limit; they come last.
func (m *Model) below() []*problem {
	all := m.problems()
	if i := slices.IndexFunc(all, func(p *problem) bool { return !p.blocks() }); i >= 0 {
		return all[i:]
	}
	return nil
}

// restNote counts the problems that a list leaves out, after the first n groups.
func restNote(groups []*group, n int) string {
	crossing, below := 0, 0
	for _, b := range groups[min(n, len(groups)):] {
		if b.blocks() {
			crossing += len(b.problems)
		} else {
			below += len(b.problems)
		}
	}
	switch {
	case crossing > 0 && below > 0:
		return fmt.Sprintf("%s over a limit, and %d below", plural(crossing, "more problem", "more problems"), below)
	case crossing > 0:
		return plural(crossing, "more problem", "more problems") + " over a limit"
	case below > 0:
		return plural(below, "more problem", "more problems") + " below the limits"
	}
	return ""
}
