package scan

import (
	"fmt"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

// BenchmarkSplit100k divides 100,000 templates in 5,000 folders among 8 shards.
func BenchmarkSplit100k(b *testing.B) {
	p := &result.Plan{}
	for i := range 100_000 {
		p.Rows = append(p.Rows, result.Row{Target: result.Target{Kind: result.KindIaC, Name: fmt.Sprintf("m%d/t%d.tf", i/20, i), Size: 1000}})
	}
	b.ReportAllocs()
	for b.Loop() {
		Split(p, 8)
	}
}
