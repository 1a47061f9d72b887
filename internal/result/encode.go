package result

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/scangate/scangate/internal/jsonx"
)

// Encode writes r as indented JSON, ending in a newline. An empty ledger or
// list of findings is written as [], because Decode takes a missing one for a
// damaged file. The findings are written one at a time: they are nearly all of
// the document, and it is never held in memory.
func Encode(w io.Writer, r *Result) error {
	frame, err := frameOf(r)
	if err != nil {
		return fmt.Errorf("encode result: %w", err)
	}
	// A line break in a string is escaped, so that this can stand only where the
	// top level has it.
	hole := []byte("\n  \"findings\": []")
	head, tail, _ := bytes.Cut(frame, hole)
	out := bufio.NewWriterSize(w, 64<<10)
	fmt.Fprintf(out, "%s%s", head, hole[:len(hole)-1])
	if err := encodeFindings(out, r.Findings); err != nil {
		return fmt.Errorf("encode result: %w", err)
	}
	fmt.Fprintf(out, "]%s", tail)
	if err := out.Flush(); err != nil { // the first error of all writes
		return fmt.Errorf("encode result: %w", err)
	}
	return nil
}

// frameOf is the document without its findings.
func frameOf(r *Result) ([]byte, error) {
	whole := r.withCounts()
	whole.Ledger = append([]Row{}, r.Ledger...)
	whole.Findings = []Finding{}
	whole.Policy.Sources = append([]LimitSource{}, r.Policy.Sources...)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(&whole)
	return b.Bytes(), err
}

func encodeFindings(out *bufio.Writer, findings []Finding) error {
	enc := jsonx.NewEncoder("    ", "  ")
	var text []byte
	// One for all, because encoding moves them to the heap.
	var f Finding
	var d Derived
	before := "\n    "
	for i := range findings {
		f = findings[i]
		d = f.derive()
		f.Derived = &d
		var err error
		if text, err = enc.Append(append(text[:0], before...), &f); err != nil {
			return err
		}
		_, _ = out.Write(text) // the first error is returned by Flush
		before = ",\n    "
	}
	if len(findings) > 0 {
		fmt.Fprint(out, "\n  ")
	}
	return nil
}

// Decode reads what Encode wrote. Anything that Encode can't have written is an error that
// names its field: a verdict must not rest on a part of a file, or on one that was changed
// carelessly. Whether the verdict in it follows from the rest is decided by package gate.
func Decode(rd io.Reader) (*Result, error) {
	var r Result
	rd, err := jsonx.Versioned(rd, "format", FormatVersion)
	if err != nil {
		return nil, err
	}
	err = jsonx.Document(rd, &r)
	if err == nil {
		err = r.check()
	}
	if err != nil {
		return nil, fmt.Errorf("not a valid result: %w", err)
	}
	r.dropDerived()
	return &r, nil
}
