package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

const (
	// grace is how long after a submission the service may not know the scan yet,
	// or report it as neither ongoing nor done.
	grace = 10 * time.Second
	// templateSlots is the number of concurrent IaC submissions.
	templateSlots = 8
)

// templateScan scans the templates.
type templateScan struct {
	*run
	slots semaphore
	// templates are all that are pending: those of other shares decide which files go together.
	templates []file
	// helpers are those of the plan; helperCount is their number by folder.
	helpers     []result.Helper
	helperCount map[string]int
	reports     reports
}

func newTemplateScan(r *run, plan *result.Plan) *templateScan {
	s := &templateScan{
		run: r, slots: newSemaphore(templateSlots), templates: pendingTemplates(plan), helpers: plan.Helpers, helperCount: map[string]int{},
	}
	for _, h := range plan.Helpers {
		s.helperCount[path.Dir(h.Path)]++
	}
	return s
}

// pendingTemplates are the pending templates of a plan, in its order.
func pendingTemplates(plan *result.Plan) []file {
	isPending := func(row *result.Row) bool { return row.Status == result.Pending && row.Target.Kind == result.KindIaC }
	n := 0
	for i := range plan.Rows {
		if isPending(&plan.Rows[i]) {
			n++
		}
	}
	templates := make([]file, 0, n)
	for i := range plan.Rows {
		if isPending(&plan.Rows[i]) {
			templates = append(templates, targetFile(&plan.Rows[i].Target))
		}
	}
	return templates
}

// scan scans every pending template of the share, together with the helpers of its folder.
func (s *templateScan) scan(ctx context.Context) error {
	batches := s.batches()
	s.templates = nil // the submissions have them
	return s.scanBatches(ctx, result.KindIaC, batches, s.scanUpload)
}

// batches returns the submissions of the share: some of those that all templates make.
func (s *templateScan) batches() []batch {
	batches := templateBatches(s.templates, s.helpers)
	if share := s.opts.Share; share != nil {
		batches = slices.DeleteFunc(batches, func(b batch) bool { return !share(b.targets[0].id) })
	}
	return batches
}

// scanUpload submits one batch, or resumes the submission of an earlier run, and
// collects the report. After a useless report, a later run submits again.
func (s *templateScan) scanUpload(ctx context.Context, u upload) error {
	if err := s.slots.acquire(ctx); err != nil {
		return err
	}
	defer s.slots.release()
	done, ok, err := s.resumeScan(ctx, u)
	if !ok && err == nil {
		done, err = s.submit(ctx, u)
	}
	if err != nil {
		return err
	}
	s.progress.show(result.KindIaC, PhaseReading)
	err = s.collect(ctx, u.batch, done)
	switch {
	case err == nil:
		s.opts.Resume.End(done.id)
	case ctx.Err() == nil:
		s.opts.Resume.Delete(done.id)
	}
	return err
}

// finishedScan is a scan that has succeeded.
type finishedScan struct {
	id string
	// summary is nil if the service gave none, or gave it to an earlier run.
	summary *optix.Summary
}

// submit uploads one batch and returns its scan after the scan has succeeded.
func (s *templateScan) submit(ctx context.Context, u upload) (finishedScan, error) {
	s.progress.show(result.KindIaC, PhaseUploading)
	o := optix.IaCOptions{SaveResults: s.opts.SaveResults, Policy: s.opts.Policy}
	if o.SaveResults { // the service needs the repository for nothing else
		o.Repo = s.opts.Repo
	}
	sub, err := s.client.SubmitTemplates(ctx, u.content, o)
	if err != nil {
		return finishedScan{}, err
	}
	u.resume.put(sub.ScanID)
	if err := s.claim(u.ids(), "scan", sub.ScanID); err != nil {
		return finishedScan{}, err
	}
	s.progress.show(result.KindIaC, PhaseWaiting)
	err = s.await(ctx, sub.ScanID, fmt.Sprintf("scan %s was still being processed", sub.ScanID), grace, s.took)
	return finishedScan{sub.ScanID, sub.Summary}, err
}

