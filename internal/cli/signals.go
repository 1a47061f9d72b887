package cli

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/scangate/scangate/internal/run"
	"github.com/scangate/scangate/internal/safe"
)

// endingTime is how long a run may take to write its partial result after a signal:
// what hangs, such as a disk or a reader of standard output, is abandoned. CI hosts
// kill a job about ten seconds after the signal.
const endingTime = 4 * time.Second

// withSignals returns a context that the first signal cancels, with a
// [run.InterruptError] as its cause. After it, a second signal ends the process at once.
func (s System) withSignals(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if s.Listen != nil {
		s.Listen()
	}
	safe.Go(func() error {
		select {
		case sig := <-s.Signals:
			cancel(interruptBy(sig))
		case <-ctx.Done():
		}
		if s.Release != nil {
			s.Release()
		}
		return nil
	})
	return ctx, func() { cancel(nil) }
}

func interruptBy(sig os.Signal) run.InterruptError {
	switch sig {
	case syscall.SIGHUP:
		return run.InterruptError{Code: exitHangup, Name: "SIGHUP"}
	case syscall.SIGTERM:
		return run.InterruptError{Code: exitTerminate, Name: "SIGTERM"}
	}
	return run.InterruptError{Code: exitInterrupt, Name: "SIGINT"}
}

// judge runs work, which takes a verdict, and keeps its ending. After a signal it waits
// no longer than endingTime. A panic leaves the run incomplete: Go's own exit code
// for it is that of a usage error.
func (a *app) judge(ctx context.Context, work func(context.Context) (run.Ending, error)) error {
	ctx, release := a.sys.withSignals(ctx)
	defer release()
	var ending run.Ending
	done := safe.Go(func() (err error) {
		ending, err = work(ctx)
		return err
	})
	select {
	case err := <-done:
		a.ending = ending
		return err
	case <-ctx.Done():
	}
	hung := time.NewTimer(endingTime)
	defer hung.Stop()
	select {
	case err := <-done:
		a.ending = ending
		return err
	case <-hung.C:
		return fmt.Errorf("%w; the reports could not be written in time: each is whole, old or absent", context.Cause(ctx))
	}
}
