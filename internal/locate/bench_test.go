package locate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

// manyFiles returns a repository of n templates with 50 resources each.
func manyFiles(n int) *repo {
	r := &repo{files: map[string]string{}}
	for i := range n {
		var b strings.Builder
		for j := range 50 {
			fmt.Fprintf(&b, "resource \"aws_s3_bucket\" \"b%d_%d\" {\n  bucket = \"n%d\"\n  acl    = \"private\"\n}\n", i, j, j)
		}
		r.add(fmt.Sprintf("stack%d/main.tf", i), b.String())
	}
	return r
}

// BenchmarkPlace reports the time per finding, which must not grow with the number
// of findings: compare the sizes.
func BenchmarkPlace(b *testing.B) {
	const files = 100
	r := manyFiles(files)
	for name, form := range map[string]string{
		"file":     "The 'acl' is open. AWS_S3 (Ref: aws_s3_bucket.b%[1]d_%[2]d, File: stack%[1]d/main.tf) branch: m",
		"basename": "It is open. AWS_S3 (Ref: aws_s3_bucket.b%[1]d_%[2]d, File: main.tf) branch: m",
		"ref":      "It is open. AWS_S3 (Ref: b%[1]d_%[2]d)",
		"mention":  "The bucket aws_s3_bucket.b%[1]d_%[2]d in stack%[1]d/main.tf is open",
		"unknown":  "It is open. (Ref: gone%[1]d, File: main.tf)",
	} {
		for _, n := range []int{1_000, 10_000, 100_000} {
			var alerts []result.Alert
			for i := range n {
				alerts = append(alerts, alert("Ensure it is closed", fmt.Sprintf(form, i%files, i%50)))
			}
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if got := r.placeAll(b.Context(), alerts...); len(got) != n {
						b.Fatal(len(got))
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/finding")
			})
		}
	}
}

// BenchmarkHostileText reports the time per byte, which must not grow with the size.
func BenchmarkHostileText(b *testing.B) {
	for name, unit := range map[string]string{
		"labels": "Ref: a ", "brackets": "(Ref: [({ ", "comments": "<!--", "tags": "<a '\"", "blanks": "Ref:      ", "quotes": "Ref: '", "lines": "(Ref: a, File: b)\nx\n",
	} {
		for _, n := range []int{1 << 14, 1 << 18} {
			text := strings.Repeat(unit, n/len(unit))
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					segments(text)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/byte")
			})
		}
	}
}