// resumeScan waits for the scan of an earlier run and returns it after it has succeeded. ok is
// false if there is none. A scan that is not fresh is used only if the service is still processing
// it.
func (s *templateScan) resumeScan(ctx context.Context, u upload) (scan finishedScan, ok bool, err error) {
	e, ok, err := u.resume.lookup()
	if !ok || err != nil || e.Ended && !s.isFresh(e) {
		return finishedScan{}, false, err
	}
	if err := s.reserve(u.ids(), "scan", e.ID); err != nil {
		return finishedScan{}, false, s.resumeError(ctx, err)
	}
	pending := fmt.Sprintf("scan %s of an earlier run was still being processed", e.ID)
	if !s.isFresh(e) {
		status, err := s.client.IaCStatus(ctx, e.ID)
		if err != nil {
			return finishedScan{}, false, s.resumeError(ctx, pendingIfCanceled(pending, err))
		}
		if !status.Ongoing {
			return finishedScan{}, false, nil
		}
	}
	s.ledger.addSubmission(u.ids(), e.ID)
	s.progress.show(result.KindIaC, PhaseWaiting)
	if err := s.await(ctx, e.ID, pending, grace-e.Age, nil); err != nil {
		return finishedScan{}, false, s.resumeError(ctx, err)
	}
	if e.Ended {
		s.notices.add("", reusedNotice)
	} else {
		s.notices.add("", resumedNotice)
	}
	return finishedScan{id: e.ID}, true, nil
}

// await polls until the scan has succeeded. A timer and not the clock measures
// the rest of the grace period: clocks jump.
func (s *templateScan) await(ctx context.Context, scanID, pending string, grace time.Duration, took *durations) error {
	timer := time.NewTimer(grace)
	defer timer.Stop()
	young := true
	return s.poll(ctx, result.KindIaC, took, pending, func(p *pauses) (bool, error) {
		status, err := s.client.IaCStatus(ctx, scanID)
		p.retryAfter = status.RetryAfter
		select {
		case <-timer.C:
			young = false
		default:
		}
		return s.isDone(scanID, status, err, young)
	})
}

// isDone returns an error for a scan that will never succeed. While a scan is
// young, only success and an explicit error are final.
func (s *templateScan) isDone(scanID string, status optix.IaCStatus, err error, young bool) (bool, error) {
	if errors.Is(err, optix.ErrScanNotFound) && young {
		return false, nil
	}
	if err == nil {
		err = s.checkStatus(scanID, status)
	}
	switch {
	case err != nil:
		return false, err
	case status.Ongoing:
		return false, nil
	case status.Success:
		return true, nil
	case status.Error == "" && young:
		return false, nil
	}
	return false, failedError(fmt.Sprintf("scan %s failed: %s", scanID, cmp.Or(status.Error, "the service gives no reason")), s.failedFix())
}

// failedFix says what to do about a scan that the service ended without success.
func (s *templateScan) failedFix() string {
	fix := fmt.Sprintf("run the scan again; if it fails again, find the template that the service can't read by excluding templates with %s", s.opts.Names.Exclude)
	if s.opts.Policy != "" {
		fix = fmt.Sprintf("check that the account has the policy %q of %s; ", s.opts.Policy, s.opts.Names.Policy) + fix
	}
	return fix
}

// collect reads the report of a scan. It keeps the alerts that were read, even if
// reading ends with an error or the report contradicts something; the batch has no
// answer then.
func (s *templateScan) collect(ctx context.Context, b batch, done finishedScan) error {
	report, err := s.client.DetailedReport(ctx, done.id)
	sub := result.Submission{ID: done.id, Paths: b.paths(), Alerts: make([]result.Alert, 0, len(report.Alerts))}
	for _, a := range report.Alerts {
		if a.ScanID == "" || a.ScanID == done.id {
			sub.Alerts = append(sub.Alerts, newAlert(a))
		}
	}
	if len(sub.Alerts) > 0 {
		s.reports.add(sub)
	}
	if err != nil {
		return pendingIfCanceled(fmt.Sprintf("scan %s was done and its report was being read", done.id), err)
	}
	if err := s.checkReport(done, report, sub.Alerts); err != nil {
		return err
	}
	s.noteMissingHelpers(b)
	for _, id := range b.ids() {
		s.ledger.answer(id, result.BySubmission)
	}
	s.progress.show(result.KindIaC, PhaseWaiting)
	return nil
}

// noteMissingHelpers mentions templates that were scanned without some of the
// helpers of their folder, which were too large. Variables had no value then.
func (s *templateScan) noteMissingHelpers(b batch) {
	sent := map[string]int{}
	for _, h := range b.helpers {
		sent[path.Dir(h.path)]++
	}
	for _, t := range b.targets {
		dir := path.Dir(t.path)
		if missing := s.helperCount[dir] - sent[dir]; missing > 0 {
			s.notices.add(t.path, "scanned without %d of the variable files of its folder: its variables may lack their values", missing)
		}
	}
}

// reports collects the submissions whose report was read.
type reports struct {
	mu   sync.Mutex
	list []result.Submission
}

func (r *reports) add(sub result.Submission) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, sub)
}

// sorted orders the submissions by their first path.
func (r *reports) sorted() []result.Submission {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.SortedStableFunc(slices.Values(r.list), func(a, b result.Submission) int {
		return cmp.Compare(a.Paths[0], b.Paths[0])
	})
}
