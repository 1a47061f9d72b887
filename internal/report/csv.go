package report

import (
	"cmp"
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
)

// csvColumns are the columns of the csv report and their values.
func csvColumns() []csvColumn {
	return []csvColumn{
		{"row", func(*result.Finding) string { return "finding" }},
		{"severity", func(f *result.Finding) string { return f.Severity.String() }},
		{"blocking", func(f *result.Finding) string { return strconv.FormatBool(f.Stamp.Blocks()) }},
		{"effect", func(f *result.Finding) string { return string(f.Stamp.Effect) }},
		{"kind", func(f *result.Finding) string { return string(f.Kind) }},
		{"path", func(f *result.Finding) string { return exactPath(firstLocation(f).Path) }},
		{"line", csvLine},
		{"likely line", csvLikely},
		{"places", func(f *result.Finding) string { return strconv.Itoa(len(f.Locations)) }},
		{"title", title},
		{"resource", func(f *result.Finding) string { return f.Resource }},
		{"count", func(f *result.Finding) string { return strconv.Itoa(f.Count) }},
		{"details", says},
		{"fix", fixFor},
		{"note", findingNote},
		{"rule", ruleName},
		{"target", func(f *result.Finding) string { return f.Target }},
		{"account", func(f *result.Finding) string { return f.InCloud().Account }},
		{"region", func(f *result.Finding) string { return f.InCloud().Region }},
		{"delta", func(f *result.Finding) string { return string(f.Delta) }},
		{"fingerprint", func(f *result.Finding) string { return f.Fingerprint }},
	}
}

type csvColumn struct {
	name  string
	value func(*result.Finding) string
}

func csvLine(f *result.Finding) string {
	if line := firstLocation(f).Line; line > 0 && f.Placement != result.PlacedFile {
		return strconv.Itoa(line)
	}
	return ""
}

// csvLikely is the line that may hold the fault.
func csvLikely(f *result.Finding) string {
	if at := likelyLine(f); at != nil {
		return strconv.Itoa(at.Line)
	}
	return ""
}

// writeCSV writes a table for spreadsheets (RFC 4180) with a header: a row for each finding, waived
// and known ones too, for each target without an answer, and for what was not sent. The first
// column says which it is. Only --min-severity leaves anything out; the last row counts it.
func writeCSV(w io.Writer, m *Model, _ Options) error {
	columns := csvColumns()
	out := csv.NewWriter(w)
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = c.name
	}
	_ = out.Write(record) // the writer keeps its first error
	for i := range m.result.Ledger {
		if row := &m.result.Ledger[i]; row.Unanswered() {
			_ = out.Write(csvUnanswered(columns, row))
		}
	}
	all := m.withOutside()
	sortFindings(all)
	for _, f := range all {
		for i, c := range columns {
			record[i] = csvCell(c.value(f))
		}
		_ = out.Write(record)
	}
	for _, n := range m.result.NotSent {
		_ = out.Write(csvRow(columns, map[string]string{"row": "not-sent", "kind": n.What, "path": exactPath(n.Path), "title": n.Why}))
	}
	if note := m.hiddenNote(); note != "" {
		_ = out.Write(csvRow(columns, map[string]string{"row": "not-shown", "title": note}))
	}
	out.Flush()
	return out.Error()
}

func csvUnanswered(columns []csvColumn, row *result.Row) []string {
	at := placeOf(row)
	line := ""
	if at.Line > 0 {
		line = strconv.Itoa(at.Line)
	}
	return csvRow(columns, map[string]string{
		"row": "no-answer", "kind": string(row.Target.Kind), "path": exactPath(at.Path), "line": line,
		"title": cmp.Or(row.Reason, "no answer"), "fix": row.Fix, "target": row.Target.ID(),
	})
}

func csvRow(columns []csvColumn, values map[string]string) []string {
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = csvCell(values[c.name])
	}
	return record
}

// csvCell makes a text harmless on one line, and no formula.
func csvCell(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\r' || r == '\n' }), " ")
	return console.NoFormula(clean(s))
}
