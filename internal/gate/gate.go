// Package gate decides: it compares the ledger and the findings of a run with the limits. It is
// pure: no I/O, no clock, and the same verdict whatever the order of rows and findings.
//
// Only this package can make a pass. [Verdict] has no exported fields, and its zero value is
// incomplete.
package gate

import (
	"maps"
	"slices"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// The exit codes of a verdict. A usage error, 2, never reaches the gate.
const (
	ExitPass       = 0
	ExitFail       = 1
	ExitIncomplete = 3
	ExitEmpty      = 4
	ExitTimeout    = 5
	ExitHangup     = 129
	ExitInterrupt  = 130
	ExitTerminate  = 143
)

// Options change the outcome or the exit code. None of them makes a run with an unanswered target a
// pass.
type Options struct {
	// SoftFail turns exit 1 into exit 0; 3, 4 and 5 stay.
	SoftFail bool
	// OnErrorWarn turns every exit 3 and 5 into UNVERIFIED, exit 0.
	OnErrorWarn bool
	// OnNoCredentialsWarn does the same if a missing API key is the only fault.
	OnNoCredentialsWarn bool
	// AllowEmpty makes a run without a target a pass, unless something was not sent.
	AllowEmpty bool
	// Interrupted is the exit code of the signal that ended the run: 129, 130 or 143, or 0 for
	// none. Any other value counts as 130.
	Interrupted int
	// Panic is the bug of scangate that ended the run, nil if none. Such a run is incomplete,
	// whatever its rows say.
	Panic *result.Fault
	// Embedded labels the verdict as coming from the embedded service.
	Embedded bool
	// Tolerated are the contradictions in answers that the user accepts: the verdict names them.
	Tolerated []result.Contradiction
	// NotSent is what was recognized and can't be sent.
	NotSent []result.NotSent
	// Judge says whose policy judged, nil or zero if that is not known.
	Judge *result.Judge
	// Change is what the run was narrowed to, nil for a full run. Findings outside it do not count.
	// A run passes if targets exist and the change touches none of them.
	Change *result.Change
	// Narrowed: not all kinds of targets were looked at.
	Narrowed bool
	// Shard is the share of a run that rows and findings are, nil for all of it. No share passes.
	Shard *result.Shard
	// Now is the time as of which waivers and entries of the baseline expire.
	Now time.Time
}

// Verdict is a decision. The zero value is incomplete: exit 3, not passed.
type Verdict struct {
	outcome result.Outcome
	signal  int
	soft    bool
	counts  map[result.Severity]int
	limits  []result.LimitCheck
	numbers []result.NumberCheck
	ignored []result.Ignored
	waived  int
	waivers []result.WaiverCheck
	// debts are those of the baseline, nil without one.
	debts   *debts
	decided time.Time
	ledger  ledger
	notSent int
	line    string
}

// OptionsOf returns the options that a result states. The switches are those of a command line,
// and unset.
func OptionsOf(r *result.Result) Options {
	return Options{
		Interrupted: r.Interrupted, Panic: r.Panic, Embedded: r.Embedded, Tolerated: r.Tolerated, NotSent: r.NotSent, Change: r.Change,
		Narrowed: r.Narrowed, Now: r.Verdict.Decided,
		Judge: r.Judge, Shard: r.Shard,
	}
}

// Decide takes the verdict on the rows and findings of one run by the limits of p. It returns a
// stamp for each finding, in the order of findings; the counts of the verdict are sums over the
// stamps. The precedence of exit codes is: signal, 1, 3, 5, 4, 0.
func Decide(rows []result.Row, findings []result.Finding, p result.Policy, o Options) (Verdict, []result.Stamp) {
	b, stamps := weigh(rows, findings, p, o)
	return b.verdict(o), stamps
}

// balance is what a verdict rests on, whatever the options are.
type balance struct {
	counts  map[result.Severity]int
	limits  []result.LimitCheck
	ignored []result.Ignored
	ledger  ledger
	// numbers are the limits of numbers.
	numbers []result.NumberLimit
	tallies
	// lowering are the origins of what lowers findings.
	lowering []result.Origin
	// failOn is the strongest statement of fail-on, nil if there is none.
	failOn *result.FailOn
	// waivers is what became of each waiver.
	waivers []result.WaiverCheck
	debts   *debts
}

func weigh(rows []result.Row, findings []result.Finding, p result.Policy, o Options) (balance, []result.Stamp) {
	ls, ledger := readLimits(p), readLedger(rows)
	stamps := ls.stampAll(findings, o.Change)
	waivers := waive(findings, stamps, p.Waivers, o.Now, o.Shard != nil)
	if o.Change != nil || o.Narrowed || o.Shard != nil || ledger.missing() > 0 {
		markUnseen(waivers)
	}
	known := coverKnown(rows, findings, stamps, p, o)
	t := ls.tally(findings, stamps)
	b := balance{
		counts: severityCounts(stamps), limits: ls.check(stamps), ignored: slices.Concat(ls.ignored, ls.rules.ignoredRules(t.lowered)),
		ledger: ledger, numbers: readNumbers(p), tallies: t, lowering: ls.rules.origins(t.lowered), failOn: ls.failOn, waivers: waivers,
	}
	if p.Baseline != nil {
		b.debts = &known
	}
	mark(stamps, b.limits)
	return b, stamps
}

func (b balance) verdict(o Options) Verdict {
	v := Verdict{
		signal: signalCode(o.Interrupted), counts: b.counts, limits: b.limits, ignored: b.ignored, ledger: b.ledger,
		numbers: checkNumbers(b.numbers, o), notSent: len(o.NotSent), waivers: b.waivers, debts: b.debts, decided: o.Now,
	}
	for _, w := range b.waivers {
		v.waived = result.AddCounts(v.waived, w.Waived)
	}
	crossed := slices.ContainsFunc(v.limits, func(l result.LimitCheck) bool { return l.Crossed }) ||
		slices.ContainsFunc(v.numbers, func(n result.NumberCheck) bool { return n.Crossed })
	v.outcome = outcome(v, crossed, o)
	v.soft = crossed && o.SoftFail && exitsZero(v.outcome)
	v.line = v.compose(b, o)
	return v
}

// outcome applies the precedence.
func outcome(v Verdict, crossed bool, o Options) result.Outcome {
	switch {
	case v.signal != 0:
		return result.OutcomeInterrupted
	case crossed && !o.SoftFail:
		return result.OutcomeFail
	case v.ledger.missing() > 0 || o.Panic != nil || v.unevaluated():
		return v.incomplete(o)
	case o.Shard == nil && v.ledger.planned == 0 && !untouched(o.Change) && (!o.AllowEmpty || v.notSent > 0):
		return result.OutcomeEmpty
	case crossed:
		return result.OutcomeFail
	case o.Shard != nil:
		return result.OutcomeShard
	}
	return result.OutcomePass
}

// exitsZero reports whether an outcome exits with 0 under --soft-fail although a limit is crossed.
func exitsZero(o result.Outcome) bool {
	return o == result.OutcomeFail || o == result.OutcomeUnverified
}

// signalCode allows only the exit codes of signals: a saved result could hold 256, with which the
// process would exit 0.
func signalCode(code int) int {
	switch code {
	case 0, ExitHangup, ExitTerminate:
		return code
	}
	return ExitInterrupt
}

// ExitCode returns the process's exit code.
func (v Verdict) ExitCode() int {
	switch v.outcome {
	case result.OutcomePass, result.OutcomeUnverified, result.OutcomeShard:
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

// Line returns the verdict as one line, without the leading "scangate: ". It may hold text from the
// service, so print it through console.Writer.
func (v Verdict) Line() string {
	if v.line == "" {
		return "INCOMPLETE (exit 3): no verdict was taken"
	}
	return v.line
}

// Record returns the verdict as reports show it. It is a copy.
func (v Verdict) Record() result.Verdict {
	rec := result.Verdict{
		Outcome: v.outcome, Exit: v.ExitCode(), Soft: v.soft, Line: v.Line(),
		Counts: map[result.Severity]int{}, Limits: append([]result.LimitCheck{}, v.limits...),
		Numbers: slices.Clone(v.numbers), Ignored: slices.Clone(v.ignored),
		Waived: v.waived, Waivers: slices.Clone(v.waivers), Decided: v.decided,
		Planned: v.ledger.planned, Answered: v.ledger.answered, BySubmission: v.ledger.bySubmission,
		Failed: v.ledger.missing(), Skipped: v.ledger.skipped, NotSent: v.notSent,
	}
	if v.debts != nil {
		rec.Known, rec.Changed, rec.Due = v.debts.known, v.debts.changed, v.debts.due
	}
	if rec.Outcome == "" {
		rec.Outcome = result.OutcomeIncomplete
	}
	maps.Copy(rec.Counts, v.counts)
	return rec
}
