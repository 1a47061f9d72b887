package run

import (
	"math"
	"runtime/debug"
	"testing"
)

// Not parallel: the limit is the whole process's.
func TestLimitMemory(t *testing.T) { //nolint:paralleltest // see above
	limit := func() int64 { return debug.SetMemoryLimit(-1) }
	before := limit()
	defer debug.SetMemoryLimit(before)
	for during, outside := range map[int64]int64{parsingHeap: math.MaxInt64, 1 << 30: 1 << 30} {
		debug.SetMemoryLimit(outside)
		end := limitMemory(parsingHeap)
		if got := limit(); got != during {
			t.Errorf("a limit of %d became %d, want %d", outside, got, during)
		}
		if end(); limit() != outside {
			t.Errorf("the limit afterwards is %d, want %d", limit(), outside)
		}
	}
}
