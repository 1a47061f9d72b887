//go:build unix

package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/scangate/scangate/internal/result"
)

// BenchmarkAgainstEncodingJSON writes a report, and what encoding/json makes of equal structs one
// after the other, turn by turn. It reports the ratio of processor time, the allocations and the
// bytes of a finding, and the memory that the report takes above the findings.
func BenchmarkAgainstEncodingJSON(b *testing.B) {
	sizes := []int{20_000, 200_000, 1_000_000}
	if testing.Short() {
		sizes = sizes[:1]
	}
	for _, n := range sizes {
		r, perFinding := measured(n)
		for format, equal := range map[string]func(*testing.B, *result.Result) []any{
			"json": equalFindings, "sarif": equalResults(SARIF), "sarif-full": equalResults(SARIFFull),
		} {
			b.Run(fmt.Sprintf("%s/%d", format, n), func(b *testing.B) {
				structs, written := equal(b, r), min(n, limitOf(format))
				above := memoryAbove(b, format, r)
				b.ReportAllocs()
				var ours, theirs time.Duration
				var allocated uint64
				for b.Loop() {
					before := allocations()
					ours += processorTime(func() error { return writeTo(io.Discard, format, r, Options{}) })
					allocated += allocations() - before
					theirs += processorTime(func() error { return stream(structs, written) })
				}
				b.ReportMetric(float64(ours)/float64(theirs), "x-encoding/json")
				b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N)/float64(n), "ns/finding")
				b.ReportMetric(float64(allocated)/float64(b.N)/float64(n), "allocs/finding")
				b.ReportMetric(float64(perFinding), "B/finding")
				b.ReportMetric(float64(above)/1e6, "MB-above")
			})
		}
		runtime.KeepAlive(r)
	}
}

// limitOf is how many findings a format writes.
func limitOf(format string) int {
	if limit, _ := sarifLimit(Options{}); format == SARIF {
		return limit
	}
	return 1 << 30
}

// processorTime is what work takes on all processors, with the collection of its garbage.
func processorTime(work func() error) time.Duration {
	runtime.GC()
	before := usage()
	if err := work(); err != nil {
		panic(err)
	}
	return usage() - before
}

func usage() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measured makes n findings as a scan does, in n/50 files, and tells what each takes.
func measured(n int) (r *result.Result, perFinding uint64) {
	before := heapNow()
	r = &result.Result{Findings: make([]result.Finding, n)}
	for i := range r.Findings {
		r.Findings[i] = placed(i)
	}
	return r, (heapNow() - before) / uint64(n)
}

func placed(i int) result.Finding {
	path := fmt.Sprintf("stacks/%05d/main.tf", i/50)
	at := result.Location{
		Path: path, Line: 1 + i%50*6, Block: &result.Range{Start: 1 + i%50*6, End: 6 + i%50*6},
		Snippet: &result.Snippet{Start: 1 + i%50*6, Lines: result.LinesOf(
			fmt.Sprintf("resource \"aws_s3_bucket\" \"logs_%d\" {", i), "  bucket = \"logs-${var.environment}\"", "  acl    = \"public-read\"", "}",
		)},
	}
	return result.Finding{
		Fingerprint: fmt.Sprintf("%032x", i), Kind: result.KindIaC, Rule: fmt.Sprintf("ensure-s3-buckets-have-versioning-enabled-%012x", i%500),
		Severity: result.Severity(1 + i%5), Count: 1, Summary: fmt.Sprintf("Ensure S3 buckets have versioning enabled (%d)", i%500),
		Details: fmt.Sprintf("Ensure S3 buckets have versioning enabled. AWS_S3 (Ref: aws_s3_bucket.logs_%d, File: main.tf)\n"+
			"Versioning keeps earlier objects, so that a deleted or overwritten one can be had back.", i),
		Target: "iac:" + path, Ref: fmt.Sprintf("aws_s3_bucket.logs_%d", i), File: "main.tf", KindWord: "AWS_S3",
		Submission: "5f0c1e2a-7c1b-4c5e-9d57-0d9d3c1f8a01", Alert: i + 1, Resource: fmt.Sprintf("aws_s3_bucket.logs_%d", i),
		Placement: result.PlacedResource, Locations: []result.Location{at}, Block: fmt.Sprintf("%032x", i),
		Stamp: result.Stamp{Effect: result.Counted, Severity: result.Severity(1 + i%5), Count: 1, Limits: []result.LimitID{"high"}},
	}
}

// stream encodes n of the structs, one after the other and from the start again.
func stream(structs []any, n int) error {
	w := bufio.NewWriter(io.Discard)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range n {
		if err := enc.Encode(structs[i%len(structs)]); err != nil {
			return err
		}
	}
	return w.Flush()
}

// sampled is how many structs are held for the comparison: more than the processor's caches hold,
// as the findings of a run are.
const sampled = 20_000

func equalFindings(b *testing.B, r *result.Result) []any {
	b.Helper()
	part := *r
	part.Findings = r.Findings[:sampled]
	structs := make([]any, 0, sampled)
	for _, f := range part.Complete().Findings {
		equal := &plainFinding{Finding: f}
		for _, l := range f.Locations {
			plain := plainLocation{Location: l, Snippet: &plainSnippet{Start: l.Snippet.Start}}
			for _, line := range l.Snippet.Lines.All() {
				plain.Snippet.Lines = append(plain.Snippet.Lines, line)
			}
			equal.Locations = append(equal.Locations, plain)
		}
		structs = append(structs, equal)
	}
	return structs
}

// plainFinding is a finding that encoding/json writes without calling methods for lines.
type plainFinding struct {
	result.Finding

	Locations []plainLocation `json:"locations,omitempty"`
}

type plainLocation struct {
	result.Location

	Snippet *plainSnippet `json:"snippet,omitempty"`
}

type plainSnippet struct {
	Start int      `json:"start"`
	Lines []string `json:"lines"`
}

// equalResults reads the results of a written report.
func equalResults(format string) func(*testing.B, *result.Result) []any {
	return func(b *testing.B, r *result.Result) []any {
		b.Helper()
		part := *r
		part.Findings = r.Findings[:sampled]
		var text bytes.Buffer
		if err := writeTo(&text, format, &part, Options{}); err != nil {
			b.Fatal(err)
		}
		log, err := sarif.FromBytes(text.Bytes())
		if err != nil {
			b.Fatal(err)
		}
		structs := make([]any, 0, sampled)
		for _, res := range log.Runs[0].Results {
			structs = append(structs, res)
		}
		return structs
	}
}

// heapNow is the memory of what can be reached.
func heapNow() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// allocations counts those of the process.
func allocations() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// memoryAbove is the most memory that a report holds above the findings. It looks at every 10 MB.
func memoryAbove(b *testing.B, format string, r *result.Result) int64 {
	b.Helper()
	w := &watcher{before: heapNow()}
	if err := writeTo(w, format, r, Options{}); err != nil {
		b.Fatal(err)
	}
	return w.most
}

type watcher struct {
	before  uint64
	written int
	most    int64
}

func (w *watcher) Write(p []byte) (int, error) {
	const step = 10 << 20
	if w.written%step+len(p) >= step || w.written == 0 {
		w.most = max(w.most, int64(heapNow())-int64(w.before))
	}
	w.written += len(p)
	return len(p), nil
}
