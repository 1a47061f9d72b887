// Package gate takes the verdict: it holds the ledger and the findings of a run against the limits.
// It is pure: no I/O, no clock, and the same verdict whatever the order of rows and findings.
//
// It is the only place that can make a pass. [Verdict] has no exported field, and its zero value is
// incomplete, so that a verdict nobody took is never one.
package gate

import (
	"maps"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// The exit codes that a verdict can have (DESIGN "Exit codes"). Usage errors, 2, never reach the
// gate.
const (
	ExitPass       = 0
	ExitFail       = 1
	ExitIncomplete = 3
	ExitEmpty      = 4
	ExitTimeout    = 5
	ExitInterrupt  = 130
	ExitTerminate  = 143
)

// Options are the choices of the command line that change what an outcome is worth. None of them
// can make a pass of a run with a target unanswered.
type Options struct {
	// SoftFail takes exit 1 out of the precedence; 3, 4 and 5 stay.
	SoftFail bool
	// OnErrorWarn makes every 3 and 5 UNVERIFIED, exit 0.
	OnErrorWarn bool
	// OnNoCredentialsWarn does so where a missing key is all that is wrong.
	OnNoCredentialsWarn bool
	// AllowEmpty makes a run without a target a pass.
	AllowEmpty bool
	// Interrupted is the exit code of the signal that ended the run, 130 or 143; 0 if none did. Any
	// other value counts as 130.
	Interrupted int
	// Embedded labels the verdict as one of the embedded service.
	Embedded bool
	// Change is what the run was narrowed to, nil for nothing. Findings outside of it don't count,
	// and a run that it leaves nothing to plan passes where there are targets that it doesn't
	// touch.
	Change *result.Change
}

// Verdict is a decision. The zero value is incomplete: exit 3, not passed.
type Verdict struct {
	outcome result.Outcome
	signal  int
	soft    bool
	counts  map[result.Severity]int
	limits  []result.LimitCheck
	ledger  ledger
	line    string
}

// Decide takes the verdict by p on the rows and findings of one run. It returns a stamp for each
// finding, in the order of findings: the verdict's counts are sums over the stamps. The order of
// precedence is: signal, 1, 3, 5, 4, 0.
func Decide(rows []result.Row, findings []result.Finding, p result.Policy, o Options) (Verdict, []result.Stamp) {
	ls := readLimits(p)
	stamps := ls.stampAll(findings, o.Change)
	v := Verdict{
		signal: signalCode(o.Interrupted),
		counts: severityCounts(stamps),
		limits: ls.check(stamps),
		ledger: readLedger(rows),
	}
	mark(stamps, v.limits)
	crossed := slices.ContainsFunc(v.limits, func(l result.LimitCheck) bool { return l.Crossed })
	v.outcome = outcome(v, crossed, o)
	v.soft = crossed && o.SoftFail && exitsZero(v.outcome)
	v.line = v.compose(ls.unlimitedCounts(findings, stamps), o)
	return v, stamps
}

// outcome walks the precedence, worst first.
func outcome(v Verdict, crossed bool, o Options) result.Outcome {
	switch {
	case v.signal != 0:
		return result.OutcomeInterrupted
	case crossed && !o.SoftFail:
		return result.OutcomeFail
	case v.ledger.missing() > 0:
		return v.ledger.incomplete(o)
	case v.ledger.planned == 0 && !o.AllowEmpty && !untouched(o.Change):
		return result.OutcomeEmpty
	case crossed:
		return result.OutcomeFail
	}
	return result.OutcomePass
}

// exitsZero names the outcomes that a crossed limit leaves at exit 0 under --soft-fail; the others
// have a number of their own.
func exitsZero(o result.Outcome) bool {
	return o == result.OutcomeFail || o == result.OutcomeUnverified
}

// signalCode keeps a saved result from choosing its own exit code: 256 would leave the process as
// 0.
func signalCode(code int) int {
	switch code {
	case 0, ExitTerminate:
		return code
	}
	return ExitInterrupt
}

// ExitCode returns the process's exit code.
func (v Verdict) ExitCode() int {
	switch v.outcome {
	case result.OutcomePass, result.OutcomeUnverified:
		return ExitPass
	case result.OutcomeFail:
		if v.soft {
			return ExitPass
		}
		return ExitFail
	case result.OutcomeEmpty:
		return ExitEmpty
	case result.OutcomeTimeout:
		return ExitTimeout
	case result.OutcomeInterrupted:
		return v.signal
	}
	return ExitIncomplete
}

// Passed reports whether this is a pass: every target answered and no limit crossed. UNVERIFIED and
// a soft failure are none, though both exit 0.
func (v Verdict) Passed() bool { return v.outcome == result.OutcomePass }

// Line returns the verdict as one line, without the leading "scangate: ". It may hold text of the
// service and must be printed through console.Writer.
func (v Verdict) Line() string {
	if v.line == "" {
		return "INCOMPLETE (exit 3): no verdict was taken"
	}
	return v.line
}

// Record returns what reports show of the verdict. It is a copy: changing it changes no decision.
func (v Verdict) Record() result.Verdict {
	rec := result.Verdict{
		Outcome: v.outcome, Exit: v.ExitCode(), Soft: v.soft, Line: v.Line(),
		Counts: map[result.Severity]int{}, Limits: append([]result.LimitCheck{}, v.limits...),
		Planned: v.ledger.planned, Answered: v.ledger.answered, BySubmission: v.ledger.bySubmission,
		Failed: v.ledger.missing(), Skipped: v.ledger.skipped,
	}
	if rec.Outcome == "" {
		rec.Outcome = result.OutcomeIncomplete
	}
	maps.Copy(rec.Counts, v.counts)
	return rec
}
