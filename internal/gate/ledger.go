package gate

import (
	"maps"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// ledger counts the rows. A row with an unknown status has no answer.
type ledger struct {
	planned, answered, bySubmission, skipped int
	// unanswered are the planned rows without an answer.
	unanswered []result.Row
	// samples is set if answers were planned of which the embedded service has sample data: for
	// images and Dockerfiles, open alerts and checks.
	samples bool
	// choice counts the alerts of all sources.
	choice result.Choice
}

func readLedger(rows []result.Row) ledger {
	var l ledger
	for _, row := range rows {
		l.add(row)
	}
	l.choice = result.AddChoices(rows)
	return l
}

func (l *ledger) add(row result.Row) {
	if row.Status == result.Skipped {
		l.skipped++
		return
	}
	l.planned++
	l.samples = l.samples || row.Target.Kind != result.KindIaC
	if row.Unanswered() {
		l.unanswered = append(l.unanswered, row)
		return
	}
	l.answered++
	if row.Evidence == result.BySubmission {
		l.bySubmission++
	}
}

func (l ledger) missing() int { return len(l.unanswered) }

// incomplete is the outcome if at least one row has no answer, a limit can't be evaluated, or a bug
// ended the run.
func (v *Verdict) incomplete(o Options) result.Outcome {
	switch l := v.ledger; {
	case o.OnErrorWarn:
		return result.OutcomeUnverified
	case o.Panic != nil, v.unevaluated():
		return result.OutcomeIncomplete
	case o.OnNoCredentialsWarn && l.allFailedBy(result.CauseNoCredentials):
		return result.OutcomeUnverified
	case o.Shard == nil && l.allFailedBy(result.CauseTimeout):
		return result.OutcomeTimeout
	}
	return result.OutcomeIncomplete
}

// allFailedBy reports whether all rows without an answer failed by cause c. The cause of a pending
// row means nothing.
func (l ledger) allFailedBy(c result.Cause) bool {
	return !slices.ContainsFunc(l.unanswered, func(r result.Row) bool {
		return r.Status != result.Failed || r.Cause != c
	})
}

// pending reports whether a row without an answer is not failed.
func (l ledger) pending() bool {
	return slices.ContainsFunc(l.unanswered, func(r result.Row) bool { return r.Status != result.Failed })
}

// reason is the commonest reason of the rows without an answer, with the target's name if no other
// row has it. It is not the one that the line has already.
func (l ledger) reason(had string) string {
	rows := map[string][]result.Row{}
	for _, r := range l.unanswered {
		if r.Reason != "" && r.Reason != had {
			rows[r.Reason] = append(rows[r.Reason], r)
		}
	}
	best := ""
	for _, reason := range slices.Sorted(maps.Keys(rows)) {
		if len(rows[reason]) > len(rows[best]) {
			best = reason
		}
	}
	if len(rows[best]) != 1 {
		return best
	}
	name := rows[best][0].Target.Name + ":"
	if strings.HasPrefix(best, name) { // FILE:LINE: reason
		return best
	}
	return name + " " + best
}
