package scan

import (
	"context"
	"errors"
	"fmt"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/state"
)

// freshFor is how long after its end an IaC scan still answers for its content; after its
// submission, if no run has seen the end. Later the policies of the service may have changed.
const freshFor = state.Fresh

const (
	resumedNotice = "some scans and tasks had been submitted by an earlier run: this run waited for them and did not submit again"
	reusedNotice  = "some templates were not uploaded: the same files were scanned within the last hour, and this run has read the reports of these scans"
)

// errRefusedBefore means that an earlier run was refused the same submission. Only those are
// recorded that can be halved, so that it is never shown.
var errRefusedBefore = fmt.Errorf("%w", optix.ErrTooLarge)

// resumePoint connects one submission with the resume state. The zero value,
// for a run without --state, finds nothing and records nothing.
type resumePoint struct {
	store *state.Store
	// planned is the key of what would be sent now. sent is the key of what was
	// sent: an id must not be recorded for another content.
	planned, sent func() (key state.Key, ok bool)
}

// lookup returns the submission of an earlier run. ok is false without one: the content must be
// submitted. The error is errRefusedBefore. An unreadable file is not resumable: the upload reports
// it.
func (p resumePoint) lookup() (e state.Entry, ok bool, err error) {
	if p.store.Empty() {
		return state.Entry{}, false, nil
	}
	key, ok := p.planned()
	if !ok {
		return state.Entry{}, false, nil
	}
	e, ok = p.store.Get(key)
	if !ok || !e.Refused {
		return e, ok, nil
	}
	if e.Age < freshFor {
		err = errRefusedBefore
	}
	return state.Entry{}, false, err
}

// isFresh reports whether the scan of an earlier run still answers for its content if it is
// finished.
func (r *run) isFresh(e state.Entry) bool {
	if e.Ended {
		return !r.opts.OnlyUnfinished && e.SinceEnd < freshFor
	}
	return e.Age < freshFor
}

// put records the id of what was sent.
func (p resumePoint) put(id string) {
	if p.store == nil {
		return
	}
	if key, ok := p.sent(); ok {
		p.store.Put(key, id)
	}
}

// putRefused records that the service refused the submission because of its size.
// A refusal that is known from an earlier run keeps its age.
func (p resumePoint) putRefused(err error) {
	if p.store == nil || errors.Is(err, errRefusedBefore) {
		return
	}
	if key, ok := p.planned(); ok {
		p.store.PutRefused(key)
	}
}

// resumeError returns nil instead of err, so that the content is submitted, unless a new submission
// would fail in the same way: the run has ended, or the key is refused. A run must not fail because
// of its resume state.
func (r *run) resumeError(ctx context.Context, err error) error {
	if ctx.Err() != nil || isFatal(explain(ctx, err, r.opts.Names)) {
		return err
	}
	return nil
}
