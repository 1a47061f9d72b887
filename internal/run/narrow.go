package run

import (
	"context"

	"github.com/scangate/scangate/internal/change"
	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
)

// changeSince finds what the change of --new-from touches.
func changeSince(ctx context.Context, in inputs, files discover.Files) (*change.Scope, error) {
	return change.Since(ctx, in.tree, files, change.Options{
		Revision:    in.cfg.NewFrom,
		Config:      in.cfg,
		ConfigPath:  in.config.path,
		ConfigNamed: in.config.named,
		Resolve: func(file *config.File) (*config.Config, error) {
			return config.Resolve(in.req.Settings, in.req.Flags, in.sys.Getenv, file)
		},
		FullHistory: fullHistory(ci.Detect(in.sys.Getenv).Name),
		Names:       names(),
	})
}

// fullHistory says how the clone of a job gets all of its history:
// https://github.com/actions/checkout#usage,
// https://docs.gitlab.com/ci/runners/configure_runners/#shallow-cloning.
func fullHistory(host string) string {
	switch host {
	case "github":
		return "give actions/checkout all of the history, with fetch-depth: 0"
	case "gitlab":
		return "give the job all of the history, with the variable GIT_DEPTH: 0"
	}
	return "clone all of the history: git fetch --unshallow (fetch-depth: 0 for actions/checkout, GIT_DEPTH: 0 in GitLab)"
}
