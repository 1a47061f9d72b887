package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/run"
	"github.com/scangate/scangate/internal/safe"
)

// The exit codes of runs that end without a verdict; those of a verdict come from
// package gate. All codes are fixed, and all others are reserved.
const (
	exitUsage      = 2
	exitIncomplete = 3
	exitHangup     = 129
	exitInterrupt  = 130
	exitTerminate  = 143
)

func usagef(format string, args ...any) error {
	return &run.UsageError{Err: fmt.Errorf(format, args...)}
}

// exitOf returns the exit code of an error, and the word for it. An unclassified error
// leaves the run incomplete: it is never the caller's mistake.
func exitOf(err error) (code int, word string) {
	var signal run.InterruptError
	var usage *run.UsageError
	switch {
	case errors.As(err, &signal):
		return signal.Code, "INTERRUPTED"
	case errors.As(err, &usage):
		return exitUsage, "USAGE"
	}
	return exitIncomplete, "INCOMPLETE"
}

// finish prints how a command ended and returns its exit code. Each of several problems
// has a line; the last line always names the code.
func (a *app) finish(cmd *cobra.Command, err error) int {
	a.sys.Err.CloseArea()
	a.warnOfClosed()
	if err = a.printed(err); err == nil {
		if a.ending.Line != "" {
			a.sys.SayEnding(a.ending)
		}
		return a.ending.Code
	}
	code, word := exitOf(err)
	if bug, ok := err.(*safe.PanicError); ok { //nolint:errorlint // what wraps one says more
		err = a.sys.BugError(bug)
	}
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	last := lines[0]
	if len(lines) > 1 {
		for _, line := range lines {
			a.sys.Err.Log(slog.LevelError, line)
		}
		last = fmt.Sprintf("%d problems, see above", len(lines))
	}
	last = fmt.Sprintf("%s (exit %d): %s", word, code, last)
	if decides(cmd) {
		a.publish(word, code, last)
	}
	a.sys.Err.Log(slog.LevelError, last, slog.Int("exit", code))
	return code
}

// printed is the error of a command, or that of standard output: printing help does not return it.
// Who leaves a pager has read enough.
func (a *app) printed(err error) error {
	lost := a.sys.Out.Err()
	unread := err == nil && a.ending.Code == 0 && !run.ReaderLeft(lost)
	if lost != nil && (unread || errors.Is(err, lost)) {
		return run.NotPrinted(lost)
	}
	return err
}

// warnOfClosed says that what was printed is lost.
func (a *app) warnOfClosed() {
	if out, ok := a.sys.Stdout.(*closedOutput); ok && out.lost.Load() {
		a.sys.Err.Log(slog.LevelWarn, "standard output is closed, or discards what it gets, and was written to; fix: name a file with -o FORMAT=PATH, or use > FILE")
	}
}

// publish shows on the CI host how a run ended. Nothing that goes wrong with it changes
// the exit code.
func (a *app) publish(word string, code int, line string) {
	err := safe.Do(func() error {
		a.sys.Publisher.End(strings.ToLower(word), code, line, word == "INTERRUPTED")
		return nil
	})
	if err != nil {
		a.sys.Err.Log(slog.LevelError, err.Error())
	}
}
