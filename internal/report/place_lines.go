package report

import (
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// placeLine is a place in a list of them.
type placeLine struct {
	// at is the place in the repository, nil without one; where names it, and rest says what is
	// there.
	at          *result.Location
	where, rest string
}

func (l placeLine) String() string { return joinNonEmpty(" · ", l.where, l.rest) }

// placeLines are the first n places of a group. The last line counts the others.
func (g *group) placeLines(n int) []placeLine {
	var all []placeLine
	if p := g.single(); p != nil {
		all = p.placeLines()
	} else {
		for _, p := range g.problems {
			all = append(all, p.imageLine())
		}
	}
	if more := len(all) - n; more > 0 {
		noun := "place"
		if g.single() == nil {
			noun = "image"
		}
		all = append(all[:n:n], placeLine{where: "and " + plural(more, "more "+noun, "more "+noun+"s")})
	}
	return all
}

// imageLine is the image of a problem on one line.
func (p *problem) imageLine() placeLine {
	lines := p.placeLines()
	l, more := lines[0], ""
	if n := len(lines) - 1; n > 0 {
		more = fmt.Sprintf("and %d more", n)
	}
	l.rest = joinNonEmpty(" · ", more, title(p.worst()), p.urgent())
	return l
}

// urgent are the numbers of the severities that cross a limit, or of all where none does.
func (p *problem) urgent() string {
	if !p.blocks() {
		return p.counts.String()
	}
	var n counts
	for _, f := range p.findings {
		if f.Stamp.Blocks() {
			n.addFinding(f)
		}
	}
	return n.String()
}

// placeLines are the places of a problem, those of one resource once.
func (p *problem) placeLines() []placeLine {
	var all []placeLine
	times := map[string]int{}
	add := func(l placeLine) {
		if times[l.String()]++; times[l.String()] == 1 {
			all = append(all, l)
		}
	}
	for _, e := range p.entries() {
		f := e.worst()
		locations := placesOf(f)
		for i := range locations {
			add(placeLine{&locations[i], place(locations[i]), f.Resource})
		}
		switch {
		case len(locations) > 0:
		case len(f.Candidates) > 0:
			add(placeLine{where: enumerate("one of ", places(f.Candidates), maxPlaces), rest: f.Resource})
		default:
			add(placeLine{where: placeText(f), rest: joinNonEmpty(" · ", f.Resource, f.InCloud().Link)})
		}
	}
	for i, l := range all {
		if n := times[l.String()]; n > 1 {
			all[i].rest = strings.TrimSpace(fmt.Sprintf("%s (%d times)", l.rest, n))
		}
	}
	return all
}
