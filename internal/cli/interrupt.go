package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/scan"
)

// After a signal, everything has ended and the partial result is written within
// two seconds: findings are placed for at most placingTime, and what hangs, such
// as a disk or a reader of standard output, is left alone after endingTime.
const (
	placingTime = time.Second
	endingTime  = 1800 * time.Millisecond
)

// stoppedBy returns the signal that ended ctx.
func stoppedBy(ctx context.Context) (interrupted, bool) {
	var stopped interrupted
	ok := errors.As(context.Cause(ctx), &stopped)
	return stopped, ok
}

// inTime does work, and after a signal waits no longer for it than endingTime. A
// panic of it is an incomplete run: the exit code of Go's own is that of usage.
func inTime(ctx context.Context, work func() error) error {
	done := safe.Go(work)
	select {
	case err := <-done:
		if bug, ok := errors.AsType[*safe.PanicError](err); ok {
			return incompleteError{bug}
		}
		return err
	case <-ctx.Done():
	}
	hung := time.NewTimer(endingTime)
	defer hung.Stop()
	select {
	case err := <-done:
		return err
	case <-hung.C:
		return fmt.Errorf("%w; the reports could not be written in time: each is whole, old or absent", context.Cause(ctx))
	}
}

// cutShort concludes a run that a signal ended before the service was asked. The
// reports are written all the same: their ledger has what was known, which is
// nothing where discovery had not ended, and the run is marked as interrupted.
func (r *scanRun) cutShort(ctx context.Context, stopped interrupted) error {
	if r.cfg == nil || r.cfg.DryRun {
		return stopped
	}
	if r.outputs == nil {
		var err error
		if r.outputs, err = newOutputs(r.cfg.Outputs); err != nil {
			return err
		}
	}
	var outcome scan.Outcome
	if r.plan == nil {
		r.plan = &result.Plan{}
		outcome.Notices = []result.Notice{{Text: stopped.Error() + " before it was known what there is to scan"}}
	}
	outcome.Rows = failPending(r.rows(), result.CauseInterrupted, stopped.Error(), "run the scan again")
	return r.conclude(ctx, outcome)
}

// afterwards is a context for the work after the scan. It outlives the
// deadline, and a signal by placingTime.
func afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(placingTime, cancel) })
	return out, func() { stop(); cancel() }
}
