package scan

import (
	"slices"
	"sync"

	"github.com/scangate/scangate/internal/result"
)

// ledger records what became of each planned target. Only a pending row changes,
// and only once: the first answer or fault stays, unless the answer is withdrawn.
type ledger struct {
	mu   sync.Mutex
	rows []result.Row
	byID map[string]int
	// claims holds the rows of each submission, by what the service calls it and its id.
	claims map[string][]string
	// fallback is what becomes of rows that get no answer, by id.
	fallback map[string]ending
	// left are the pending rows of each kind. They are asked for at every step.
	left map[result.Kind]int
}

// ending is how a row ends, and why.
type ending struct {
	status result.Status
	fault  result.Fault
}

// newLedger copies the rows of the plan: the plan itself is not changed.
func newLedger(planned []result.Row) *ledger {
	l := &ledger{
		rows:     slices.Clone(planned),
		byID:     make(map[string]int, len(planned)),
		claims:   map[string][]string{},
		fallback: map[string]ending{},
		left:     map[result.Kind]int{},
	}
	for i := range l.rows {
		if l.rows[i].Status == result.Pending {
			l.left[l.rows[i].Target.Kind]++
		}
		l.byID[l.rows[i].Target.ID()] = i
	}
	return l
}

// pending returns the pending targets of one kind, in the order of the plan.
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

// countPending returns the number of pending targets of one kind.
func (l *ledger) countPending(kind result.Kind) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.left[kind]
}

// answer marks a row as answered.
func (l *ledger) answer(id string, e result.Evidence) {
	l.settle(id, func(row *result.Row) {
		row.Status, row.Evidence = result.Answered, e
	})
}

// fail marks a row as failed.
func (l *ledger) fail(id string, f result.Fault) {
	l.settle(id, func(row *result.Row) {
		row.Status, row.Fault = result.Failed, f
	})
}

// settle changes the row if it exists and is pending.
func (l *ledger) settle(id string, change func(*result.Row)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i, ok := l.byID[id]; ok && l.rows[i].Status == result.Pending {
		change(&l.rows[i])
		l.left[l.rows[i].Target.Kind]--
	}
}

// withdraw marks a row of a submission as failed although it may be answered: the answer
// has turned out to be another's.
func (l *ledger) withdraw(id, submission string, f result.Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, ok := l.byID[id]
	if ok && slices.Contains(l.rows[i].Submissions, submission) {
		if l.rows[i].Status == result.Pending {
			l.left[l.rows[i].Target.Kind]--
		}
		l.rows[i].Status, l.rows[i].Fault, l.rows[i].Evidence = result.Failed, f, ""
	}
}

// claim records the rows of the submission that has the id of a scan or task. If the
// submission of other rows has the id already, it returns these. what is the service's word.
func (l *ledger) claim(ids []string, what, id string) (others []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first, ok := l.claims[what+" "+id]
	switch {
	case !ok:
		l.claims[what+" "+id] = ids
	case !slices.Equal(first, ids):
		return first
	}
	return nil
}

// failUnlessAnswered sets the fault that close gives to the row if it is still
// pending. The first fault stays, because it is closest to the cause.
func (l *ledger) failUnlessAnswered(id string, f result.Fault) {
	l.endUnlessAnswered(id, ending{result.Failed, f})
}

// skipUnlessAnswered has close skip the row if it is still pending.
func (l *ledger) skipUnlessAnswered(id string, f result.Fault) {
	l.endUnlessAnswered(id, ending{result.Skipped, f})
}

func (l *ledger) endUnlessAnswered(id string, e ending) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.fallback[id]; !ok {
		l.fallback[id] = e
	}
}

// isSettled reports whether at least one of the rows is answered, or needs no answer.
func (l *ledger) isSettled(ids []string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(ids, func(id string) bool {
		i, ok := l.byID[id]
		return ok && l.rows[i].Status == result.Answered || l.fallback[id].status == result.Skipped
	})
}

// addSubmission adds the id of a task or scan to the rows that are part of it.
func (l *ledger) addSubmission(ids []string, submission string) {
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

// close ends every row that is still pending: as endUnlessAnswered has set, else it fails
// with the fault otherwise; such a row stays pending if otherwise is nil. It returns all
// rows in the order of the plan.
func (l *ledger) close(otherwise *result.Fault) []result.Row {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.rows {
		row := &l.rows[i]
		if row.Status != result.Pending {
			continue
		}
		if end, ok := l.fallback[row.Target.ID()]; ok {
			row.Status, row.Fault = end.status, end.fault
		} else if otherwise != nil {
			row.Status, row.Fault = result.Failed, *otherwise
		}
	}
	return l.rows
}
