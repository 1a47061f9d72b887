package report

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

const (
	// htmlBytes is how long a page is at most: browsers open it within seconds. What is left out
	// is counted on the page.
	htmlBytes = 25_000_000
	// htmlRest is room for the sentence that counts it, and for the end of the list.
	htmlRest = 2_000
	// htmlFrames is how long the list may grow with frames of code. Findings after that have none.
	htmlFrames = htmlBytes * 3 / 4
	// htmlOpen is how many entries a list has at most whose rules and frames are unfolded.
	htmlOpen = 60
)

// htmlGroup is a problem in the list of all findings: what its places share.
type htmlGroup struct {
	Severity, Kind, Title, Count, Details, Fix, Rule, Waive string
	Tally                                                   []htmlTally
	// Open unfolds the group. Of Many places the browser renders those in sight.
	Open, Many bool
}

// htmlPlace is one place of a problem. Severity is set where it differs from the problem's.
type htmlPlace struct {
	ID, Severity, State    string
	Where, Page, Resource  string
	Note, Candidates, Also string
	Details, Fix, Link     string
	Others                 []string // further ids
	Numbers                string   // of the frame's lines
	Frame                  []htmlPiece
	Open                   bool
}

// htmlLeft says what the list leaves out.
type htmlLeft struct{ Findings, Frames string }

// htmlList is the list of all findings, rule by rule, up to a size.
type htmlList struct {
	m    *Model
	page *template.Template
	out  bytes.Buffer
	open bool
	// left are the entries without room, and bare counts those without their frame.
	left []entry
	bare int
	kept int
}

