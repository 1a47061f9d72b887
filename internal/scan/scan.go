// Package scan takes a plan through Cloud Optix: it submits, polls and collects,
// and keeps the ledger of what was answered.
//
// What fails is a row of the ledger, with a cause, a reason and a fix. It stops
// nothing else, except for a refused key, which all requests share.
package scan

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/state"
)

// Options are what a run needs beside the plan.
type Options struct {
	// Files opens the planned paths, relative to the repository root.
	Files fs.FS
	// Repo is what image submissions, and templates whose results are saved,
	// are associated with.
	Repo optix.Repo
	// Policy is the name of the one IaC policy to scan against; "" is all.
	Policy string
	// SaveResults stores IaC findings in the account.
	SaveResults bool
	// Names are the settings that messages mention.
	Names result.Names
	// Now is optional, and used for the wording of a timeout alone.
	Now func() time.Time
	// Progress is told of each step. It is optional, and never called twice at
	// a time.
	Progress func(Progress)
	// Resume remembers what is under way for a later run; nil: nothing is
	// remembered.
	Resume *state.Book
}

// Progress is one step of a run: Done of Total rows of a kind are settled.
type Progress struct {
	Kind result.Kind
	// Phase is "uploading", "waiting" or "reading".
	Phase string
	Done  int
	Total int
}

// Outcome is what became of a plan: every planned row, none of them pending,
// and every answer of the service.
type Outcome struct {
	Rows []result.Row
	// Submissions are the scans of templates whose report has alerts, sorted by
	// their first path.
	Submissions []result.Submission
	// Images are sorted by their identity.
	Images  []result.ImageAnswer
	Notices []result.Notice
}

// run is the state that the kinds share.
type run struct {
	client      *optix.Client
	opts        Options
	ledger      *ledger
	images      *imageBook
	names       lane
	submissions submissions
	notices     noticeBoard
	progress    *progress
	// stop ends the run for a reason that holds for every request.
	stop    context.CancelCauseFunc
	started time.Time
}

// Run asks the service for every pending row of the plan, all kinds side by
// side, until each is answered or failed, or ctx ends. A deadline of ctx makes
// timeouts of what was well under way; any other end is an interruption. The
// error is nil or a [*safe.PanicError]: the outcome is not to be trusted then.
func Run(ctx context.Context, client *optix.Client, plan *result.Plan, o Options) (Outcome, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r := newRun(client, plan, o, stop)
	var kinds safe.Group // without a context: no kind may stop another
	kinds.Go(func() error { return r.scanTemplates(ctx, plan.Helpers) })
	kinds.Go(func() error { return r.scanDockerfiles(ctx) })
	kinds.Go(func() error { return r.scanNamed(ctx) })
	err := kinds.Wait()
	return r.outcome(), err
}

func newRun(client *optix.Client, plan *result.Plan, o Options, stop context.CancelCauseFunc) *run {
	l := newLedger(plan.Rows)
	r := &run{
		client:   client,
		opts:     o,
		ledger:   l,
		images:   newImageBook(plan.Rows),
		names:    newLane(namesWidth),
		progress: newProgress(l, o.Progress),
		stop:     stop,
	}
	if o.Now != nil {
		r.started = o.Now()
	}
	return r
}

func (r *run) outcome() Outcome {
	return Outcome{
		Rows:        r.ledger.close(neverAsked()),
		Submissions: r.submissions.sorted(),
		Images:      r.images.sorted(),
		Notices:     r.notices.sorted(),
	}
}

// fail fails rows for an error. A refused key ends the whole run: every other
// request would be refused as well.
func (r *run) fail(ctx context.Context, ids []string, err error) {
	f := r.explain(ctx, err)
	for _, id := range ids {
		r.ledger.fail(id, f)
	}
}

// doubt is fail for rows that another task may still answer.
func (r *run) doubt(ctx context.Context, ids []string, err error) {
	f := r.explain(ctx, err)
	for _, id := range ids {
		r.ledger.doubt(id, f)
	}
}

func (r *run) explain(ctx context.Context, err error) *failure {
	f := explain(ctx, err, r.opts.Names)
	switch {
	case f.fatal():
		r.stop(&result.FaultError{Fault: f.fault()})
	case f.cause == result.CauseTimeout && r.opts.Now != nil:
		f.reason += fmt.Sprintf(" (%s after the scan began)", r.opts.Now().Sub(r.started).Round(time.Second))
	}
	return f
}
