package scan

import (
	"context"
	"fmt"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

// taskRequest is one image task.
type taskRequest struct {
	kind   result.Kind
	submit func(context.Context) (optix.Submission, error)
	// rows are the ids of the rows that the task answers.
	rows   []string
	resume resumePoint
	// slots bounds the concurrent tasks of this kind.
	slots semaphore
	// acceptDuplicate reports whether the task of another submission answers the
	// request. nil means that it never does.
	acceptDuplicate func(optix.Task) bool
	// subject is what the service recognises duplicates by.
	subject string
}

// runTask returns the completed task of a request.
//
// A duplicate is the task of another submission, possibly of another commit. So
// runTask waits for its end and submits again, until the service starts a new
// task. A task of an earlier run for the same content, which the service is still
// processing, replaces the submission. It needs no slot, because it has its place
// in the queue of the service already.
func (s *imageScan) runTask(ctx context.Context, req taskRequest) (optix.Task, error) {
	if task, ok, err := s.resumeTask(ctx, req); ok || err != nil {
		return task, err
	}
	if err := req.slots.acquire(ctx); err != nil {
		return optix.Task{}, err
	}
	defer req.slots.release()
	pauses := newSubmissionPauses()
	for {
		sub, err := req.submit(ctx)
		switch {
		case err != nil:
			return optix.Task{}, err
		case sub.QuotaFull:
			return optix.Task{}, quotaError(s.opts.Names)
		case !sub.Duplicate:
			req.resume.put(sub.TaskID)
			if err := s.claim(req.rows, "task", sub.TaskID); err != nil {
				return optix.Task{}, err
			}
			return s.awaitTask(ctx, req.kind, s.took, sub.TaskID, fmt.Sprintf("task %s was still being processed", sub.TaskID))
		}
		task, accepted, err := s.awaitDuplicate(ctx, req, sub.TaskID)
		if accepted || err != nil {
			return task, err
		}
		if !sleep(ctx, pauses.NextBackOff()) {
			return optix.Task{}, &transport.PendingError{What: duplicatePending(req, sub.TaskID)}
		}
	}
}

// resumeTask waits for the task of an earlier run if the service is still processing it. ok is
// false if there is none. A completed task is not used: the tags may have moved since.
func (s *imageScan) resumeTask(ctx context.Context, req taskRequest) (task optix.Task, ok bool, err error) {
	e, ok, err := req.resume.lookup()
	if !ok || err != nil {
		return optix.Task{}, false, err
	}
	if err := s.reserve(req.rows, "task", e.ID); err != nil {
		return optix.Task{}, false, s.resumeError(ctx, err)
	}
	pending := fmt.Sprintf("task %s of an earlier run was still being processed", e.ID)
	task, err = s.client.TaskResult(ctx, e.ID)
	if err != nil {
		return optix.Task{}, false, s.resumeError(ctx, pendingIfCanceled(pending, err))
	}
	if done, err := s.isComplete(task, e.ID); done || err != nil {
		return optix.Task{}, false, nil //nolint:nilerr // it is submitted again
	}
	s.ledger.addSubmission(req.rows, e.ID)
	if task, err = s.awaitTask(ctx, req.kind, nil, e.ID, pending); err != nil {
		return optix.Task{}, false, s.resumeError(ctx, err)
	}
	s.notices.add("", resumedNotice)
	return task, true, nil
}

// awaitDuplicate waits for the end of another submission's task. If that task
// fails, the request has not failed: the error is non-nil only if the run ends.
func (s *imageScan) awaitDuplicate(ctx context.Context, req taskRequest, id string) (task optix.Task, accepted bool, err error) {
	if id == "" {
		return optix.Task{}, false, nil
	}
	task, err = s.awaitTask(ctx, req.kind, nil, id, duplicatePending(req, id))
	switch {
	case err != nil && ctx.Err() != nil:
		return optix.Task{}, false, err
	case err != nil:
		return optix.Task{}, false, nil //nolint:nilerr // its failure says nothing about this request
	case req.acceptDuplicate == nil || !req.acceptDuplicate(task):
		return optix.Task{}, false, nil
	}
	s.ledger.addSubmission(req.rows, id)
	return task, true, nil
}

func duplicatePending(req taskRequest, id string) string {
	if id == "" {
		return fmt.Sprintf("another submission of %s was still being processed", req.subject)
	}
	return fmt.Sprintf("another submission of %s, task %s, was still being processed", req.subject, id)
}

// awaitTask polls until the task is complete, and removes it from the resume
// state when it has ended. took is nil for the task of another submission or run.
func (s *imageScan) awaitTask(ctx context.Context, kind result.Kind, took *durations, id, pending string) (optix.Task, error) {
	var task optix.Task
	err := s.poll(ctx, kind, took, pending, func(p *pauses) (bool, error) {
		var err error
		if task, err = s.client.TaskResult(ctx, id); err != nil {
			return false, err
		}
		p.retryAfter = task.RetryAfter
		return s.isComplete(task, id)
	})
	if ctx.Err() == nil {
		s.opts.Resume.Delete(id)
	}
	return task, err
}

// isComplete returns an error for a task that will never complete.
func (s *imageScan) isComplete(task optix.Task, id string) (bool, error) {
	if task.ID != "" && task.ID != id {
		return false, protocolError(s.opts.Names, fmt.Sprintf("asked for task %q, the service answered with task %q", id, task.ID))
	}
	switch task.State {
	case optix.Submitted:
		return false, nil
	case optix.Complete:
		return true, nil
	case optix.TaskFailed:
		return false, failedError(fmt.Sprintf("task %s failed; the service gives no reason", id),
			"run the scan again; if it fails again, look at the images in the Cloud Optix console")
	}
	return false, protocolError(s.opts.Names, fmt.Sprintf("task %s has the unknown status %q", id, task.Status))
}
