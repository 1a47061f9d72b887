package cli

import (
	"context"
	"errors"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
)

// since lists the files as they were where the change of --new-from began, and
// notes it for the result; nothing without --new-from.
func (r *scanRun) since(ctx context.Context) ([]*git.Snapshot, error) {
	if r.cfg.NewFrom == "" {
		return nil, nil
	}
	if r.tree.Repo == nil {
		return nil, usagef("%s: %s is not inside a git repository, so that nothing is known of a change; leave it out to scan everything",
			r.cfg.Origin("new-from"), r.path)
	}
	bases, err := r.tree.Repo.MergeBase(ctx, r.cfg.NewFrom)
	if err != nil {
		return nil, classify(ctx, r.fixed(err))
	}
	files := make([]*git.Snapshot, len(bases))
	for i, base := range bases {
		if files[i], err = r.tree.Repo.Snapshot(ctx, base); err != nil {
			return nil, classify(ctx, err)
		}
	}
	r.change = &result.Change{From: r.cfg.NewFrom, MergeBase: bases[0]}
	return files, nil
}

// fixed adds what to do about a clone that lacks a part of the history, in the
// words of the host that made it.
func (r *scanRun) fixed(err error) error {
	var failed *git.Error
	if !errors.As(err, &failed) || failed.Fix != "" {
		return err
	}
	told := *failed
	switch {
	case errors.Is(err, git.ErrShallow):
		told.Fix = wholeHistory(ci.Detect(r.sys.Getenv).Name)
	case errors.Is(err, git.ErrNoRevision):
		told.Fix = "fetch it, for example: git fetch origin main, then --new-from origin/main (--new-from FETCH_HEAD where only one branch is cloned); in CI, " +
			wholeHistory(ci.Detect(r.sys.Getenv).Name)
	case errors.Is(err, git.ErrUnrelated):
		told.Fix = "give a revision that HEAD comes from, or leave --new-from out to scan everything"
	}
	return &told
}

// wholeHistory says how the job's clone comes to have all of its history:
// https://github.com/actions/checkout#usage,
// https://docs.gitlab.com/ci/runners/configure_runners/#shallow-cloning.
func wholeHistory(host string) string {
	switch host {
	case "github":
		return "give actions/checkout all of the history, with fetch-depth: 0"
	case "gitlab":
		return "give the job all of the history, with the variable GIT_DEPTH: 0"
	}
	return "clone all of the history: git fetch --unshallow (fetch-depth: 0 for actions/checkout, GIT_DEPTH: 0 in GitLab)"
}
