package scan

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/scangate/scangate/internal/transport"
)

// The pauses between two questions. The first is well within a second, for the
// many scans that are done at once; the longest keeps a run of half an hour to
// a hundred questions.
const (
	firstPause  = 500 * time.Millisecond
	longest     = 30 * time.Second
	pauseGrowth = 1.6
)

// newPauses returns growing, jittered pauses without an end of their own: the
// context is the one deadline. An instance serves one goroutine.
func newPauses() *backoff.ExponentialBackOff {
	return backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(firstPause),
		backoff.WithMultiplier(pauseGrowth),
		backoff.WithMaxInterval(longest),
		backoff.WithMaxElapsedTime(0),
	)
}

// poll asks check with growing pauses until it is done or fails. The text what
// says for people what is being waited for.
func poll(ctx context.Context, what string, check func() (bool, error)) error {
	pauses := newPauses()
	for {
		if !sleep(ctx, pauses.NextBackOff()) {
			return &transport.PendingError{What: what}
		}
		done, err := check()
		if err != nil {
			return stillWaiting(ctx, what, err)
		}
		if done {
			return nil
		}
	}
}

// sleep waits, and reports whether ctx is still alive.
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

// stillWaiting turns the error of a question that was cut off by the context,
// with no fault before it, into a wait: the answers so far were good.
func stillWaiting(ctx context.Context, what string, err error) error {
	if cutOff(ctx, err) && !isFault(err) {
		return &transport.PendingError{What: what}
	}
	return err
}

// cutOff reports whether err came of the end of ctx. A single request that took
// too long looks like an expired context too, hence the first question.
func cutOff(ctx context.Context, err error) bool {
	var wait *transport.PendingError
	if ctx.Err() == nil {
		return false
	}
	return errors.As(err, &wait) || errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))
}

// isFault reports whether something was wrong before the context ended.
func isFault(err error) bool {
	var t *transport.Error
	return errors.As(err, &t) && t.Class != transport.ClassCanceled
}

// lane lets a fixed number of submissions be under way at once.
type lane chan struct{}

func newLane(width int) lane { return make(lane, width) }

// enter waits for a free place; leave must follow unless there is an error.
func (l lane) enter(ctx context.Context) error {
	const what = "not submitted: its turn had not come"
	if ctx.Err() != nil {
		return &transport.PendingError{What: what}
	}
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &transport.PendingError{What: what}
	}
}

func (l lane) leave() { <-l }
