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

// junitPart is an element of a case, with a text: the findings, after what stands before them.
type junitPart struct {
	element, message, kind string
	before                 string
	findings               []*result.Finding
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
	x := newJUnitWriter(w)
	root := all.start("testsuites", "scangate", m.result)
	x.token(root)
	for _, s := range suites {
		start := s.start("testsuite", "scangate."+plain(string(s.kind)), m.result)
		x.token(start)
		for _, row := range s.rows {
			x.testCase(row, findings[row.Target.ID()])
		}
		x.token(start.End())
	}
	x.token(root.End())
	return x.end()
}

// junitWriter writes elements and their texts, piece by piece: the text of a file with all findings
// has tens of megabytes. It keeps the first error.
type junitWriter struct {
	out *bufio.Writer
	enc *xml.Encoder
	err error
}

func newJUnitWriter(w io.Writer) *junitWriter {
	x := &junitWriter{out: bufio.NewWriterSize(w, 64<<10)}
	x.write(xml.Header)
	x.enc = xml.NewEncoder(struct{ io.Writer }{x.out}) // with a buffer of its own
	x.enc.Indent("", "  ")
	return x
}

func (x *junitWriter) token(t xml.Token) {
	if x.err == nil {
		x.err = x.enc.EncodeToken(t)
	}
}

// write writes what the encoder does not know of.
func (x *junitWriter) write(text string) { _, _ = x.out.WriteString(text) }

// part writes an element. Its text is a CDATA section, as that of encoding/xml.
func (x *junitWriter) part(p junitPart) {
	start := junitElement(p.element, "message", p.message, "type", p.kind)
	x.token(start)
	if p.before != "" || len(p.findings) > 0 {
		if x.err == nil {
			x.err = x.enc.Flush()
		}
		x.write("<![CDATA[")
		x.inCDATA(p.before)
		for _, f := range p.findings {
			x.inCDATA(junitLine(f))
		}
		if len(p.findings) > 0 {
			x.write("\n")
		}
		x.write("]]>")
	}
	x.token(start.End())
}

// inCDATA writes a line in a CDATA section, which it can't end.
func (x *junitWriter) inCDATA(line string) {
	x.write(strings.ReplaceAll(line, "]]>", "]]]]><![CDATA[>"))
}

// end returns the first error of all writes.
func (x *junitWriter) end() error {
	if x.err == nil {
		x.err = x.enc.Close()
	}
	x.write("\n")
	return cmp.Or(x.err, x.out.Flush())
}

// junitElement starts an element with the attributes that are not empty.
func junitElement(name string, attributes ...string) xml.StartElement {
	e := xml.StartElement{Name: xml.Name{Local: name}}
	for a := range slices.Chunk(attributes, 2) {
		if a[1] != "" {
			e.Attr = append(e.Attr, xml.Attr{Name: xml.Name{Local: a[0]}, Value: a[1]})
		}
	}
	return e
}

// start is the element that opens a suite, or all of them. The kinds are scanned at the same time,
// so that each suite takes the time of the whole run.
func (s *junitSuite) start(element, name string, r *result.Result) xml.StartElement {
	started := ""
	if !r.Started.IsZero() {
		started = sastTime(r.Started)
	}
	return junitElement(element, "name", name,
		"tests", fmt.Sprint(s.tests), "failures", fmt.Sprint(s.failures), "errors", fmt.Sprint(s.errors), "skipped", fmt.Sprint(s.skipped),
		"time", fmt.Sprintf("%.3f", max(0, r.Finished.Sub(r.Started).Seconds())), "timestamp", started)
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

// testCase writes the case of a row.
func (x *junitWriter) testCase(row *result.Row, findings []*result.Finding) {
	file := ""
	if row.Target.Name != noTarget {
		file = exactPath(placeOf(row).Path)
	}
	start := junitElement("testcase", "name", plain(showTarget(row.Target)), "classname", "scangate."+plain(string(row.Target.Kind)), "file", file, "time", "0")
	x.token(start)
	var blocking, others []*result.Finding
	for _, f := range findings {
		if blocks(f) {
			blocking = append(blocking, f)
		} else {
			others = append(others, f)
		}
	}
	switch {
	case row.Status != result.Answered && row.Status != result.Skipped:
		// A case has one state, and an error is worse than a failure: it lists the findings too.
		x.part(junitPart{element: "error", message: plain(unansweredText(row)), kind: plain(string(row.Cause)), findings: blocking})
	case len(blocking) > 0:
		over := "over the limits: " + joinNonEmpty("; ", countsOf(blocking).String(), deltaWords(blocking))
		x.part(junitPart{element: "failure", message: over, kind: blocking[0].Severity.String(), findings: blocking})
	}
	if row.Status == result.Skipped {
		x.part(junitPart{element: "skipped", message: plain(cmp.Or(row.Reason, string(row.Cause)))})
	}
	output := junitPart{element: "system-out", findings: others}
	if row.Choice != nil {
		output.before = "\n" + plain(row.Choice.String())
	}
	if output.before != "" || len(others) > 0 {
		x.part(output)
	}
	x.token(start.End())
}

// junitLine writes a finding on a line: severity, place, message.
func junitLine(f *result.Finding) string {
	at := enumerate("", places(placesOf(f)), maxListed)
	return fmt.Sprintf("\n%-8s  %s", strings.ToUpper(f.Severity.String()), plain(joinNonEmpty("  ", at, message(f), likelyNote(f))))
}