// htmlListOf writes the list, up to room bytes.
func htmlListOf(m *Model, page *template.Template, problems []*problem, room int) (*htmlList, error) {
	all := 0
	for _, p := range problems {
		all += len(p.entries())
	}
	l := &htmlList{m: m, page: page, open: all <= htmlOpen}
	for _, p := range problems {
		if err := l.problem(p, room-htmlRest); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// problem adds a problem with as many places as there is room for.
func (l *htmlList) problem(p *problem, room int) error {
	entries := p.entries()
	if len(l.left) > 0 {
		l.left = append(l.left, entries...)
		return nil
	}
	g := l.group(p)
	if err := l.page.ExecuteTemplate(&l.out, "group", g); err != nil {
		return err
	}
	for i, e := range entries {
		before := l.out.Len()
		if err := l.place(g, e); err != nil {
			return err
		}
		if l.out.Len() > room {
			l.out.Truncate(before)
			l.left = append(l.left, entries[i:]...)
			break
		}
		l.kept++
	}
	return l.page.ExecuteTemplate(&l.out, "group-end", nil)
}

// place adds a place, without its frame where the frames have taken their share.
func (l *htmlList) place(g htmlGroup, e entry) error {
	d := l.m.htmlPlaceOf(e, g)
	d.Open = l.open
	if d.Numbers != "" && l.out.Len() > htmlFrames {
		d.Numbers = ""
		l.bare++
	}
	return l.page.ExecuteTemplate(&l.out, "place", d)
}

func (l *htmlList) note() htmlLeft {
	var n htmlLeft
	if len(l.left) > 0 {
		n.Findings = fmt.Sprintf("This page has no room for all findings: it holds %d of %d entries. The json report has the others: %s.",
			l.kept, l.kept+len(l.left), entryCounts(l.left))
	}
	if l.bare > 0 {
		n.Frames = fmt.Sprintf("%s shown without code, for lack of room.", plural(l.bare, "entry is", "entries are"))
	}
	return n
}

// group is what all places of a problem share.
func (l *htmlList) group(p *problem) htmlGroup {
	f := p.worst()
	g := htmlGroup{
		Severity: f.Severity.String(), Kind: plain(string(f.Kind)), Title: plain(title(f)), Rule: plain(ruleName(f)),
		Open: l.open, Many: len(p.findings) > htmlOpen, Waive: plain(waiveCommand(p.findings, maxPlaces)),
		Fix: shared(p.findings, func(f *result.Finding) string { return plain(fixFor(f)) }),
	}
	switch n := len(p.entries()); {
	case p.isImage():
		g.Tally = htmlTallyOf(p.counts)
	case n > 1:
		g.Count = fmt.Sprintf("%d places", n)
	}
	g.Details = shared(p.findings, htmlDetails)
	return g
}

// shared is the text that all findings have, "" if they differ.
func shared(findings []*result.Finding, text func(*result.Finding) string) string {
	first := text(findings[0])
	if slices.ContainsFunc(findings[1:], func(f *result.Finding) bool { return text(f) != first }) {
		return ""
	}
	return first
}

func htmlDetails(f *result.Finding) string { return plain(says(f)) }

func (m *Model) htmlPlaceOf(e entry, g htmlGroup) htmlPlace {
	f := e.worst()
	d := htmlPlace{
		ID: htmlID(f), State: htmlStateOf(f), Where: plain(placeText(f)), Resource: plain(f.Resource), Note: htmlNote(e),
		Candidates: plain(enumerate("One of ", places(f.Candidates), 2*maxListed)), Also: plain(enumerate("Also at ", places(e.furtherPlaces()), 2*maxListed)),
	}
	if s := f.Severity.String(); s != g.Severity {
		d.Severity = s
	}
	for _, other := range e.findings[1:] {
		d.Others = append(d.Others, htmlID(other))
	}
	if g.Details == "" {
		d.Details = htmlDetails(f)
	}
	if g.Fix == "" {
		d.Fix = plain(fixFor(f))
	}
	if inCloud(f) {
		d.Link = f.InCloud().Link
	}
	if f.Placed() {
		d.Page = m.link(&placesOf(f)[0])
		d.frame(frameOf(f))
	}
	return d
}

// htmlID is the id of a finding's element, for links to it.
func htmlID(f *result.Finding) string {
	if f.Fingerprint == "" {
		return ""
	}
	return "f-" + plain(f.Fingerprint)
}

func htmlNote(e entry) string {
	f := e.worst()
	note := sentence(joinNonEmpty("; ", findingNote(f), waivedNote(e.findings), knownNote(e.findings)))
	if f.RawSeverity != "" {
		note = joinNonEmpty(" ", note, sentence(capitalized(rawSeverityNote(f))))
	}
	if inCloud(f) {
		note = joinNonEmpty(" ", note, sentence(label("Open since ", day(f.InCloud().FirstSeen))))
	}
	return plain(note)
}

// htmlPiece is a part of a frame: lines without a mark, or one with.
type htmlPiece struct {
	Mark mark
	Text string
}

// Label is what stands beside the mark.
func (p htmlPiece) Label() string { return p.Mark.label() }

// frame sets the code around a place. It has few pieces and no element for each line, because a
// page has tens of thousands of frames.
func (d *htmlPlace) frame(lines []frameLine) {
	numbers := make([]string, len(lines))
	for i, l := range lines {
		numbers[i] = strconv.Itoa(l.number)
		line := plainCode(l.text)
		if last := len(d.Frame) - 1; i == 0 || l.mark != notMarked || d.Frame[last].Mark != notMarked {
			d.Frame = append(d.Frame, htmlPiece{l.mark, line})
		} else {
			d.Frame[last].Text += "\n" + line
		}
	}
	d.Numbers = strings.Join(numbers, "\n")
}

// htmlRows bounds a list of the page that is not the list of findings.
func htmlRows[T any](all []T) (kept []T, left int) {
	kept = all[:min(maxHTMLRows, len(all))]
	return kept, len(all) - len(kept)
}

const maxHTMLRows = 5_000

// htmlMore says where the rows are that a list leaves out, "" if there are none.
func htmlMore(n int, one, many string) string {
	if n == 0 {
		return ""
	}
	return plural(n, "more "+one, "more "+many) + ": see the json report."
}

func entryCounts(entries []entry) counts {
	var n counts
	for _, e := range entries {
		n.addAll(e.counts())
	}
	return n
}
