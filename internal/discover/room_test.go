package discover

import (
	"sync"
	"sync/atomic"
	"testing"
)

// No more than maxParsing bytes are parsed at a time, and a larger file alone.
func TestRoom(t *testing.T) {
	t.Parallel()
	r := newRoom()
	var used, large atomic.Int64
	var group sync.WaitGroup
	for i := range 200 {
		size := int64(1 + i*1000)
		if i%20 == 0 {
			size = 10 * maxParsing
		}
		group.Go(func() {
			r.enter(size)
			defer r.leave(size)
			if size > maxParsing {
				large.Add(1)
			}
			if n := used.Add(size); n > maxParsing && n > size {
				t.Errorf("%d bytes are parsed at a time", n)
			}
			used.Add(-size)
		})
	}
	group.Wait()
	if large.Load() != 10 || r.used != 0 {
		t.Errorf("%d large files were parsed, want 10; %d bytes are left", large.Load(), r.used)
	}
}
