package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
			t.Errorf("%d findings (-want +got):\n%s", n, diff)
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
