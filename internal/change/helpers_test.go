package change_test

import (
	"context"
	"testing"

	"github.com/scangate/scangate/internal/change"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/discover/discovertest"
	"github.com/scangate/scangate/internal/result"
)

type files = discovertest.Files

const bucket = discovertest.Bucket

var manifest, check = discovertest.Manifest, discovertest.Check

// narrow plans what the change since rev touches, as a run with these flags does.
func narrow(t testing.TB, dir, rev string, flags config.Flags) (*result.Plan, *result.Change) {
	t.Helper()
	tree, all := discovertest.Open(t, dir)
	resolve := func(file *config.File) (*config.Config, error) {
		return config.Resolve(config.Settings(config.Scan), flags, func(string) string { return "" }, file)
	}
	cfg, configPath := readConfig(t, tree, resolve)
	o := discover.Options{
		Only: cfg.Only, Dockerfiles: cfg.Dockerfiles, Templates: cfg.Templates,
		Exclude: cfg.Exclude, ExcludeImages: cfg.ExcludeImages, Vars: cfg.Vars,
		BuildArgs: cfg.BuildArgs, Platforms: cfg.Platforms, Names: discovertest.Names(),
	}
	for _, i := range cfg.Images {
		o.Images = append(o.Images, result.NamedImage{Ref: i.Ref, Location: i.Location})
	}
	plan := func(ctx context.Context, tree *discover.Tree, all discover.Files, unparsed func(string) bool) (*result.Plan, error) {
		o := o
		o.Unparsed = unparsed
		return discover.Run(ctx, tree, all, o)
	}
	scope, err := change.Since(t.Context(), tree, all, change.Options{
		Revision: rev, Config: cfg, ConfigPath: configPath, Resolve: resolve, Plan: plan, Names: discovertest.Names(),
	})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := plan(t.Context(), tree, all, scope.Unparsed)
	if err != nil {
		t.Fatal(err)
	}
	part, record, err := scope.Narrow(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	return part, record
}

// narrowed is the plan alone, without flags.
func narrowed(t testing.TB, dir, rev string) *result.Plan {
	t.Helper()
	p, _ := narrow(t, dir, rev, nil)
	return p
}

// readConfig reads the config file of a tree, and returns its path too.
func readConfig(t testing.TB, tree *discover.Tree, resolve func(*config.File) (*config.Config, error)) (*config.Config, string) {
	t.Helper()
	var file *config.File
	path, err := config.Find(tree.Under, func(path string) bool { return !tree.Missing(path) })
	if err == nil && path != "" {
		file, err = config.ReadIn(tree.FS, path, path, path)
	}
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := resolve(file)
	if err != nil {
		t.Fatal(err)
	}
	return cfg, path
}
