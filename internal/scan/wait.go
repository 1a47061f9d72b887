package scan

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/scangate/scangate/internal/transport"
)

// The pauses between two polls. The first is short, because many scans take less
// than a second. The longest limits a run of half an hour to a hundred polls.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 30 * time.Second
	pauseGrowth  = 1.6
)

// newPauses returns growing, jittered pauses without an end: only the context
// ends a wait. An instance must not be shared by goroutines.
func newPauses() *backoff.ExponentialBackOff {
	return backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(firstPause),
		backoff.WithMultiplier(pauseGrowth),
		backoff.WithMaxInterval(longestPause),
		backoff.WithMaxElapsedTime(0),
	)
}

// poll calls check, with growing pauses before each call, until it is done or
// fails. If ctx ends first, the error is a [*transport.PendingError] with the text
// pending.
func poll(ctx context.Context, pending string, check func() (done bool, err error)) error {
	pauses := newPauses()
	for {
		if !sleep(ctx, pauses.NextBackOff()) {
			return &transport.PendingError{What: pending}
		}
		done, err := check()
		if err != nil {
			return pendingIfCanceled(pending, err)
		}
		if done {
			return nil
		}
	}
}

// sleep reports whether ctx is still alive after the pause.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// pendingIfCanceled returns a [*transport.PendingError] if the end of the context
// canceled the request that returned err, and else err. A request that had failed
// before returns another class of error.
func pendingIfCanceled(pending string, err error) error {
	if t, ok := errors.AsType[*transport.Error](err); ok && t.Class == transport.ClassCanceled {
		return &transport.PendingError{What: pending}
	}
	return err
}

// semaphore bounds the number of concurrent submissions.
type semaphore chan struct{}

func newSemaphore(n int) semaphore { return make(semaphore, n) }

// acquire waits for a free slot, which release must free again. The error is a
// [*transport.PendingError].
func (s semaphore) acquire(ctx context.Context) error {
	const pending = "not submitted: other submissions were still being processed"
	if ctx.Err() != nil {
		return &transport.PendingError{What: pending}
	}
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &transport.PendingError{What: pending}
	}
}

func (s semaphore) release() { <-s }
