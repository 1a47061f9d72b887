package run

import (
	"math"
	"runtime/debug"
	"runtime/metrics"
)

// parsingHeap is the memory above which garbage is collected sooner while templates are parsed: a
// gigabyte of them makes much garbage and keeps little. Many files need more: heldHeap, and perFile
// for each.
const (
	parsingHeap = 38 << 20
	heldHeap    = 20 << 20
	perFile     = 1 << 10
)

// heapFor is the memory for parsing a number of files.
func heapFor(files int) int64 { return max(parsingHeap, heldHeap+int64(files)*perFile) }

// limitMemory sets the process's memory limit until end is called. A limit that the user has set
// with GOMEMLIMIT stands. Near the limit, every few megabytes of garbage would be collected, so it
// leaves half of what is alive free: that is more than expected where a ledger has 100,000 rows.
func limitMemory(bytes int64) (end func()) {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return func() {}
	}
	debug.SetMemoryLimit(max(bytes, liveHeap()/2*3))
	return func() { debug.SetMemoryLimit(math.MaxInt64) }
}

// liveHeap is what the latest collection left of the heap, in bytes.
func liveHeap() int64 {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return int64(live[0].Value.Uint64())
}

// parsingGrowth and askingGrowth are by how much the heap may grow between two collections, in
// percent: much while templates are parsed, because most of it is garbage and parsingHeap bounds
// it, and little while the services are asked, because most of it is the ledger.
const (
	parsingGrowth = 400
	askingGrowth  = 40
)

// collectAt sets by how much the heap may grow between two collections until end is called, in
// percent. What the user has set with GOGC stands.
func collectAt(percent int) (end func()) {
	const byDefault = 100
	before := debug.SetGCPercent(percent)
	if before != byDefault {
		debug.SetGCPercent(before)
	}
	return func() { debug.SetGCPercent(before) }
}
