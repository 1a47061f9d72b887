package cli

import (
	"errors"
	"fmt"
	"strings"
)

// The exit codes. They are fixed; all others are reserved. Those of a verdict
// come from gate.Verdict; the ones here are for runs that end before it.
const (
	exitOK         = 0
	exitUsage      = 2
	exitIncomplete = 3
	exitInterrupt  = 130
	exitTerminate  = 143
)

// exitCodes is the table of scangate help exit-codes and of the README.
const exitCodes = `  0  pass             every planned target was answered, and no limit was crossed
  1  gate failed      a limit was crossed
  2  usage            a bad flag, config or result file
  3  incomplete       some target has no answer: no key or a wrong one, API, quota, upload, an unknown state
  4  nothing to scan  no target was found, or all were skipped, without --allow-empty
  5  timeout          the service answered well and was not done by the deadline
130  SIGINT           after the partial result was written
143  SIGTERM          likewise

Where several apply: 2, then a signal, then 1, 3, 5, 4, 0. Exit 0 is a pass, but
for UNVERIFIED (--on-error warn, --on-no-credentials warn), FAIL (exit 0, soft)
(--soft-fail) and DRY RUN (--dry-run), each of which the last line names.
`

// usageError is something that the caller must change: a flag, the config, an
// argument.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// incompleteError ends a run before there was a ledger: git can't answer, the
// tree can't be read, a report can't be written.
type incompleteError struct{ err error }

func (e incompleteError) Error() string { return e.err.Error() }
func (e incompleteError) Unwrap() error { return e.err }

// finish turns the error that ended a command into its exit code, and prints
// it: several problems a line each, and always one last line that names the
// code.
func (a *app) finish(command string, err error) int {
	if err == nil {
		return a.code
	}
	code, word := exitUsage, "USAGE"
	var stopped interrupted
	var incomplete incompleteError
	switch {
	case errors.As(err, &stopped):
		code, word = stopped.code, "INTERRUPTED"
	case errors.As(err, &incomplete):
		code, word = exitIncomplete, "INCOMPLETE"
	}
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	last := lines[0]
	if len(lines) > 1 {
		for _, line := range lines {
			a.complain(line)
		}
		last = fmt.Sprintf("%d problems, see above", len(lines))
	}
	last = fmt.Sprintf("%s (exit %d): %s", word, code, last)
	a.endOnGitHub(command, strings.ToLower(word), code, last)
	a.verdictLine(last)
	return code
}
