package result

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	whole := *r
	whole.Ledger = append([]Row{}, r.Ledger...)
	whole.Findings = []Finding{}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(&whole)
	return b.Bytes(), err
}

func encodeFindings(out *bufio.Writer, findings []Finding) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("    ", "  ")
	for i := range findings {
		b.Reset()
		if err := enc.Encode(&findings[i]); err != nil {
			return err
		}
		comma := ","
		if i == 0 {
			comma = ""
		}
		fmt.Fprintf(out, "%s\n    %s", comma, bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	}
	if len(findings) > 0 {
		fmt.Fprint(out, "\n  ")
	}
	return nil
}

// Decode reads what Encode wrote. Unknown fields, another format and anything
// after the document are errors: a verdict must not rest on a part of a file.
func Decode(rd io.Reader) (*Result, error) {
	dec := json.NewDecoder(bufio.NewReaderSize(rd, 64<<10))
	dec.DisallowUnknownFields()
	var r Result
	if err := decodeMembers(dec, &r); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("not a result file: %w", err)
	}
	if r.Format != FormatVersion {
		return nil, fmt.Errorf("result format %d: this version reads format %d", r.Format, FormatVersion)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not a result file: text after the end of the document")
	}
	if r.Ledger == nil || r.Findings == nil {
		return nil, errors.New("not a result file: the ledger or the findings are missing")
	}
	return &r, nil
}

// decodeMembers reads the document's object member by member, and the findings
// one by one: a decoder holds the text of the value that it reads.
func decodeMembers(dec *json.Decoder, r *Result) error {
	if err := expect(dec, '{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		if seen[name] {
			return fmt.Errorf("%q stands in it twice", name)
		}
		seen[name] = true
		if err := decodeMember(dec, name, r); err != nil {
			return err
		}
	}
	return expect(dec, '}')
}

func decodeMember(dec *json.Decoder, name string, r *Result) error {
	if name == "findings" {
		return decodeFindings(dec, r)
	}
	into, ok := map[string]any{
		"format": &r.Format, "tool": &r.Tool, "started": &r.Started, "finished": &r.Finished,
		"endpoint": &r.Endpoint, "embedded": &r.Embedded, "repository": &r.Repository, "change": &r.Change,
		"interrupted": &r.Interrupted, "policy": &r.Policy, "ledger": &r.Ledger,
		"notSent": &r.NotSent, "notices": &r.Notices, "verdict": &r.Verdict,
	}[name]
	if !ok {
		return fmt.Errorf("unknown field %q", name)
	}
	return dec.Decode(into)
}

func decodeFindings(dec *json.Decoder, r *Result) error {
	if err := expect(dec, '['); err != nil {
		return err
	}
	r.Findings = []Finding{}
	for dec.More() {
		var f Finding
		if err := dec.Decode(&f); err != nil {
			return err
		}
		r.Findings = append(r.Findings, f)
	}
	return expect(dec, ']')
}

func expect(dec *json.Decoder, want json.Delim) error {
	got, err := dec.Token()
	if err == nil && got != want {
		return fmt.Errorf("got %v where %v should be", got, want)
	}
	return err
}
