package report

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// junitSuite holds the numbers of a suite and the rows that its cases are made of, one at a time.
type junitSuite struct {
	kind                             result.Kind
	rows                             []*result.Row
	tests, failures, errors, skipped int
}

type junitCase struct {
	XMLName   xml.Name     `xml:"testcase"`
	Name      string       `xml:"name,attr"`
	ClassName string       `xml:"classname,attr"`
	File      string       `xml:"file,attr,omitempty"`
	Time      string       `xml:"time,attr"`
	Failure   *junitFault  `xml:"failure"`
	Error     *junitFault  `xml:"error"`
	Skipped   *junitFault  `xml:"skipped"`
	Output    *junitOutput `xml:"system-out"`
}

type junitFault struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

type junitOutput struct {
	Text string `xml:",cdata"`
}

// writeJUnit writes a suite for each kind and a case for each target. A case passes if its row was
// answered and none of its findings crosses a limit. Findings that cross none are its output. What
// was not sent and what is waived are suites of skipped cases.
func writeJUnit(w io.Writer, m *Model, _ Options) error {
	rows, findings := rowsWithFindings(m)
	suites := junitSuites(slices.Concat(rows, notSentRows(m.result), waivedRows(m), m.hiddenRows()), findings)
	var all junitSuite
	for _, s := range suites {
		all.tests, all.failures, all.errors, all.skipped = all.tests+s.tests, all.failures+s.failures, all.errors+s.errors, all.skipped+s.skipped
	}
	out := bufio.NewWriterSize(w, 64<<10)
	fmt.Fprint(out, xml.Header)
	enc := xml.NewEncoder(out)
	enc.Indent("", "  ")
	root := all.start("testsuites", "scangate", m.result)
	tokens := []xml.Token{root}
	for _, s := range suites {
		start := s.start("testsuite", "scangate."+plain(string(s.kind)), m.result)
		if err := encodeTokens(enc, append(tokens, start)); err != nil {
			return err
		}
		for _, row := range s.rows {
			if err := enc.Encode(junitCaseOf(row, findings[row.Target.ID()])); err != nil {
				return err
			}
		}
		tokens = []xml.Token{start.End()}
	}
	if err := encodeTokens(enc, append(tokens, root.End())); err != nil {
		return err
	}
	if err := enc.Close(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	return out.Flush()
}

func encodeTokens(enc *xml.Encoder, tokens []xml.Token) error {
	for _, t := range tokens {
		if err := enc.EncodeToken(t); err != nil {
			return err
		}
	}
	return nil
}

// start is the element that opens a suite, or all of them. The kinds are scanned at the same time,
// so that each suite takes the time of the whole run.
func (s *junitSuite) start(element, name string, r *result.Result) xml.StartElement {
	e := xml.StartElement{Name: xml.Name{Local: element}}
	add := func(name, value string) {
		e.Attr = append(e.Attr, xml.Attr{Name: xml.Name{Local: name}, Value: value})
	}
	add("name", name)
	add("tests", fmt.Sprint(s.tests))
	add("failures", fmt.Sprint(s.failures))
	add("errors", fmt.Sprint(s.errors))
	add("skipped", fmt.Sprint(s.skipped))
	add("time", fmt.Sprintf("%.3f", max(0, r.Finished.Sub(r.Started).Seconds())))
	if !r.Started.IsZero() {
		add("timestamp", sastTime(r.Started))
	}
	return e
}

// junitSuites groups the rows by kind and counts their outcomes.
func junitSuites(rows []result.Row, findings map[string][]*result.Finding) []*junitSuite {
	byKind := map[result.Kind]*junitSuite{}
	var suites []*junitSuite
	for i := range rows {
		row := &rows[i]
		s, ok := byKind[row.Target.Kind]
		if !ok {
			s = &junitSuite{kind: row.Target.Kind}
			byKind[s.kind] = s
			suites = append(suites, s)
		}
		s.add(row, slices.ContainsFunc(findings[row.Target.ID()], blocks))
	}
	slices.SortFunc(suites, func(a, b *junitSuite) int { return compareKinds(a.kind, b.kind) })
	return suites
}

func blocks(f *result.Finding) bool { return f.Stamp.Blocks() }

// noTarget is the name of the case for findings that belong to no target.
const noTarget = "findings that belong to no target"

// rowsWithFindings returns the ledger and the findings of each row, the most urgent first. Findings
// without a row get one, so that none is lost: an image that was not planned, an alert without a
// file. A run that ended early gets a failed one: its other rows may all be answered, or missing.
func rowsWithFindings(m *Model) ([]result.Row, map[string][]*result.Finding) {
	rows := slices.Clone(m.result.Ledger)
	if m.result.EndedEarly() {
		rows = append(rows, endedRow(m.result))
	}
	byRow := map[string][]*result.Finding{}
	known := map[string]bool{}
	for i := range rows {
		known[rows[i].Target.ID()] = true
	}
	for _, e := range m.knownEntries() {
		for _, f := range e.findings {
			id := f.Target
			if !known[id] {
				extra := result.Target{Kind: f.Kind, Name: cmp.Or(f.Image, noTarget)}
				id = extra.ID()
				if !known[id] {
					known[id] = true
					rows = append(rows, result.Row{Target: extra, Status: result.Answered, Evidence: result.ByName})
				}
			}
			byRow[id] = append(byRow[id], f)
		}
	}
	return rows, byRow
}

// endedRow stands for what a run that ended early did not get to.
func endedRow(r *result.Result) result.Row {
	row := result.Row{Target: result.Target{Kind: "run", Name: "scangate"}, Status: result.Failed}
	row.Fault = result.Fault{Cause: result.CauseInterrupted, Fix: "run the scan again"}
	if r.Panic != nil {
		row.Fault = *r.Panic
	}
	return row
}

// notSentRows are rows for what was not sent.
func notSentRows(r *result.Result) []result.Row {
	rows := make([]result.Row, len(r.NotSent))
	for i, n := range r.NotSent {
		rows[i] = result.Row{
			Target: result.Target{Kind: "not-sent", Name: n.Path}, Status: result.Skipped,
			Fault: result.Fault{Reason: n.What + " was not sent: " + n.Why},
		}
	}
	return rows
}

// hiddenRows are skipped rows for the findings that are not shown.
func (m *Model) hiddenRows() []result.Row {
	var rows []result.Row
	for _, note := range []string{m.hiddenNote(), m.outsideNote()} {
		if note != "" {
			rows = append(rows, result.Row{
				Target: result.Target{Kind: "not-shown", Name: "findings"}, Status: result.Skipped, Fault: result.Fault{Reason: note},
			})
		}
	}
	return rows
}

func (s *junitSuite) add(row *result.Row, crossed bool) {
	s.rows = append(s.rows, row)
	s.tests++
	switch {
	case row.Status == result.Skipped:
		s.skipped++
	case row.Status != result.Answered:
		s.errors++
	case crossed:
		s.failures++
	}
}

func junitCaseOf(row *result.Row, findings []*result.Finding) junitCase {
	c := junitCase{Name: plain(showTarget(row.Target)), ClassName: "scangate." + plain(string(row.Target.Kind)), Time: "0"}
	if row.Target.Name != noTarget {
		c.File = exactPath(placeOf(row).Path)
	}
	var blocking, others []*result.Finding
	for _, f := range findings {
		if blocks(f) {
			blocking = append(blocking, f)
		} else {
			others = append(others, f)
		}
	}
	switch row.Status {
	case result.Answered:
	case result.Skipped:
		c.Skipped = &junitFault{Message: plain(cmp.Or(row.Reason, string(row.Cause)))}
	default:
		// A case has one state, and an error is worse than a failure: it lists the findings too.
		c.Error = &junitFault{Message: plain(unansweredText(row)), Type: plain(string(row.Cause)), Text: junitText(blocking)}
		blocking = nil
	}
	if len(blocking) > 0 {
		c.Failure = &junitFault{Message: "over the limits: " + joinNonEmpty("; ", countsOf(blocking).String(), deltaWords(blocking)), Type: blocking[0].Severity.String(), Text: junitText(blocking)}
	}
	text := junitText(others)
	if row.Choice != nil {
		text = "\n" + plain(row.Choice.String()) + text
	}
	if text != "" {
		c.Output = &junitOutput{text}
	}
	return c
}

// junitText writes each finding on a line: severity, place, message.
func junitText(findings []*result.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		at := enumerate("", places(placesOf(f)), maxListed)
		fmt.Fprintf(&b, "\n%-8s  %s", strings.ToUpper(f.Severity.String()), plain(joinNonEmpty("  ", at, message(f), likelyNote(f))))
	}
	if b.Len() > 0 {
		b.WriteString("\n")
	}
	return b.String()
}
