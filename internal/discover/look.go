package discover

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/scangate/scangate/internal/result"
)

// found is what one job brings to the plan. Contents are not kept.
type found struct {
	row         *result.Row
	mentions    []mention
	helper      *result.Helper
	unsupported *result.Unsupported
	// touched: the change touches the file, or nothing is narrowed.
	touched bool
	// values is the language of the templates in its folder that the file gives
	// values to, if it does.
	values result.Framework
	// secret is why the file must not be sent.
	secret string
}

// lookAll does the jobs side by side; the answers stand in their order. When ctx
// ends it returns at once, without those that are under way: a huge file takes
// longer to parse than a signal leaves.
func lookAll(ctx context.Context, s *selection, o *opener, jobs []job) ([]found, error) {
	all := make([]found, len(jobs))
	done := make(chan struct{})
	go func() {
		var group errgroup.Group
		group.SetLimit(runtime.GOMAXPROCS(0))
		for i, j := range jobs {
			group.Go(func() error {
				if ctx.Err() == nil {
					all[i] = s.look(o, j)
				}
				return nil // what is wrong with a file is a row
			})
		}
		_ = group.Wait()
		close(done)
	}()
	select {
	case <-done:
		return all, context.Cause(ctx)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// look does one job. What is wrong with the file is a row.
func (s *selection) look(o *opener, j job) found {
	touched := s.change.touches(o, j.path) || s.newlyAsked(j)
	f := s.lookInto(o, j, touched || j.whole)
	f.touched = touched
	if j.excluded != "" {
		f.exclude(j.excluded)
	}
	return f
}

// lookInto leaves out what only targets need that are planned, unless whole.
func (s *selection) lookInto(o *opener, j job, whole bool) found {
	info, err := o.stat(j.path, func(target string) bool { return s.lists(j.kind, target) })
	var away *linkedAwayError
	switch {
	case errors.Is(err, errNothing):
		return found{}
	case errors.As(err, &away):
		return found{row: skipped(j.target(0), result.CauseOutsideTree, away.reason)}
	case err != nil:
		return found{row: unreadable(j.target(0), err)}
	case j.submodules:
		return found{unsupported: &result.Unsupported{Path: j.path, What: "list of submodules, which are scanned in their own repositories"}}
	case j.unfilled:
		return found{unsupported: &result.Unsupported{Path: j.path, What: "Dockerfile template"}}
	case j.kind == result.KindIaC && isTerraform(j.path) && info.Size() > maxTerraform:
		f := generated(j, info.Size())
		if !whole {
			return f
		}
		return s.guarded(o, j, info.Size(), nil, f)
	}
	if info.Size() > largeFile {
		o.large.Lock()
		defer o.large.Unlock()
	}
	content, err := o.read(j.path, info.Size(), maxRead(j.kind))
	if err != nil {
		return found{row: unreadable(j.target(info.Size()), err)}
	}
	if !whole && isTerraform(j.path) {
		return untouched(j, info.Size(), content)
	}
	f := s.lookAt(j, info.Size(), content)
	if !whole {
		return f
	}
	return s.guarded(o, j, info.Size(), content, f)
}

func (s *selection) lookAt(j job, size int64, content []byte) found {
	if j.kind == result.KindDockerfile {
		return s.dockerfile(j, size, content)
	}
	return s.template(j, size, content)
}

// guarded looks for secrets in what is to be sent.
func (s *selection) guarded(o *opener, j job, size int64, content []byte, f found) found {
	sent := f.helper != nil || f.row != nil && f.row.Status == result.Pending
	if !sent {
		return f
	}
	var err error
	if f.secret, err = s.secret(o, j, size, content); err != nil {
		f.row, f.helper = unreadable(j.target(size), err), nil
	}
	return f
}

// lists reports whether a file under PATH is looked into by its own name.
func (s *selection) lists(k result.Kind, file string) bool {
	if k == result.KindDockerfile {
		return s.dockerfileKind(file, make([]bool, len(s.dockerfiles))) != otherName
	}
	return s.mayBeTemplate(file)
}

func (j job) target(size int64) result.Target {
	return result.Target{Kind: j.kind, Name: j.path, Size: size}
}

// exclude turns all that a file brings into skipped rows.
func (f *found) exclude(pattern string) {
	reason := "excluded by " + pattern
	if f.row != nil {
		f.row = skipped(f.row.Target, result.CauseExcluded, reason)
	}
	for i := range f.mentions {
		f.mentions[i].verdict = verdict{status: result.Skipped, cause: result.CauseExcluded, reason: reason}
	}
	f.helper, f.unsupported, f.values = nil, nil, ""
}

func pending(t result.Target) *result.Row { return &result.Row{Target: t} }

func skipped(t result.Target, cause result.Cause, reason string) *result.Row {
	return &result.Row{Target: t, Status: result.Skipped, Fault: result.Fault{Cause: cause, Reason: reason}}
}

func failed(t result.Target, cause result.Cause, reason, fix string) *result.Row {
	return &result.Row{Target: t, Status: result.Failed, Fault: result.Fault{Cause: cause, Reason: reason, Fix: fix}}
}

func unreadable(t result.Target, err error) *result.Row {
	var where *fs.PathError
	if errors.As(err, &where) {
		// The path of the error is the machine's, and the row has a better one.
		err = where.Err
	}
	return failed(t, result.CauseUnreadable, t.Name+": "+err.Error(), "make it readable, or exclude it")
}

func empty(content []byte) bool { return len(bytes.TrimSpace(content)) == 0 }
