package run

import (
	"context"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
)

// narrowing is what --new-from narrows a plan by; its zero value narrows nothing.
type narrowing struct {
	change *result.Change
	since  []*git.Snapshot
	before []discover.Before
}

// narrow lists the files as they were where the change of --new-from began.
func narrow(ctx context.Context, in inputs) (narrowing, error) {
	if in.cfg.NewFrom == "" {
		return narrowing{}, nil
	}
	if in.tree.Repo == nil {
		return narrowing{}, usagef("%s: %s is not inside a git repository, so that nothing is known of a change; leave it out to scan everything",
			in.cfg.Origin("new-from"), in.req.Path)
	}
	bases, err := in.tree.Repo.MergeBase(ctx, in.cfg.NewFrom)
	if err != nil {
		return narrowing{}, early(ctx, withHistory(in, err))
	}
	n := narrowing{change: &result.Change{From: in.cfg.NewFrom, MergeBase: bases[0]}, since: make([]*git.Snapshot, len(bases))}
	for i, base := range bases {
		if n.since[i], err = in.tree.Repo.Snapshot(ctx, base); err != nil {
			return narrowing{}, early(ctx, err)
		}
	}
	n.before, err = in.configAtBases(ctx, n.since)
	return n, err
}

// withHistory adds what to do about a clone that lacks a part of the history, in
// the words of the host that made it.
func withHistory(in inputs, err error) error {
	var failed *git.Error
	if !errors.As(err, &failed) || failed.Fix != "" {
		return err
	}
	fixed := *failed
	host := ci.Detect(in.sys.Getenv).Name
	switch {
	case errors.Is(err, git.ErrShallow):
		fixed.Fix = wholeHistory(host)
	case errors.Is(err, git.ErrNoRevision):
		fixed.Fix = "fetch it, for example: git fetch origin main, then --new-from origin/main (--new-from FETCH_HEAD where only one branch is cloned); in CI, " +
			wholeHistory(host)
	case errors.Is(err, git.ErrUnrelated):
		fixed.Fix = "give a revision that HEAD comes from, or leave --new-from out to scan everything"
	}
	return &fixed
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

// configAtBases loads the config as of each base at which it was another file. An
// unreadable one yields Unknown, which counts every target as touched.
func (in *inputs) configAtBases(ctx context.Context, bases []*git.Snapshot) ([]discover.Before, error) {
	var all []discover.Before
	for _, base := range bases {
		file := in.configAt(base)
		same := file == in.config.path
		file = in.linkTarget(base, file)
		if same && (file == "" || in.unchanged(base, file)) {
			continue
		}
		name, _, there := base.Blob(file)
		var parsed *config.File
		if there {
			contents, err := in.tree.Repo.Contents(ctx, []string{name})
			if err != nil {
				return nil, early(ctx, err)
			}
			if parsed, err = config.ParseFile(file, file, contents[name]); err != nil {
				all = append(all, discover.Before{Unknown: true})
				continue
			}
		}
		all = append(all, in.askedBy(parsed))
	}
	return all, nil
}

// askedBy is what the run would ask for with another config file.
func (in *inputs) askedBy(file *config.File) discover.Before {
	cfg, err := config.Resolve(in.req.Settings, in.req.Flags, in.sys.Getenv, file)
	if err != nil {
		return discover.Before{Unknown: true}
	}
	b := discover.Before{Only: cfg.Only, Exclude: cfg.Exclude, BuildArgs: cfg.BuildArgs}
	for _, image := range cfg.Images {
		b.Images = append(b.Images, image.Ref)
	}
	return b
}

// configAt is the path of the config file that a base would have been scanned
// with, relative to the root: the named one, or else the nearest; "" if there was
// none, or if it is none of the repository's.
func (in *inputs) configAt(base *git.Snapshot) string {
	if in.config.named {
		return in.config.path
	}
	for dir := in.tree.Under; ; dir = path.Dir(dir) {
		file := path.Join(dir, config.FileName)
		if _, _, there := base.Blob(file); there {
			return file
		}
		if dir == "" || dir == "." {
			return ""
		}
	}
}

// linkTarget is the file that a link leads to which is the same as at a base.
func (in *inputs) linkTarget(base *git.Snapshot, file string) string {
	to, err := os.Readlink(filepath.Join(in.tree.Root, filepath.FromSlash(file)))
	if to = filepath.ToSlash(to); err != nil || !base.HoldsLink(file, to) {
		return file
	}
	return path.Join(path.Dir(file), to)
}

// unchanged reports whether a base has a file as it is now.
func (in *inputs) unchanged(base *git.Snapshot, file string) bool {
	open := func() (io.ReadCloser, error) { return in.tree.FS.Open(file) }
	info, err := os.Lstat(filepath.Join(in.tree.Root, filepath.FromSlash(file)))
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	same, err := base.Holds(file, info.Size(), open)
	return err == nil && same
}
