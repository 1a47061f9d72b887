package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/table"
)

// record is a row of answers that are not lists.
type record []field

// field is a value of a record: a string, a number, a boolean, or a list of strings.
type field struct {
	name  string
	value any
}

// Text returns the value of a column.
func (r record) Text(column string) (string, bool) {
	for _, f := range r {
		if f.name != column {
			continue
		}
		switch v := f.value.(type) {
		case []string:
			return strings.Join(v, ", "), len(v) > 0
		case *bool:
			if v == nil {
				return "", false
			}
			return fmt.Sprint(*v), true
		default:
			return fmt.Sprint(v), true
		}
	}
	return "", false
}

// JSON returns the record as an object, with its fields in their order.
func (r record) JSON() []byte {
	var b bytes.Buffer
	for i, f := range r {
		b.WriteByte("{,"[min(i, 1)])
		fmt.Fprintf(&b, "%q:", f.name)
		value, _ := json.Marshal(f.value) // strings, numbers, booleans and lists of these
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// public returns the record without mail addresses.
func (r record) public() record {
	masked := make(record, len(r))
	for i, f := range r {
		if text, ok := f.value.(string); ok {
			f.value = secret.Personal().Mask(text)
		}
		masked[i] = f
	}
	return masked
}

// recordRows are records as rows, without mail addresses unless personal is set.
func recordRows(records []record, personal bool) iter.Seq2[table.Row, error] {
	return func(yield func(table.Row, error) bool) {
		for _, r := range records {
			if !personal {
				r = r.public()
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func statusRecord(scanID string, s optix.IaCStatus) record {
	state := "failed"
	switch {
	case s.Ongoing:
		state = "ongoing"
	case s.Success:
		state = "success"
	}
	return record{{"scan_id", scanID}, {"state", state}, {"error", s.Error}}
}

func alertRecord(a optix.IaCAlert) record {
	return record{{"scanID", a.ScanID}, {"criticalLevel", a.Severity}, {"alertSummary", a.Summary}, {"alertDetails", a.Details}}
}

// imageRecord has a field for each severity of the reference; others are together in one.
func imageRecord(i optix.Image) record {
	r := record{{"fullTag", i.FullTag}, {"registry", i.Registry}}
	var others []string
	counts := map[string]any{}
	for _, c := range i.Vulnerabilities {
		counts[strings.ToLower(c.Severity)] = c.N
	}
	for _, severity := range []string{"critical", "high", "medium", "low"} {
		if n, ok := counts[severity]; ok {
			r = append(r, field{severity, n})
			delete(counts, severity)
		}
	}
	for _, c := range i.Vulnerabilities {
		if _, ok := counts[strings.ToLower(c.Severity)]; ok {
			others = append(others, fmt.Sprintf("%s %d", c.Severity, c.N))
		}
	}
	return append(r, field{"others", others}, field{"isSecure", i.Secure}, field{"files", i.Files})
}

// The columns of records.
func statusColumns() []string { return []string{"scan_id", "state", "error"} }
func reportColumns() []string { return []string{"criticalLevel", "alertSummary", "alertDetails"} }
func imageColumns() []string {
	return []string{"fullTag", "critical", "high", "medium", "low", "others", "isSecure", "files"}
}
