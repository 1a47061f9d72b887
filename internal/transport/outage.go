package transport

import (
	"sync"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// outage measures how long a client has not reached its host. It belongs to the
// client and not to a request: a hundred requests to a dead host, one after the
// other, wait for a minute together and not each.
type outage struct {
	clock backoff.Clock

	mu sync.Mutex
	// start is when the first attempt began that did not reach the host. It is
	// zero after an attempt that did.
	start time.Time
	// reached: an attempt has reached the host before.
	reached bool
	// final is the fault of the request that gave up because of the outage.
	final *Error
}

// end records that the host was reached.
func (o *outage) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.start, o.final, o.reached = time.Time{}, nil, true
}

// giveUpUnknown is giveUp for a host whose name does not exist and that was never reached: other
// requests would only wait for their pace to find out the same.
func (o *outage) giveUpUnknown(e *Error) {
	o.mu.Lock()
	reached := o.reached
	o.mu.Unlock()
	if !reached && e.Class == ClassDNS && !e.state.transient {
		o.giveUp(e)
	}
}

// length returns how long the outage has lasted. An attempt that began at the
// given time is part of it.
func (o *outage) length(began time.Time) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.start.IsZero() {
		o.start = began
	}
	return o.clock.Now().Sub(o.start)
}

// giveUp records the fault of a request that gives up. It keeps a copy, because
// the request completes its own.
func (o *outage) giveUp(e *Error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	final := *e
	o.final = &final
}

// fault returns the fault for a request that fails without an attempt, because
// another one gave up and the host was not reached since. It returns nil if the
// request is to be made.
func (o *outage) fault(method, url string) *Error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.final == nil {
		return nil
	}
	e := *o.final
	e.Method, e.URL, e.Attempts, e.ended = method, url, 0, nil
	return &e
}
