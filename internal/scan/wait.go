package scan

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/state"
	"github.com/scangate/scangate/internal/transport"
)

// newSubmissionPauses returns the growing, jittered pauses between two submissions of
// a request whose first was a duplicate. Only the context ends them. An instance must
// not be shared by goroutines.
func newSubmissionPauses() *backoff.ExponentialBackOff {
	return backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(500*time.Millisecond),
		backoff.WithMultiplier(1.6),
		backoff.WithMaxInterval(30*time.Second),
		backoff.WithMaxElapsedTime(0),
	)
}

// errOngoing makes [backoff.Retry] poll again.
var errOngoing = errors.New("still being processed")

// poll calls check, with a pause before each call, until it is done or fails. check
// sets the retryAfter of the pauses. If ctx ends first, the error is a
// [*transport.PendingError] with the text pending. took is nil if the wait does not begin with the
// submission.
func (r *run) poll(ctx context.Context, kind result.Kind, took *durations, pending string, check func(*pauses) (done bool, err error)) error {
	p := newPauses(ctx)
	p.expected = func() window { return took.window(kind) }
	pause, ended := r.progress.wait(kind)
	defer ended()
	submitted, ongoing := false, time.Duration(0) // the latest time at which it was not done
	var failure error
	end := backoff.RetryNotify(func() error {
		if !submitted { // Retry calls at once, and no scan is done at once
			submitted = true
			return errOngoing
		}
		done, err := check(p)
		switch {
		case err != nil:
			failure = pendingIfCanceled(pending, err)
			return backoff.Permanent(err)
		case !done:
			ongoing = p.waited()
			return errOngoing
		}
		took.add(kind, state.Took{After: ongoing, By: p.waited()})
		return nil
	}, backoff.WithContext(p, ctx), // outermost, because a wrapper around it would not end a pause
		func(_ error, d time.Duration) { pause(d) })
	if failure == nil && end != nil {
		return &transport.PendingError{What: pending}
	}
	return failure
}

// sleep reports whether ctx is still alive after the pause.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
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
