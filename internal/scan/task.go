package scan

import (
	"context"
	"errors"
	"fmt"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/transport"
)

// taskCall is one image task: how it is submitted, and who wants to know.
type taskCall struct {
	submit func(context.Context) (optix.Submission, error)
	// known is told the id of the task whose answer will count.
	known func(taskID string)
	// mark is the submission's place in the resume state.
	mark bookmark
	// lane says how many such tasks are under way at once.
	lane lane
	// accept says whether the answer of another submission's task counts too;
	// nil: never.
	accept func(optix.Task) bool
	// subject says what the service keys its duplicates by, for people.
	subject string
}

// runTask submits until the service takes the task as a new one, and returns
// the task when it is complete. A duplicate is the task of some other
// submission, whose content may be another commit's: its end is waited for, and
// then the submission is repeated. The task of an earlier run for the same
// content takes the place of a submission while it is under way. It has its
// place at the service already, and is not left to end unseen in a queue here.
func (r *run) runTask(ctx context.Context, call taskCall) (optix.Task, error) {
	if task, err := r.attachTask(ctx, call); !errors.Is(err, errAnew) {
		return task, err
	}
	if err := call.lane.enter(ctx); err != nil {
		return optix.Task{}, err
	}
	defer call.lane.leave()
	pauses := newPauses()
	for {
		sub, err := call.submit(ctx)
		if err != nil {
			return optix.Task{}, err
		}
		if sub.QuotaFull {
			return optix.Task{}, quotaFull()
		}
		if !sub.Duplicate {
			call.mark.keep(sub.TaskID)
			call.known(sub.TaskID)
			return r.awaitTask(ctx, sub.TaskID, fmt.Sprintf("task %s was still being processed", sub.TaskID))
		}
		task, counts, err := r.otherTask(ctx, call, sub.TaskID)
		if counts || err != nil {
			return task, err
		}
		if !sleep(ctx, pauses.NextBackOff()) {
			return optix.Task{}, &transport.PendingError{What: duplicateText(call, sub.TaskID)}
		}
	}
}

// otherTask waits for the end of another submission's task. Its failure is not
// ours: only the end of the run is passed on.
func (r *run) otherTask(ctx context.Context, call taskCall, id string) (task optix.Task, counts bool, err error) {
	if id == "" {
		return optix.Task{}, false, nil
	}
	task, err = r.awaitTask(ctx, id, duplicateText(call, id))
	switch {
	case err != nil && ctx.Err() != nil:
		return optix.Task{}, false, err
	case err != nil:
		return optix.Task{}, false, nil //nolint:nilerr // how another submission failed says nothing of ours
	case call.accept == nil || !call.accept(task):
		return optix.Task{}, false, nil
	}
	call.known(id)
	return task, true, nil
}

func duplicateText(call taskCall, id string) string {
	if id == "" {
		return fmt.Sprintf("another submission of %s was still being processed", call.subject)
	}
	return fmt.Sprintf("another submission of %s, task %s, was still being processed", call.subject, id)
}

// awaitTask polls until the task is complete. Every other end is an error.
func (r *run) awaitTask(ctx context.Context, id, what string) (optix.Task, error) {
	var task optix.Task
	err := poll(ctx, what, func() (bool, error) {
		var err error
		if task, err = r.client.TaskResult(ctx, id); err != nil {
			return false, err
		}
		return taskState(task, id)
	})
	if ctx.Err() == nil {
		r.opts.Resume.Drop(id) // a finished task answers for nothing: tags move
	}
	return task, err
}

// taskState reports whether the task is complete.
func taskState(task optix.Task, id string) (bool, error) {
	if task.ID != "" && task.ID != id {
		return false, protocol(fmt.Sprintf("asked for task %q, the service answered with task %q", id, task.ID))
	}
	switch task.State {
	case optix.Submitted:
		return false, nil
	case optix.Complete:
		return true, nil
	case optix.TaskFailed:
		return false, service(fmt.Sprintf("task %s failed; the service gives no reason", id),
			"run the scan again; if it fails again, look at the images in the Cloud Optix console")
	}
	return false, protocol(fmt.Sprintf("task %s has the unknown status %q", id, task.Status))
}
