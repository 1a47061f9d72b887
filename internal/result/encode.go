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
// damaged file. Rows and findings are written one at a time: they are nearly all of
// the document, and it is never held in memory.
func Encode(w io.Writer, r *Result) error {
	frame, err := frameOf(r)
	if err != nil {
		return err
	}
	// One for all, because encoding moves them to the heap.
	var f Finding
	var d Derived
	return encodeAround(w, frame, list{"ledger", len(r.Ledger), func(i int) any {
		return &r.Ledger[i]
	}}, list{"findings", len(r.Findings), func(i int) any {
		f = r.Findings[i]
		d = f.derive()
		f.Derived = &d
		return &f
	}})
}

// EncodeDiff writes a delta as indented JSON, ending in a newline, with each finding after its
// state. Findings are written one at a time.
func EncodeDiff(w io.Writer, d *Delta, findings []Finding, states []State) error {
	type finding struct {
		State State `json:"state"`
		Finding
	}
	frame, err := indented(struct {
		*Delta
		Findings []finding `json:"findings"`
	}{d, []finding{}})
	if err != nil {
		return err
	}
	var f finding // one for all, because encoding moves it to the heap
	return encodeAround(w, frame, list{"findings", len(findings), func(i int) any {
		f = finding{states[i], findings[i]}
		return &f
	}})
}

// frameOf is the document without its rows and findings.
func frameOf(r *Result) ([]byte, error) {
	whole := r.withCounts()
	whole.Ledger = []Row{}
	whole.Findings = []Finding{}
	whole.Policy.Sources = append([]LimitSource{}, r.Policy.Sources...)
	return indented(&whole)
}

// indented is the JSON of a document as it stands in a file.
func indented(document any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(document)
	return b.Bytes(), err
}

// list is a list of a document: its key, its length, and its elements by index.
type list struct {
	key     string
	n       int
	element func(i int) any
}

// encodeAround writes a document whose lists are empty in frame, in the order of the frame. The
// elements are written one at a time: they are nearly all of the document, and it is never held in
// memory.
func encodeAround(w io.Writer, frame []byte, lists ...list) error {
	out := bufio.NewWriterSize(w, 64<<10)
	enc := jsonx.NewEncoder("    ", "  ")
	for _, l := range lists {
		// A line break in a string is escaped, so this can stand only at the top level.
		hole := []byte("\n  \"" + l.key + "\": []")
		head, tail, _ := bytes.Cut(frame, hole)
		fmt.Fprintf(out, "%s%s", head, hole[:len(hole)-1])
		if err := l.encode(out, enc); err != nil {
			return err
		}
		fmt.Fprint(out, "]")
		frame = tail
	}
	_, _ = out.Write(frame)
	return out.Flush() // the first error of all writes
}

// encode writes what stands between the brackets.
func (l list) encode(out *bufio.Writer, enc *jsonx.Encoder) error {
	var text []byte
	before := "\n    "
	for i := range l.n {
		var err error
		if text, err = enc.Append(append(text[:0], before...), l.element(i)); err != nil {
			return err
		}
		_, _ = out.Write(text) // the first error is returned by Flush
		before = ",\n    "
	}
	if l.n > 0 {
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
