package scan

import (
	"slices"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/state"
)

// Submissions of a kind often take about the same time. Within the time that the latest ones took,
// a submission is polled more often, so that its end is noticed earlier. No pause gets longer by
// it: a service that becomes faster or slower is noticed as early as without it.
const (
	// windowPolls is the number of polls within that time, if it is not too short for them.
	windowPolls = 6
	// windowPause is the shortest pause, and windowShare its share of the time already waited.
	windowPause = 500 * time.Millisecond
	windowShare = pauseShare / 6
)

// window is when a submission probably ends, as time since its begin. The zero window says nothing.
type window struct{ from, to time.Duration }

// windowOf returns when the next submission probably ends. One of eight may be an exception at
// either end.
func windowOf(took []state.Took) window {
	if len(took) == 0 {
		return window{}
	}
	from, to := make([]time.Duration, len(took)), make([]time.Duration, len(took))
	for i, t := range took {
		from[i], to[i] = t.After, t.By
	}
	slices.Sort(from)
	slices.Sort(to)
	beyond := len(took) / 8
	return window{from[beyond], to[len(to)-1-beyond]}
}

// bound returns the pause to make instead of a longer one, after some time of waiting.
func (w window) bound(pause, waited time.Duration) time.Duration {
	switch {
	case w.to == 0 || waited >= w.to || waited+pause < w.from:
		return pause
	case waited < w.from:
		return min(pause, max(w.from-waited, windowPause))
	}
	return min(pause, max((w.to-w.from)/windowPolls, windowPause, portion(waited, windowShare)))
}

// durations are how long the submissions of this run and of earlier ones took. Nil durations know
// nothing, and learn nothing.
type durations struct {
	// store keeps those of this run for later ones. It may be nil.
	store *state.Store

	mu     sync.Mutex
	latest map[result.Kind][]state.Took
	// kept is how many of this run are in the store.
	kept map[result.Kind]int
}

func newDurations(store *state.Store) *durations {
	return &durations{store: store, latest: map[result.Kind][]state.Took{}, kept: map[result.Kind]int{}}
}

func (d *durations) known(kind result.Kind) []state.Took {
	if _, read := d.latest[kind]; !read {
		d.latest[kind] = d.store.Took(string(kind))
	}
	return d.latest[kind]
}

// window returns when a submission of a kind probably ends.
func (d *durations) window(kind result.Kind) window {
	if d == nil {
		return window{}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return windowOf(d.known(kind))
}

// add takes note of a submission that has ended.
func (d *durations) add(kind result.Kind, took state.Took) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.latest[kind] = state.Latest(append(d.known(kind), took))
	if d.kept[kind] < state.MaxTook {
		d.kept[kind]++
		d.store.PutTook(string(kind), took)
	}
}
