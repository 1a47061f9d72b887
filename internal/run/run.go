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
}

// Ending is how a run ended that took a verdict, or was a dry run.
type Ending struct {
	// Code is the process's exit code.
	Code int
	// Line is the last line of the run, without the leading "scangate: ".
	Line string
}

// Scan walks from the request to the verdict. When ctx ends with an [InterruptError],
// what is known by then is reported, marked as interrupted.
//
// The error is a [*UsageError] for what the caller must change, an [InterruptError]
// where a signal came before there was anything to report, and otherwise
// something that left the run incomplete.
func Scan(ctx context.Context, sys System, req Request) (Ending, error) {
	in, p, a, err := collect(ctx, sys, req)
	defer in.close()
	var signal InterruptError
	switch {
	case errors.As(err, &signal) && in.reporting():
		a = cutShort(in, p, signal)
	case err != nil:
		return Ending{}, err
	case in.cfg.DryRun:
		return dryRun(ctx, in, p)
	}
	return conclude(ctx, in, place(ctx, in, p, a))
}

// collect runs the stages up to the services' answers, within the run's timeout.
// Whatever ends it early, the values of the finished stages are returned with the
// error; those of the others are zero.
func collect(ctx context.Context, sys System, req Request) (in inputs, p planned, a answers, err error) {
	if in, err = prepare(ctx, sys, req); err != nil {
		return in, p, a, err
	}
	// A timer and no time of day: clocks jump.
	ctx, cancel := context.WithTimeout(ctx, in.cfg.Timeout)
	defer cancel()
	if p, err = plan(ctx, in); err != nil || in.cfg.DryRun {
		return in, p, a, err
	}
	a, err = ask(ctx, in, p)
	return in, p, a, err
}
