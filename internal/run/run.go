// Package run is one walk from what is asked for to the verdict:
//
//	prepare → plan → ask → place → decide → report
//
// Each stage takes values and returns values, and nothing turns back. Package cli
// parses the command line and turns what comes out into an exit code; the packages
// below do the work of one stage each and know nothing of flags.
package run

import (
	"context"
	"errors"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
)

// Request is what a command line asks for.
type Request struct {
	// Path is the folder to scan.
	Path string
	// Settings are those that the command has, and Flags the ones that were given.
	Settings []config.Setting
	Flags    config.Flags
	// AlertsOnly leaves the tree alone: scangate alerts.
	AlertsOnly bool
	// leaveOut may skip targets that have no answer: scangate init excludes them. Its error ends
	// the run. Nil leaves the rows alone.
	leaveOut func(rows []result.Row) error
}

// Ending is how a run ended that took a verdict, or was a dry run.
type Ending struct {
	// Code is the process's exit code.
	Code int
	// Line is the last line of the run, without the leading "scangate: ".
	Line string
	// Color is set where Line may be coloured.
	Color bool
}

// Scan walks from the request to the verdict. When ctx ends with an [InterruptError],
// or a bug of scangate panics, what is known by then is reported, and why it is not all.
//
// The error is a [*UsageError] for what the caller must change, an [InterruptError]
// where a signal came before there was anything to report, and otherwise
// something that left the run incomplete.
func Scan(ctx context.Context, sys System, req Request) (Ending, error) {
	in, p, a, err := collect(ctx, sys, req)
	defer in.close()
	signal, interrupted := errors.AsType[InterruptError](err)
	bug, panicked := errors.AsType[*safe.PanicError](err)
	switch {
	case interrupted && in.reporting():
		a = a.interrupted(in, p, signal)
	case panicked && in.reporting():
		a = a.broken(in, p, bug)
	case err != nil:
		return Ending{}, err
	case in.cfg.DryRun:
		return dryRun(ctx, in, p)
	case req.leaveOut != nil:
		if err := req.leaveOut(a.rows); err != nil {
			return Ending{}, err
		}
	}
	if _, ok := interruptOf(ctx); ok {
		in.sayInterrupted(a.rows)
	}
	in.setMoved(ctx, p.allRows(in, a.rows))
	defer limitMemory(a.placingHeap())()
	return conclude(ctx, in, place(ctx, in, p, a))
}

// collect runs the stages up to the services' answers, within the run's timeout.
// Whatever ends it early, a panic too, the values of the finished stages are returned
// with the error; those of the others are zero.
func collect(ctx context.Context, sys System, req Request) (in inputs, p planned, a answers, err error) {
	var status *console.Status
	err = safe.Do(func() (err error) {
		if in, err = prepare(ctx, sys, req); err != nil {
			return err
		}
		status = in.status()
		if err := in.startTrace(len(in.alerts.Rows()) > 0); err != nil {
			return err
		}
		// A timer and no time of day: clocks jump.
		ctx, cancel := context.WithTimeout(ctx, in.cfg.Timeout)
		defer cancel()
		if in, p, err = plan(ctx, in); err != nil {
			return err
		}
		if p.share = in.shareOf(p); in.cfg.DryRun {
			return nil
		}
		// Before anything is sent: the tree may change while the services work.
		if err = p.setDigest(ctx, in); err != nil {
			return err
		}
		in.sys.Publisher.checkComment(ctx, in.cfg)
		in.steps.ask()
		a, err = ask(ctx, in, p)
		return err
	})
	if stopped := status.Stop(); err == nil {
		err = stopped // its panic is a bug like any other
	}
	return in, p, a, err
}
