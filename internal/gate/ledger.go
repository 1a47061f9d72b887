package gate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// ledger is what the rows come to. Every row that is neither answered nor skipped lacks an answer,
// whatever its status claims to be.
type ledger struct {
	planned, answered, bySubmission, skipped int
	lacking                                  []result.Row
	images                                   bool
}

func readLedger(rows []result.Row) ledger {
	var l ledger
	for _, row := range rows {
		l.add(row)
	}
	slices.SortFunc(l.lacking, func(a, b result.Row) int {
		return cmp.Or(cmp.Compare(a.Target.ID(), b.Target.ID()), cmp.Compare(a.Reason, b.Reason))
	})
	return l
}

func (l *ledger) add(row result.Row) {
	if row.Status == result.Skipped {
		l.skipped++
		return
	}
	l.planned++
	l.images = l.images || row.Target.Kind == result.KindImage || row.Target.Kind == result.KindDockerfile
	if row.Status != result.Answered {
		l.lacking = append(l.lacking, row)
		return
	}
	l.answered++
	if row.Evidence == result.BySubmission {
		l.bySubmission++
	}
}

func (l ledger) missing() int { return len(l.lacking) }

// incomplete tells 3 from 5, and both from what the user asked to be warned of only. It is called
// where at least one row lacks an answer.
func (l ledger) incomplete(o Options) result.Outcome {
	switch {
	case o.OnErrorWarn:
		return result.OutcomeUnverified
	case o.OnNoCredentialsWarn && l.allFailedBy(result.CauseNoCredentials):
		return result.OutcomeUnverified
	case l.allFailedBy(result.CauseTimeout):
		return result.OutcomeTimeout
	}
	return result.OutcomeIncomplete
}

// allFailedBy reports whether one cause is all that is wrong. A pending row has no cause that could
// be trusted.
func (l ledger) allFailedBy(c result.Cause) bool {
	return !slices.ContainsFunc(l.lacking, func(r result.Row) bool {
		return r.Status != result.Failed || r.Cause != c
	})
}

// pending reports whether rows without an answer were not even failed.
func (l ledger) pending() bool {
	return slices.ContainsFunc(l.lacking, func(r result.Row) bool { return r.Status != result.Failed })
}

// reason picks one sentence for all that is missing: the commonest reason, and the target's name
// where it is that target's alone.
func (l ledger) reason() string {
	rows := map[string][]result.Row{}
	for _, r := range l.lacking {
		if r.Reason != "" {
			rows[r.Reason] = append(rows[r.Reason], r)
		}
	}
	best := ""
	for text, group := range rows {
		n := len(rows[best])
		if len(group) > n || len(group) == n && text < best {
			best = text
		}
	}
	if len(rows[best]) != 1 {
		return best
	}
	name := rows[best][0].Target.Name + ":"
	if strings.HasPrefix(best, name) { // a place in the file itself: FILE:LINE: what
		return best
	}
	return name + " " + best
}
