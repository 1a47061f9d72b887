package transport

import (
	"sync"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// silence is for how long nobody has answered any request of a client. It
// belongs to the client and not to the request, so that a hundred requests to a
// dead host, one after the other, wait for a minute in all and not each.
type silence struct {
	clock backoff.Clock

	mu sync.Mutex
	// start is when the first attempt began that found nobody; zero: somebody
	// was there after all such.
	start time.Time
	// final is the fault with which a request gave up because of the silence.
	final *Error
}

// heard ends the silence.
func (s *silence) heard() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.start, s.final = time.Time{}, nil
}

// since returns the length of the silence, of which an attempt that began then
// is part.
func (s *silence) since(began time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.start.IsZero() {
		s.start = began
	}
	return s.clock.Now().Sub(s.start)
}

// giveUp keeps a copy of e: the request whose fault it is goes on with its own.
func (s *silence) giveUp(e *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := *e
	s.final = &kept
}

// given returns the fault for a request that is not even tried, because another
// gave up and nothing was heard since; nil where it is to be tried.
func (s *silence) given(method, url string) *Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.final == nil {
		return nil
	}
	e := *s.final
	e.Method, e.URL, e.Attempts, e.ended = method, url, 0, nil
	return &e
}
