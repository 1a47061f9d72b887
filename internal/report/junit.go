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

// junitSuite is what a suite says of itself before its cases, and the rows that
// these are made of, one at a time.
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

// writeJUnit writes a suite for each kind and a case for each target, so that a
// row of the ledger is a test: it passes if it was answered and none of its
// findings crossed a limit. Findings within the limits are its output.
func writeJUnit(w io.Writer, r *result.Result, o Options) error {
	rows, findings := rowsWithFindings(r, o)
	suites := junitSuites(rows, findings)
	var all junitSuite
	for _, s := range suites {
		all.tests, all.failures, all.errors, all.skipped = all.tests+s.tests, all.failures+s.failures, all.errors+s.errors, all.skipped+s.skipped
	}
	out := bufio.NewWriterSize(w, 64<<10)
	fmt.Fprint(out, xml.Header)
	enc := xml.NewEncoder(out)
	enc.Indent("", "  ")
	root := all.start("testsuites", "scangate", r)
	tokens := []xml.Token{root}
	for _, s := range suites {
		start := s.start("testsuite", "scangate."+plain(string(s.kind)), r)
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

// start is the element that opens a suite, or all of them. The kinds are scanned
// side by side, so that each suite takes the run's whole time.
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

// junitSuites parts the rows by kind and counts how they ended.
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
	slices.SortFunc(suites, func(a, b *junitSuite) int { return cmp.Compare(kindOrder(a.kind), kindOrder(b.kind)) })
	return suites
}

// ownerless is the test case of findings that belong to no target.
const ownerless = "findings that belong to no target"

// rowsWithFindings returns the ledger and each row's findings, worst first. What
// belongs to no row has one of its own, so that nothing goes untold: an image that
// nobody planned, an alert without a file.
func rowsWithFindings(r *result.Result, o Options) ([]result.Row, map[string][]*result.Finding) {
	shown, _ := visible(r.Findings, o)
	slices.SortFunc(shown, compareFindings)
	rows := slices.Clone(r.Ledger)
	byRow := map[string][]*result.Finding{}
	known := map[string]bool{}
	for i := range rows {
		known[rows[i].Target.ID()] = true
	}
	for _, f := range shown {
		id := f.Target
		if !known[id] {
			extra := result.Target{Kind: f.Kind, Name: cmp.Or(f.Image, ownerless)}
			id = extra.ID()
			if !known[id] {
				known[id] = true
				rows = append(rows, result.Row{Target: extra, Status: result.Answered, Evidence: result.ByName})
			}
		}
		byRow[id] = append(byRow[id], f)
	}
	return rows, byRow
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
	c := junitCase{Name: plain(row.Target.Name), ClassName: "scangate." + plain(string(row.Target.Kind)), Time: "0"}
	if row.Target.Name != ownerless {
		c.File = plain(placeOfRow(row).Path)
	}
	var over, within []*result.Finding
	for _, f := range findings {
		if blocks(f) {
			over = append(over, f)
		} else {
			within = append(within, f)
		}
	}
	switch row.Status {
	case result.Answered:
	case result.Skipped:
		c.Skipped = &junitFault{Message: plain(cmp.Or(row.Reason, string(row.Cause)))}
	default:
		// An error outranks a failure, so that it tells the findings as well.
		c.Error = &junitFault{Message: plain(unansweredText(row)), Type: plain(string(row.Cause)), Text: junitText(over)}
		over = nil
	}
	if len(over) > 0 {
		c.Failure = &junitFault{Message: "over the limits: " + countsOf(over).String(), Type: over[0].Severity.String(), Text: junitText(over)}
	}
	if len(within) > 0 {
		c.Output = &junitOutput{junitText(within)}
	}
	return c
}

func blocks(f *result.Finding) bool { return f.Stamp.Blocks() }

func countsOf(findings []*result.Finding) counts {
	var n counts
	for _, f := range findings {
		n.add(f)
	}
	return n
}

// junitText tells each finding on a line: severity, place, what it is.
func junitText(findings []*result.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		at := listed("", places(f.Locations), briefly)
		fmt.Fprintf(&b, "\n%-8s  %s", strings.ToUpper(f.Severity.String()), plain(joinNonEmpty("  ", at, tell(f))))
	}
	if b.Len() > 0 {
		b.WriteString("\n")
	}
	return b.String()
}
