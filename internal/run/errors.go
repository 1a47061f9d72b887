package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/text"
)

// UsageError is something that the caller must change: a flag, a variable, the
// config file, an argument.
type UsageError struct{ Err error }

// Error returns the text of the mistake.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the mistake.
func (e *UsageError) Unwrap() error { return e.Err }

func usagef(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

// NotPrinted is an error of standard output.
func NotPrinted(err error) error {
	return fmt.Errorf("can't write to standard output: %w; fix: make room there, or send it elsewhere", text.WithoutPath(err))
}

// ReaderLeft reports whether an error of standard output is that its reader wants no more, as one
// who leaves a pager.
func ReaderLeft(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}

// InterruptError is the cause with which a signal cancels the context of a run.
type InterruptError struct {
	// Code is the exit code, 129, 130 or 143.
	Code int
	// Name is the signal's, for example SIGTERM.
	Name string
}

// Error names the signal.
func (i InterruptError) Error() string { return "interrupted by " + i.Name }

// interruptOf returns the signal that ended ctx.
func interruptOf(ctx context.Context) (InterruptError, bool) {
	var signal InterruptError
	ok := errors.As(context.Cause(ctx), &signal)
	return signal, ok
}

// mistake classifies an error of the config file, the policy, or a file that they name. What git
// can't give is not a mistake of the user, nor is the end of ctx.
func mistake(ctx context.Context, err error) error {
	_, unread := errors.AsType[*git.Error](err)
	if cause := context.Cause(ctx); unread || cause != nil && errors.Is(err, cause) {
		return early(ctx, err)
	}
	return &UsageError{err}
}

// early classifies an error from before there is a ledger: a signal, a mistake in
// what was asked for, or something that could not be read.
func early(ctx context.Context, err error) error {
	if signal, ok := interruptOf(ctx); ok {
		return signal
	}
	if mistake, ok := errors.AsType[*discover.UsageError](err); ok {
		return &UsageError{mistake}
	}
	if errors.Is(err, context.DeadlineExceeded) && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		what := strings.TrimSuffix(err.Error(), context.DeadlineExceeded.Error()) // "git: …: "
		return fmt.Errorf("%s--timeout was over before all targets were found; fix: raise --timeout", what)
	}
	return err
}
