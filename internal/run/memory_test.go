package run

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
)

// The limits are above what can be alive here: see TestLimitMemoryLeavesRoom.
//
// Not parallel: the limit is the whole process's.
func TestLimitMemory(t *testing.T) { //nolint:paralleltest // see above
	limit := func() int64 { return debug.SetMemoryLimit(-1) }
	before := limit()
	defer debug.SetMemoryLimit(before)
	const asked, ofUser = 1 << 40, 1 << 41
	for during, outside := range map[int64]int64{asked: math.MaxInt64, ofUser: ofUser} {
		debug.SetMemoryLimit(outside)
		end := limitMemory(asked)
		if got := limit(); got != during {
			t.Errorf("a limit of %d became %d, want %d", outside, got, during)
		}
		if end(); limit() != outside {
			t.Errorf("the limit afterwards is %d, want %d", limit(), outside)
		}
	}
}

// Near the limit, every few megabytes of garbage would be collected.
//
// Not parallel: the limit is the whole process's.
func TestLimitMemoryLeavesRoom(t *testing.T) { //nolint:paralleltest // see above
	before := debug.SetMemoryLimit(math.MaxInt64)
	defer debug.SetMemoryLimit(before)
	held := make([]byte, 2*parsingHeap)
	runtime.GC()
	end := limitMemory(parsingHeap)
	defer end()
	if got := debug.SetMemoryLimit(-1); got < 3*parsingHeap {
		t.Errorf("the limit is %d with %d bytes alive", got, len(held))
	}
	runtime.KeepAlive(held)
}

// Not parallel: the percentage is the whole process's.
func TestCollectAt(t *testing.T) { //nolint:paralleltest // see above
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	before := percent()
	defer debug.SetGCPercent(before)
	for during, outside := range map[int]int{parsingGrowth: 100, 50: 50, -1: -1} {
		debug.SetGCPercent(outside)
		end := collectAt(parsingGrowth)
		if got := percent(); got != during {
			t.Errorf("GOGC=%d became %d, want %d", outside, got, during)
		}
		if end(); percent() != outside {
			t.Errorf("GOGC afterwards is %d, want %d", percent(), outside)
		}
	}
}
