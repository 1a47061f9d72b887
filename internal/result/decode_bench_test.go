//go:build unix

package result

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// BenchmarkDecode reads a result, and what encoding/json makes of the same text, turn by turn. It
// reports the ratio of processor time, and what the findings take of memory.
func BenchmarkDecode(b *testing.B) {
	n := 200_000
	if testing.Short() {
		n /= 10
	}
	text := manyFindings(b, n)
	before := heapNow()
	r, err := Decode(bytes.NewReader(text))
	if err != nil {
		b.Fatal(err)
	}
	perFinding := float64(heapNow()-before) / float64(n)
	runtime.KeepAlive(r)
	b.ReportAllocs()
	var ours, theirs cost
	for b.Loop() {
		ours.add(b, func() error { _, err := Decode(bytes.NewReader(text)); return err })
		theirs.add(b, func() error { return json.Unmarshal(text, &plainResult{}) })
	}
	b.ReportMetric(float64(ours.time)/float64(theirs.time), "x-encoding/json")
	b.ReportMetric(perFinding, "B/finding")
	b.ReportMetric(float64(ours.allocations)/float64(b.N)/float64(n), "allocs/finding")
}

// plainResult is what encoding/json reads without calling methods for lines.
type plainResult struct {
	Findings []struct {
		Finding

		Locations []struct {
			Location

			Snippet struct {
				Start int      `json:"start"`
				Lines []string `json:"lines"`
			} `json:"snippet"`
		} `json:"locations"`
	} `json:"findings"`
}

// manyFindings is a result with n findings in n/10 files.
func manyFindings(b *testing.B, n int) []byte {
	b.Helper()
	r := sample()
	f := r.Findings[0]
	r.Findings = make([]Finding, n)
	for i := range r.Findings {
		f.Fingerprint, f.Block = fmt.Sprintf("%032x", i), fmt.Sprintf("%032x", i+n)
		f.Summary = fmt.Sprintf("Ensure that it is right %d", i%500)
		f.Rule = RuleID(f.Summary)
		f.Details = fmt.Sprintf("Versioning keeps earlier objects, so that a deleted one can be had back. AWS_S3 (Ref: aws_s3_bucket.logs_%d, File: main.tf)", i)
		f.Resource = fmt.Sprintf("aws_s3_bucket.logs_%d", i)
		line := 1 + i%10*6
		f.Locations = []Location{{
			Path: fmt.Sprintf("stacks/%05d/main.tf", i/10), Line: line, Block: &Range{Start: line, End: line + 5},
			Snippet: &Snippet{Start: line, Lines: LinesOf(fmt.Sprintf("resource \"aws_s3_bucket\" \"logs_%d\" {", i), "  bucket = \"logs\"", "  acl    = \"public-read\"", "}")},
		}}
		r.Findings[i] = f
	}
	var text bytes.Buffer
	if err := Encode(&text, r); err != nil {
		b.Fatal(err)
	}
	return text.Bytes()
}

// heapNow is the memory of what can be reached.
func heapNow() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// cost is what work takes on all processors, with the collection of its garbage.
type cost struct {
	time        time.Duration
	allocations uint64
}

func (c *cost) add(b *testing.B, work func() error) {
	b.Helper()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := usage(b)
	if err := work(); err != nil {
		b.Fatal(err)
	}
	c.time += usage(b) - start
	runtime.ReadMemStats(&after)
	c.allocations += after.Mallocs - before.Mallocs
}

func usage(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
