package discover

import "sync"

// maxParsing is how many bytes of files are parsed at a time, unless one file is
// larger. Parsing takes up to a hundred times the size of a file in memory, which
// must not grow with the number of processors.
const maxParsing = 256 << 10

// room bounds the files that are parsed at a time.
type room struct {
	changed *sync.Cond
	used    int64
}

func newRoom() *room { return &room{changed: sync.NewCond(&sync.Mutex{})} }

// enter waits until there is room for a file of size bytes.
func (r *room) enter(size int64) {
	r.changed.L.Lock()
	defer r.changed.L.Unlock()
	for r.used > 0 && r.used+size > maxParsing {
		r.changed.Wait()
	}
	r.used += size
}

// leave gives back what enter took.
func (r *room) leave(size int64) {
	r.changed.L.Lock()
	defer r.changed.L.Unlock()
	r.used -= size
	r.changed.Broadcast()
}
