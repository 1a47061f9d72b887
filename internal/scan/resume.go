package scan

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/state"
)

// freshFor is how long a finished IaC scan answers for its content: the
// service's policies change. It is counted from the submission, which is never
// later than the end.
const freshFor = time.Hour

// attached is said once; the rows have the ids.
const attached = "some scans and tasks had been submitted by an earlier run: they were waited for, and not sent again"

var (
	// errAnew says that there is nothing to attach to.
	errAnew = errors.New("nothing to attach to")
	// errRefused says that an earlier run was refused this very submission.
	errRefused = fmt.Errorf("refused in an earlier run: %w", optix.ErrTooLarge)
)

// bookmark is the place of one submission in the resume state. The zero value,
// which is that of a run without --state, finds and keeps nothing.
type bookmark struct {
	book *state.Book
	// planned is the submission as it would be sent now; sent is what the upload
	// really read: an id must never stand for another content.
	planned, sent func() (state.Work, error)
}

// markNames is the bookmark of images that are submitted by name.
func (r *run) markNames(asked []result.Target) bookmark {
	work := func() (state.Work, error) { return state.WorkOf(string(result.KindImage), names(asked)...), nil }
	return bookmark{book: r.opts.Resume, planned: work, sent: work}
}

// find returns the submission of an earlier run, errAnew or errRefused. A file
// that can't be read is no hit: the upload will say so.
func (m bookmark) find() (state.Entry, error) {
	if m.book.Empty() {
		return state.Entry{}, errAnew
	}
	work, err := m.planned()
	if err != nil {
		return state.Entry{}, errAnew
	}
	e, ok := m.book.Find(work)
	switch {
	case !ok, e.Refused && e.Age >= freshFor:
		return state.Entry{}, errAnew
	case e.Refused:
		return state.Entry{}, errRefused
	}
	return e, nil
}

// keep notes the id of what was sent.
func (m bookmark) keep(id string) {
	if m.book == nil {
		return
	}
	if work, err := m.sent(); err == nil {
		m.book.Put(work, id)
	}
}

// refuse notes that the service refused the submission for its size, unless
// that is known already.
func (m bookmark) refuse(err error) {
	if m.book == nil || errors.Is(err, errRefused) {
		return
	}
	if work, err := m.planned(); err == nil {
		m.book.Refuse(work)
	}
}

// lost turns an error of attaching into errAnew, unless a new submission would
// end in it as well: the run is over, or the key is refused. A run with a state
// must not fail where one without it would not.
func lost(ctx context.Context, err error) error {
	if ctx.Err() != nil || explain(ctx, err, result.Names{}).fatal() {
		return err
	}
	return errAnew
}

// attachTask waits for the task of an earlier run that is still under way. One
// that has ended answers for nothing: tags move.
func (r *run) attachTask(ctx context.Context, call taskCall) (optix.Task, error) {
	e, err := call.mark.find()
	if err != nil {
		return optix.Task{}, err
	}
	what := fmt.Sprintf("task %s of an earlier run was still being processed", e.ID)
	task, err := r.client.TaskResult(ctx, e.ID)
	if err != nil {
		return optix.Task{}, lost(ctx, stillWaiting(ctx, what, err))
	}
	if done, err := taskState(task, e.ID); done || err != nil {
		return optix.Task{}, errAnew
	}
	call.known(e.ID)
	if task, err = r.awaitTask(ctx, e.ID, what); err != nil {
		return optix.Task{}, lost(ctx, err)
	}
	r.notices.add("", attached)
	return task, nil
}

// attach waits for the scan of an earlier run, and returns its id when it has
// ended in success. One that was submitted long ago must still be under way.
func (s *iacScan) attach(ctx context.Context, b batch, mark bookmark) (string, error) {
	e, err := mark.find()
	if err != nil {
		return "", err
	}
	what := fmt.Sprintf("scan %s of an earlier run was still being processed", e.ID)
	if e.Age >= freshFor {
		status, err := s.client.IaCStatus(ctx, e.ID)
		if err != nil {
			return "", lost(ctx, stillWaiting(ctx, what, err))
		}
		if !status.Ongoing {
			return "", errAnew
		}
	}
	s.ledger.submitted(b.ids(), e.ID)
	s.progress.show(result.KindIaC, phaseWaiting)
	if err := s.await(ctx, e.ID, what, grace-e.Age); err != nil {
		return "", lost(ctx, err)
	}
	s.notices.add("", attached)
	return e.ID, nil
}
