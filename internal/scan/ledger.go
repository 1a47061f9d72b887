package scan

import (
	"slices"
	"sync"

	"github.com/scangate/scangate/internal/result"
)

// ledger is the run's one record of what became of each planned target. Only
// pending rows change, and each changes once: an answer can't be taken back by
// a later fault, nor a fault that was decided be hidden by a later answer.
type ledger struct {
	mu   sync.Mutex
	rows []result.Row
	byID map[string]int
	// doubts holds what a row is to fail with if no answer comes from elsewhere.
	doubts map[string]*failure
}

// newLedger copies the plan's rows: the plan itself is never changed.
func newLedger(planned []result.Row) *ledger {
	l := &ledger{
		rows:   slices.Clone(planned),
		byID:   make(map[string]int, len(planned)),
		doubts: map[string]*failure{},
	}
	for i := range l.rows {
		l.rows[i].Submissions = slices.Clone(l.rows[i].Submissions)
		l.byID[l.rows[i].Target.ID()] = i
	}
	return l
}

// pending returns the targets of one kind that still wait for an answer, in the
// plan's order.
func (l *ledger) pending(kind result.Kind) []result.Target {
	l.mu.Lock()
	defer l.mu.Unlock()
	var targets []result.Target
	for _, row := range l.rows {
		if row.Target.Kind == kind && row.Status == result.Pending {
			targets = append(targets, row.Target)
		}
	}
	return targets
}

// answer records that the target with this ID has its answer.
func (l *ledger) answer(id string, e result.Evidence) {
	l.settle(id, func(row *result.Row) {
		row.Status, row.Evidence = result.Answered, e
	})
}

// fail records why the target with this ID will have no answer.
func (l *ledger) fail(id string, f *failure) {
	l.settle(id, func(row *result.Row) {
		row.Status, row.Cause, row.Reason, row.Fix = result.Failed, f.cause, f.reason, f.fix
	})
}

// settle changes the row if it exists and is pending.
func (l *ledger) settle(id string, change func(*result.Row)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i, ok := l.byID[id]; ok && l.rows[i].Status == result.Pending {
		change(&l.rows[i])
	}
}

// doubt keeps what the row fails with at the end. The first doubt stays: it is
// the one nearest to the cause.
func (l *ledger) doubt(id string, f *failure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.doubts[id] == nil {
		l.doubts[id] = f
	}
}

// submitted notes a task or scan that holds the targets, whatever becomes of it.
func (l *ledger) submitted(ids []string, submission string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		i, ok := l.byID[id]
		if !ok || slices.Contains(l.rows[i].Submissions, submission) {
			continue
		}
		l.rows[i].Submissions = append(l.rows[i].Submissions, submission)
	}
}

// close fails every row that is still pending, with its doubt or, where there
// is none, with otherwise. It returns all rows in the plan's order.
func (l *ledger) close(otherwise *failure) []result.Row {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.rows {
		row := &l.rows[i]
		if row.Status != result.Pending {
			continue
		}
		f := otherwise
		if doubt := l.doubts[row.Target.ID()]; doubt != nil {
			f = doubt
		}
		row.Status, row.Cause, row.Reason, row.Fix = result.Failed, f.cause, f.reason, f.fix
	}
	return l.rows
}
