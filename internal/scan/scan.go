// Package scan takes a plan through Cloud Optix: it submits, polls and collects.
//
// A fault fails rows of the ledger and stops nothing else, except for a refused
// key, which every request shares.
package scan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/state"
)

// Options are what a run needs besides the plan.
type Options struct {
	// Files opens the planned paths, relative to the repository root.
	Files fs.FS
	// Repo is what the service stores images under, and templates whose results
	// are saved.
	Repo optix.Repo
	// Policy is the name of the only IaC policy to scan against; "" is all.
	Policy string
	// SaveResults stores IaC findings in the account.
	SaveResults bool
	// Tolerate are the contradictions that the user accepts. Each one that occurs is a
	// notice.
	Tolerate []result.Contradiction
	// Names are the settings that messages mention.
	Names result.Names
	// Now is optional: with it, the reason of a timeout says how long the run took.
	Now func() time.Time
	// Progress is called at each step. It is optional, and never called
	// concurrently.
	Progress func(Progress)
	// Share reports whether the row of an ID belongs to the share of this run, which [Split] makes.
	// It is optional: nil is for all rows.
	Share func(id string) bool
	// OnlyUnfinished leaves out of Resume what an earlier run has read to the end.
	OnlyUnfinished bool
	// Resume records submissions for a later run. It is optional.
	Resume *state.Store
}

// shareOf returns the rows of the share.
func (o Options) shareOf(rows []result.Row) []result.Row {
	if o.Share == nil {
		return rows
	}
	return slices.DeleteFunc(slices.Clone(rows), func(row result.Row) bool { return !o.Share(row.Target.ID()) })
}

// Outcome is what became of a plan.
type Outcome struct {
	// Rows are all rows of the plan, or of the share, in its order. None is pending, unless Run
	// returns an error.
	Rows []result.Row
	// Submissions are the scans of templates whose report has alerts, sorted by
	// their first path.
	Submissions []result.Submission
	// Images are sorted by their identity.
	Images []result.ImageAnswer
	// Notices are sorted by path and text.
	Notices []result.Notice
}

// Run scans every pending row of the plan, or of a share of it, all kinds concurrently, until each
// is answered or failed, or ctx ends. If the deadline of ctx ends it, what the service was
// processing has timed out. Any other end is an interruption.
//
// The error is nil or a [*safe.PanicError]. The outcome is what was known by then.
func Run(ctx context.Context, client *optix.Client, plan *result.Plan, o Options) (Outcome, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r := newRun(client, plan, o, stop)
	templates, images := newTemplateScan(r, plan), newImageScan(r, plan.Rows)
	var kinds safe.Group // without a context: no kind may stop another
	kinds.Go(func() error { return templates.scan(ctx) })
	kinds.Go(func() error { return images.scanDockerfiles(ctx) })
	kinds.Go(func() error { return images.scanNamed(ctx) })
	err := errors.Join(kinds.Wait(), safe.Do(func() error {
		images.settleUnscanned(ctx)
		return nil
	}))
	otherwise := notAsked()
	if err != nil {
		otherwise = nil
	}
	return Outcome{
		Rows:        r.ledger.close(otherwise),
		Submissions: templates.reports.sorted(),
		Images:      images.answers.sorted(),
		Notices:     r.notices.sorted(),
	}, err
}

// run is what the kinds share.
type run struct {
	client *optix.Client
	opts   Options
	// contents are those of the plan.
	contents map[string]result.Content
	ledger   *ledger
	notices  notices
	progress *progress
	started  time.Time
	took     *durations
	// stop ends the run for a fault that every other request would meet too.
	stop context.CancelCauseFunc
}

func newRun(client *optix.Client, plan *result.Plan, o Options, stop context.CancelCauseFunc) *run {
	l := newLedger(o.shareOf(plan.Rows))
	r := &run{
		client: client, opts: o, contents: plan.Contents, ledger: l, progress: newProgress(l, o.Progress, o.Now), stop: stop, took: newDurations(o.Resume),
	}
	if o.Now != nil {
		r.started = o.Now()
	}
	return r
}

// fail fails rows because of an error.
func (r *run) fail(ctx context.Context, ids []string, err error) {
	f := r.explain(ctx, err)
	for _, id := range ids {
		r.ledger.fail(id, f)
	}
}

// failUnlessAnswered fails rows that another task may still answer.
func (r *run) failUnlessAnswered(ctx context.Context, ids []string, err error) {
	f := r.explain(ctx, err)
	for _, id := range ids {
		r.ledger.failUnlessAnswered(id, f)
	}
}

// explain turns an error into a fault. A refused key ends the run.
func (r *run) explain(ctx context.Context, err error) result.Fault {
	f := explain(ctx, err, r.opts.Names)
	switch {
	case isFatal(f):
		r.stop(&result.FaultError{Fault: f})
	case f.Cause == result.CauseTimeout && r.opts.Now != nil:
		f.Reason += fmt.Sprintf(" (%s after the scan began)", r.opts.Now().Sub(r.started).Round(time.Second))
	}
	return f
}
