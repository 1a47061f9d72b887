package run

import (
	"context"

	"github.com/scangate/scangate/internal/change"
	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/result"
)

// changeSince finds what the change of --new-from touches.
func changeSince(ctx context.Context, in inputs, files discover.Files) (*change.Scope, error) {
	return change.Since(ctx, in.tree, files, change.Options{
		Revision:    in.cfg.NewFrom,
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
		Names:       names(),
	})
}
