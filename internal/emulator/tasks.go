package emulator

import (
	"slices"
	"strings"
	"time"
)

// The states of an image task.
const (
	statusSubmitted = "submitted"
	statusComplete  = "complete"
	statusFailed    = "failed"
)

// task is an image submission. Its answer is made at once, and returned from done
// on.
type task struct {
	id      string
	key     string // equal for duplicates
	branch  string
	created time.Time
	done    time.Time
	failed  bool
	images  []imageResult
}

// imageResult is an entry of scanResult.
type imageResult struct {
	FullTag         string         `json:"fullTag"`
	Registry        string         `json:"registry"`
	Vulnerabilities map[string]int `json:"vulnerabilities"`
	Files           []string       `json:"files"`
	IsPublic        bool           `json:"isPublic"`
	IsSecure        bool           `json:"isSecure"`
	Lost            bool           `json:"-"` // it can't be pulled
}

// submission is the answer to both image submissions. Without an id there is no task.
func submission(id string, duplicate, quotaFull bool) map[string]any {
	answer := map[string]any{"taskId": id, "duplicate": duplicate, "quotaFull": quotaFull}
	if id == "" {
		answer["taskId"] = nil
	}
	return answer
}

// submit stores a task for the images, unless a task with the same key is still
// being processed: then it returns that one as a duplicate.
func (s *Server) submit(key, branch string, images []imageResult) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.Now()
	if id, ok := s.inProcessing(key, now); ok {
		return s.duplicate(id)
	}
	t := &task{key: key, branch: branch, created: now, failed: s.opts.Faults.TaskFailed}
	t.done = now.Add(s.opts.Timing.Task + time.Duration(len(images))*s.opts.Timing.PerImage)
	t.images, t.failed = s.unpulled(images, t.failed)
	pulled := len(t.images)
	quotaFull := s.overQuota(pulled)
	switch {
	case s.opts.Faults.DuplicateForever:
		s.add(t)
		return s.duplicate(t.id)
	case quotaFull && s.assumes("quota-task=none"):
		return submission("", false, true)
	case quotaFull && s.assumes("quota-task=partial"):
		t.images = t.images[:max(0, min(pulled, s.opts.Quota-s.used))]
	case quotaFull:
		t.images, t.failed = nil, true
	}
	s.used += len(t.images)
	s.add(t)
	return submission(t.id, false, quotaFull)
}

// add gives a task its id and keeps it.
func (s *Server) add(t *task) {
	t.id = s.opts.NewID()
	if !s.opts.Faults.Forget {
		s.tasks.add(t.id, t)
	}
}

func (s *Server) duplicate(id string) map[string]any {
	if s.assumes("duplicate-task=none") {
		id = ""
	}
	return submission(id, true, false)
}

// unpulled decides about images that can't be pulled.
func (s *Server) unpulled(images []imageResult, failed bool) ([]imageResult, bool) {
	lost := slices.ContainsFunc(images, func(i imageResult) bool { return i.Lost })
	if s.assumes("unpullable=empty") {
		return images, failed
	}
	images = slices.DeleteFunc(images, func(i imageResult) bool { return i.Lost })
	return images, failed || lost && s.assumes("unpullable=failed")
}

func (s *Server) inProcessing(key string, now time.Time) (id string, ok bool) {
	s.tasks.all(func(t *task) {
		if t.key == key && s.statusOf(t, now) == statusSubmitted {
			id, ok = t.id, true
		}
	})
	return id, ok
}

func (s *Server) overQuota(images int) bool {
	return s.opts.Faults.QuotaFull || s.opts.Quota > 0 && s.used+images > s.opts.Quota
}

func (s *Server) statusOf(t *task, now time.Time) string {
	switch {
	case s.opts.Faults.NeverDone || now.Before(t.done):
		return statusSubmitted
	case t.failed:
		return statusFailed
	}
	return statusComplete
}

// findTask returns a copy of the task and its state.
func (s *Server) findTask(id string) (t task, status string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.tasks.get(id)
	if !ok {
		return task{}, "", false
	}
	return *found, s.statusOf(found, s.opts.Now()), true
}

// analysed returns the latest answer for an image in a complete task.
func (s *Server) analysed(image string) (result imageResult, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.Now()
	s.tasks.all(func(t *task) {
		if s.statusOf(t, now) != statusComplete {
			return
		}
		for _, i := range t.images {
			if i.FullTag == image {
				result, ok = i, true
			}
		}
	})
	return result, ok
}

// imageKey is the key of a submission by name: its repository and set of images.
func imageKey(repoURL string, images []string) string {
	sorted := slices.Compact(slices.Sorted(slices.Values(images)))
	return "images\x00" + repoURL + "\x00" + strings.Join(sorted, "\x00")
}
