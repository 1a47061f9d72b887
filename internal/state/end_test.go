package state

import (
	"testing"
	"time"
)

// The end of a submission is kept with its age, and is that of the first run that saw it.
func TestEndIsKept(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	s := Open(path, options(c))
	c.t = start.Add(10 * time.Minute)
	s.End("scan-1")
	s.End("another")
	c.t = start.Add(15 * time.Minute)
	s = Open(path, options(c))
	s.End("scan-1")
	s = Open(path, options(c))
	wantNotices(t, s)
	wantFound(t, s, key("a"), Entry{ID: "scan-1", Age: 15 * time.Minute, Ended: true, SinceEnd: 5 * time.Minute})
	s.Put(key("a"), "scan-2")
	wantFound(t, s, key("a"), Entry{ID: "scan-2"})
	var none *Store
	none.End("scan-1")
}

// A clock that was ahead when the end was recorded makes the answer last no longer than an hour.
func TestEndInTheFuture(t *testing.T) {
	t.Parallel()
	for ahead, want := range map[time.Duration]bool{time.Second: true, 2 * time.Minute: false, 100 * time.Hour: false} {
		path, c := newFile(t)
		s := Open(path, options(c))
		c.t = start.Add(ahead)
		s.End("scan-1")
		c.t = start
		if _, ok := Open(path, options(c)).Get(key("a")); ok != want {
			t.Errorf("an end %v in the future: found %t, want %t", ahead, ok, want)
		}
	}
}
