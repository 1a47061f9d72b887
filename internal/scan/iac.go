package scan

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// grace is how long after a submission the service may not know of the scan
// yet, or report it as neither ongoing nor done.
const grace = 10 * time.Second

// iacWidth is the number of IaC submissions that are under way at once.
const iacWidth = 4

// iacScan scans the templates.
type iacScan struct {
	*run
	lane lane
	// beside counts the planned helpers of each folder.
	beside map[string]int
}

// scanTemplates has every pending template scanned, with the helpers of its
// folder.
func (r *run) scanTemplates(ctx context.Context, helpers []result.Helper) error {
	s := &iacScan{run: r, lane: newLane(iacWidth), beside: map[string]int{}}
	for _, h := range helpers {
		s.beside[path.Dir(h.Path)]++
	}
	templates := targetFiles(r.ledger.pending(result.KindIaC))
	return r.deliverAll(ctx, result.KindIaC, pack(folders(templates, helpers)), s.handle)
}

// handle has one batch scanned, unless an earlier run has had it scanned, and
// collects the report. A report that can't be had is not asked for again by a
// later run.
func (s *iacScan) handle(ctx context.Context, b batch, c cargo) error {
	if err := s.lane.enter(ctx); err != nil {
		return err
	}
	defer s.lane.leave()
	scanID, err := s.attach(ctx, b, c.mark)
	if errors.Is(err, errAnew) {
		scanID, err = s.submit(ctx, b, c)
	}
	if err != nil {
		return err
	}
	s.progress.show(result.KindIaC, phaseReading)
	err = s.collect(ctx, b, scanID)
	if err != nil && ctx.Err() == nil {
		s.opts.Resume.Drop(scanID)
	}
	return err
}

// submit uploads one batch and returns the id of its scan when that has ended
// in success.
func (s *iacScan) submit(ctx context.Context, b batch, c cargo) (string, error) {
	s.progress.show(result.KindIaC, phaseUploading)
	sub, err := s.client.SubmitTemplates(ctx, c.files, s.options())
	if err != nil {
		return "", err
	}
	c.mark.keep(sub.ScanID)
	s.ledger.submitted(b.ids(), sub.ScanID)
	s.progress.show(result.KindIaC, phaseWaiting)
	return sub.ScanID, s.await(ctx, sub.ScanID, fmt.Sprintf("scan %s was still being processed", sub.ScanID), grace)
}

// options names the repository only where results are saved: nothing else
// needs it.
func (s *iacScan) options() optix.IaCOptions {
	o := optix.IaCOptions{SaveResults: s.opts.SaveResults, Policy: s.opts.Policy}
	if o.SaveResults {
		o.Repo = s.opts.Repo
	}
	return o
}

// await polls until the scan ended in success. A timer and no clock tells the
// time for which the scan is young: clocks jump.
func (s *iacScan) await(ctx context.Context, scanID, what string, youth time.Duration) error {
	early := time.NewTimer(youth)
	defer early.Stop()
	young := true
	return poll(ctx, what, func() (bool, error) {
		status, err := s.client.IaCStatus(ctx, scanID)
		select {
		case <-early.C:
			young = false
		default:
		}
		return scanState(scanID, status, err, young)
	})
}

// scanState reports whether a scan is done. What a young scan says of itself is
// not final, unless it is an error.
func scanState(scanID string, status optix.IaCStatus, err error, young bool) (bool, error) {
	switch {
	case errors.Is(err, optix.ErrScanNotFound) && young:
		return false, nil
	case err != nil:
		return false, err
	case status.Ongoing:
		return false, nil
	case status.Success:
		return true, nil
	case status.Error != "":
		return false, scanFailed(fmt.Sprintf("scan %s failed: %s", scanID, status.Error))
	case young:
		return false, nil
	}
	return false, scanFailed(fmt.Sprintf("scan %s failed; the service gives no reason", scanID))
}

func scanFailed(reason string) *failure {
	return service(reason, "run the scan again; if it fails again, exclude templates with --exclude to find the one that the service can't read")
}

// collect reads the report. Its alerts are kept even where some of them name
// another scan, which leaves the batch without an answer.
func (s *iacScan) collect(ctx context.Context, b batch, scanID string) error {
	sub := result.Submission{ID: scanID, Paths: b.paths()}
	foreign := ""
	err := s.client.DetailedReport(ctx, scanID, func(a optix.IaCAlert) error {
		if a.ScanID != "" && a.ScanID != scanID {
			foreign = a.ScanID
			return nil
		}
		sub.Alerts = append(sub.Alerts, alertOf(a))
		return nil
	})
	if len(sub.Alerts) > 0 {
		s.submissions.add(sub)
	}
	if err != nil {
		return stillWaiting(ctx, fmt.Sprintf("scan %s was done and its report was being read", scanID), err)
	}
	if foreign != "" {
		return protocol(fmt.Sprintf("the report of scan %s speaks of scan %q", scanID, foreign))
	}
	s.noteHelpers(b)
	for _, id := range b.ids() {
		s.ledger.answer(id, result.BySubmission)
	}
	s.progress.show(result.KindIaC, phaseWaiting)
	return nil
}

// noteHelpers mentions templates that went without some of their helpers,
// because those are too big: their variables have no values then.
func (s *iacScan) noteHelpers(b batch) {
	sent := map[string]int{}
	for _, h := range b.helpers {
		sent[path.Dir(h.path)]++
	}
	for _, t := range b.targets {
		dir := path.Dir(t.path)
		if missing := s.beside[dir] - sent[dir]; missing > 0 {
			s.notices.add(t.path, "scanned without %d of the variable files of its folder", missing)
		}
	}
}
