package report

import (
	"fmt"
	"strings"
)

// htmlWaives is how many findings a command to waive them names.
const htmlWaives = 10

// htmlProblem is a group of problems on the first screen.
type htmlProblem struct {
	Severity, Title, ID, Crossing string
	Places                        []htmlPlaceLine
	Numbers                       string
	Frame                         []htmlPiece
	Notes                         []string
	Fix, Waive                    string
	// Whole is set where Waive names all findings, so that it can be copied.
	Whole bool
}

// htmlPlaceLine is a place in a list of them.
type htmlPlaceLine struct{ Where, Page, Rest string }

// htmlFirst are the groups that cross a limit, the worst first, none where no limit is crossed.
func htmlFirst(m *Model) []htmlProblem {
	if m.blockingProblems() == 0 {
		return nil
	}
	var all []htmlProblem
	for _, g := range firstOf(groupsOf(m.problems())) {
		all = append(all, m.htmlProblemOf(g))
	}
	return all
}

func (m *Model) htmlProblemOf(g *group) htmlProblem {
	f := g.worst()
	d := htmlProblem{
		Severity: f.Severity.String(), Title: plain(g.title()), Crossing: plain(crossing(g.findings())), Fix: plain(sentence(capitalized(g.fix()))),
		Waive: plain(waiveCommand(g.findings(), htmlWaives)),
	}
	d.Whole = !strings.Contains(d.Waive, "…")
	limit := maxListed
	if g.single() != nil {
		limit, d.ID = maxPlaces, htmlID(f)
		var frame htmlPlace
		frame.frame(shortFrame(frameOf(f), 2*frameLines))
		d.Numbers, d.Frame = frame.Numbers, frame.Frame
	}
	for _, l := range g.placeLines(limit) {
		line := htmlPlaceLine{Where: plain(l.where), Rest: plain(l.rest)}
		if l.at != nil {
			line.Page = m.link(l.at)
		}
		d.Places = append(d.Places, line)
	}
	for _, note := range g.notes() {
		d.Notes = append(d.Notes, plain(sentence(note)))
	}
	return d
}

// htmlBelow says how many problems the first screen leaves to the list below, "" if none.
func htmlBelow(m *Model) string {
	if m.blockingProblems() == 0 {
		return ""
	}
	groups := groupsOf(m.problems())
	note := restNote(groups, len(firstOf(groups)))
	if note == "" {
		return ""
	}
	return note + ": see all findings."
}

// htmlTarget is a row without an answer.
type htmlTarget struct{ Where, Page, Name, Notes string }

// htmlUnanswered are the rows of one cause. Fold is the title of their list if it is folded.
type htmlUnanswered struct {
	Reason, Fix, Submissions, Fold, More string
	Exclude                              []string
	Targets                              []htmlTarget
}

// htmlUnansweredData is the section of the targets without an answer.
type htmlUnansweredData struct {
	Title  string
	Groups []htmlUnanswered
}

// htmlUnansweredOf lists the rows without an answer by cause; nil if there are none.
func htmlUnansweredOf(m *Model) *htmlUnansweredData {
	if len(m.unanswered) == 0 {
		return nil
	}
	d := &htmlUnansweredData{Title: capitalized(m.unansweredPart())}
	for _, u := range m.unanswered {
		g := htmlUnanswered{Reason: plain(capitalized(sentence(u.reason))), Fix: plain(label("To fix it: ", sentence(u.fix))), Submissions: plain(u.submissions())}
		for _, line := range u.excludeLines() {
			g.Exclude = append(g.Exclude, plain(line))
		}
		if n := len(u.rows); n > unansweredFold {
			g.Fold = fmt.Sprintf("%d targets, and where each is named", n)
		}
		rows, more := htmlRows(u.rows)
		g.More = htmlMore(more, "target", "targets")
		for _, row := range rows {
			g.Targets = append(g.Targets, m.htmlTargetOf(row))
		}
		d.Groups = append(d.Groups, g)
	}
	return d
}

func (m *Model) htmlTargetOf(row unansweredRow) htmlTarget {
	at := placeOf(row.Row)
	t := htmlTarget{Where: plain(row.where(1)), Name: plain(showTarget(row.Target)), Notes: plain(inParentheses(row.own))}
	if at.Path != "" {
		t.Page = m.link(&at)
	}
	return t
}
