package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The document is written in pieces, and is what the encoder makes of the whole.
func TestEncodeIsTheIndentedDocument(t *testing.T) {
	t.Parallel()
	for n := range 3 {
		r := sample()
		r.Verdict.Counts = withZeros(r.Verdict.Counts)
		r.Notices = []Notice{{Text: "\n  \"findings\": []"}}
		r.Category = "\n  \"ledger\": []"
		r.Ledger = append([]Row{}, r.Ledger[:n]...)
		one := r.Findings[0]
		d := one.derive()
		one.Derived = &d
		one.Locations[0].Snippet = &Snippet{Start: 2, Lines: LinesOf("", "resource \"a\" {\t\x1b")}
		r.Findings = []Finding{}
		for range n {
			r.Findings = append(r.Findings, one)
		}
		var want, got bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(r); err != nil {
			t.Fatal(err)
		}
		if err := Encode(&got, r); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), got.String()); diff != "" {
			t.Errorf("%d rows and findings (-want +got):\n%s", n, diff)
		}
	}
}

// largest is the size of the largest write.
type largest int

func (l *largest) Write(b []byte) (int, error) {
	*l = max(*l, largest(len(b)))
	return len(b), nil
}

func TestEncodeHoldsNoList(t *testing.T) {
	t.Parallel()
	for name, grow := range map[string]func(r *Result){
		"ledger":   func(r *Result) { r.Ledger = slices.Repeat(r.Ledger, 1000) },
		"findings": func(r *Result) { r.Findings = slices.Repeat(r.Findings, 1000) },
	} {
		r := sample()
		grow(r)
		var written largest
		if err := Encode(&written, r); err != nil {
			t.Fatal(err)
		}
		if written > 64<<10 {
			t.Errorf("%s: %d bytes were written at once", name, written)
		}
	}
}

func TestDecodeTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "the text ends too early",
		"[]":                           "must not be an array",
		`{"format": 1, "format": 1}`:   "format: duplicate key",
		`{"waived": 1}`:                "waived: unknown key",
		`{"findings": null}`:           "findings: must not be null",
		`{"findings": [{"x": 1}]}`:     "findings[0].x: unknown key",
		`{"findings": []`:              "the text ends too early",
		`{"ledger": [{"targets": 1}]}`: "ledger[0].targets: unknown key",
	} {
		if _, err := Decode(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestEncodeTellsThatTheDiskIsFull(t *testing.T) {
	t.Parallel()
	if err := Encode(full{}, sample()); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("got %v", err)
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		r := sample()
		for len(r.Findings) < n {
			r.Findings = append(r.Findings, r.Findings[0])
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := Encode(io.Discard, r); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/finding")
		})
	}
}
