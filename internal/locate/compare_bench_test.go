//go:build unix

package locate

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// resourcesPerFile is how many the templates of BenchmarkPlaceAndParse have.
const resourcesPerFile = 10

// BenchmarkPlaceAndParse places 200,000 findings in 20,000 templates, and only parses these, turn
// by turn. It reports the ratio of processor time, without and with snippets: at most 2. It reports
// what a finding takes of memory, too, without and with a snippet of its own: at most 1 KB.
func BenchmarkPlaceAndParse(b *testing.B) {
	files := 20_000
	if testing.Short() {
		files /= 20
	}
	const perSubmission = 200
	r := &repo{files: map[string]string{}}
	var submissions []result.Submission
	var targets []result.Target
	for i := range files {
		path := fmt.Sprintf("stacks/s%d/f%d.tf", i/20, i%20)
		r.add(path, groups(i))
		targets = append(targets, result.Target{Kind: result.KindIaC, Name: path})
		if i%perSubmission == 0 {
			submissions = append(submissions, result.Submission{ID: fmt.Sprintf("scan-%d", i)})
		}
		last := &submissions[len(submissions)-1]
		last.Paths = append(last.Paths, path)
		for j := range resourcesPerFile {
			last.Alerts = append(last.Alerts, alert(fmt.Sprintf("Ensure no security group allows ingress from the internet to port %d", 20+j),
				fmt.Sprintf("The security group allows ingress from 0.0.0.0/0 to port %d.<br>AWS_SECURITY_GROUP (Ref: aws_security_group.g%d_%d, File: %s) branch: main", 20+j, i, j, path)))
		}
	}
	b.ReportAllocs()
	source := r.source(targets...)
	before := heapNow()
	found := mustPlace(b, submissions, nil, source)
	bare := float64(heapNow()-before) / float64(len(found))
	mustSnippets(b, found, source)
	whole := float64(heapNow()-before) / float64(len(found))
	runtime.KeepAlive(found)
	found = nil
	var place, cut, parse cost
	for b.Loop() {
		place.add(func() { found = mustPlace(b, submissions, nil, source) })
		if len(found) != files*resourcesPerFile {
			b.Fatal(len(found))
		}
		cut.add(func() { mustSnippets(b, found, source) })
		found = nil
		parse.add(func() { parseAll(r, 20) })
	}
	b.ReportMetric(float64(place.processor)/float64(parse.processor), "x-parsing")
	b.ReportMetric(float64(place.wall)/float64(parse.wall), "x-parsing-wall")
	b.ReportMetric(float64(place.processor+cut.processor)/float64(parse.processor), "x-parsing-with-snippets")
	b.ReportMetric(bare, "B/finding")
	b.ReportMetric(whole, "B/finding-with-snippet")
}

// groups is a template of security groups.
func groups(file int) string {
	var b strings.Builder
	for j := range resourcesPerFile {
		fmt.Fprintf(&b, "resource \"aws_security_group\" \"g%d_%d\" {\n  name = \"g-${var.env}\"\n  ingress {\n    from_port   = %[3]d\n    to_port     = %[3]d\n"+
			"    protocol    = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n  tags = {\n    team = \"a\"\n  }\n}\n", file, j, 20+j)
	}
	return b.String()
}

// parseAll parses the files, n of a folder together.
func parseAll(r *repo, n int) {
	for from := 0; from < len(r.paths); from += n {
		var folder []template.RawFile
		for _, path := range r.paths[from:min(from+n, len(r.paths))] {
			folder = append(folder, template.RawFile{Path: path, Content: []byte(r.files[path])})
		}
		template.ParseFolder(folder)
	}
}

// cost is what work takes on all processors, with the collection of its garbage, and until it ends.
type cost struct{ processor, wall time.Duration }

func (c *cost) add(work func()) {
	runtime.GC()
	before, start := usage(), time.Now()
	work()
	c.processor += usage() - before
	c.wall += time.Since(start)
}

// heapNow is the memory of what can be reached.
func heapNow() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func usage() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
