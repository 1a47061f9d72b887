package run

import (
	"context"
	"errors"

	"github.com/scangate/scangate/internal/change"
	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/result"
)

// base returns what the change is compared with: the revision of --new-from, or with --new-only the
// base that SCANGATE_BASE or the host names.
func (in inputs) base(ctx context.Context) (ci.Base, error) {
	repo, named := in.tree.Repo, in.sys.Getenv(ci.BaseVariable)
	switch {
	case !in.cfg.NewOnly:
		return ci.Base{Revision: in.cfg.NewFrom}, nil
	case named != "":
		revision, err := config.ParseRevision(named)
		if err != nil {
			return ci.Base{}, usagef("%s: %w", ci.BaseVariable, err)
		}
		if repo == nil {
			return ci.Base{Revision: revision}, nil
		}
		return ci.Against(ctx, repo, revision, ci.Detect(in.sys.Getenv).FullHistory)
	}
	target, err := ci.TargetOf(in.sys.Getenv)
	if err != nil || repo == nil && target.Whole == "" {
		return ci.Base{Revision: target.TrackingRef()}, err
	}
	return target.Base(ctx, repo)
}

// whole returns a notice if --new-only scans everything.
func whole(base ci.Base) []result.Notice {
	if base.Whole == "" {
		return nil
	}
	return []result.Notice{{Text: "--new-only: everything is scanned: " + base.Whole}}
}

// changeSince finds what the change since a base touches.
func changeSince(ctx context.Context, in inputs, files discover.Files, base ci.Base) (*change.Scope, error) {
	called := names()
	if in.cfg.NewOnly {
		called.NewFrom = "--new-only"
	}
	return change.Since(ctx, in.tree, files, change.Options{
		Revision:    base.Revision,
		Config:      in.cfg,
		ConfigPath:  in.config.path,
		ConfigNamed: in.config.named,
		Resolve: func(file *config.File) (*config.Config, error) {
			cfg, _, err := in.resolve(file)
			return cfg, err
		},
		Plan: func(ctx context.Context, tree *discover.Tree, files discover.Files, unparsed func(string) bool) (*result.Plan, error) {
			o := discoverOptions(in)
			o.RenderHelm, o.RenderKustomize, o.Unparsed = false, false, unparsed
			return discover.Run(ctx, tree, files, o)
		},
		FullHistory: ci.Detect(in.sys.Getenv).FullHistory,
		Names:       called,
	})
}

// failLeft returns a plan in which what left it is a failed row, as far as it is known where the
// change began: by the policy's source, or at the merge base of --new-from. It also returns the
// rows of what left. What is approved may leave.
func failLeft(ctx context.Context, in inputs, whole *result.Plan, mergeBase string) (*result.Plan, []result.Row, error) {
	base := in.policy.Base
	if in.policy.Judge.Approved || in.tree.Repo == nil || base == nil && mergeBase == "" {
		return whole, nil, nil
	}
	if base == nil {
		found, err := in.tree.Repo.FindCommit(ctx, mergeBase)
		if found == nil || err != nil {
			return whole, nil, err
		}
		defer func() { _ = found.Close() }() // it was only read
		base = found
	}
	return change.Left(ctx, in.tree, whole, change.Began{Files: base.Snapshot, Contents: base.Contents(), Plan: in.planPast})
}

// planPast plans files of an earlier commit, but for what programs render. A glob that fits none of
// them leaves the choice to their names.
func (in inputs) planPast(ctx context.Context, tree *discover.Tree, files discover.Files) (*result.Plan, error) {
	o := discoverOptions(in)
	o.RenderHelm, o.RenderKustomize = false, false
	p, err := discover.Run(ctx, tree, files, o)
	if _, mistake := errors.AsType[*discover.UsageError](err); mistake {
		o.Dockerfiles, o.Templates = nil, nil
		p, err = discover.Run(ctx, tree, files, o)
	}
	return p, err
}
