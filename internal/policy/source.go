package policy

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
)

// ErrUnnamed means that the job judges a commit of which its host states no target.
var ErrUnnamed = errors.New("workflow_run judges a commit without a target branch, whose policy would be its author's")

// Options say what names the policy of a run.
type Options struct {
	// Repo is the clone, nil outside of git.
	Repo *git.Repo
	// Target is what the host states.
	Target ci.Target
	// From is the revision that the user names, "" for none; Setting is where.
	From, Setting string
	// CAFile holds further authorities, "" for none.
	CAFile string
	// Environ is the environment as os.Environ returns it.
	Environ []string
}

// Source is where the policy of a run comes from.
type Source struct {
	// Judge names it.
	Judge result.Judge
	// Commit holds the policy. It is nil if the run is judged by its own.
	Commit *git.Commit
	// Base is the commit at which the change began. Where that is not known, it is Commit: then
	// what others have merged since counts as the change's.
	Base *git.Commit
}

// Find returns where the policy of a run comes from. Use [Source.Close] at its end. Its error is
// [ErrUnnamed], or says why the commit can't be had, and what would help.
func Find(ctx context.Context, o Options) (Source, error) {
	switch {
	case o.From == result.Worktree:
		return Source{Judge: result.Judge{Name: result.Worktree, Setting: o.Setting}}, nil
	case o.From != "":
		c, err := o.named(ctx)
		if err != nil {
			return Source{}, err
		}
		return o.source(ctx, c, result.Judge{Name: o.From, Setting: o.Setting})
	case o.Target.Unnamed:
		return Source{}, ErrUnnamed
	case o.Target.Branch == "":
		return Source{Judge: result.Judge{Name: result.Own}}, nil
	}
	c, err := o.tip(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return Source{}, err
		}
		return Source{}, fmt.Errorf("the policy of the target branch %q judges this change, and can't be read: %w; fix: %s",
			o.Target.Branch, err, o.Target.Fix)
	}
	return o.source(ctx, c, result.Judge{Name: o.Target.Branch})
}

// Close releases what was opened, and removes what was fetched.
func (s Source) Close() error {
	var errs []error
	if s.Base != nil && s.Base != s.Commit {
		errs = append(errs, s.Base.Close())
	}
	if s.Commit != nil {
		errs = append(errs, s.Commit.Close())
	}
	return errors.Join(errs...)
}

// unnamed is the error of a revision that neither the clone nor the host has.
func (o Options) unnamed(err error) error {
	if known, ok := errors.AsType[*git.Error](err); ok && known.Fix != "" {
		return fmt.Errorf("%s: %w", o.Setting, err)
	}
	return fmt.Errorf("%s: %w; fix: fetch it, for example: git fetch --depth=1 origin main, then %s FETCH_HEAD", o.Setting, err, o.Setting)
}

// named returns the commit of the revision that the user names: of the clone, else of the host.
func (o Options) named(ctx context.Context) (*git.Commit, error) {
	id, err := o.From, git.ErrNotRepository
	if o.Repo != nil {
		if id, err = o.Repo.Resolve(ctx, o.From); err == nil {
			c, findErr := o.Repo.FindCommit(ctx, id)
			if c != nil || findErr != nil {
				return c, findErr
			}
			err = git.ErrNoRevision
		}
	}
	if !errors.Is(err, git.ErrNoRevision) && !errors.Is(err, git.ErrNotRepository) || o.Target.URL == "" {
		return nil, o.unnamed(err)
	}
	from := o.remote(ctx)
	from.AllowHTTP = true // the user trusts the way to the host
	branch := strings.TrimPrefix(o.From, "refs/heads/")
	if id != o.From || !git.IsHash(id) {
		id = ""
	}
	c, err := git.Fetch(ctx, from, id, branch)
	if err != nil {
		return nil, o.unnamed(err)
	}
	return c, nil
}

// tip returns the tip of the target branch, as of the event if the host states that.
func (o Options) tip(ctx context.Context) (*git.Commit, error) {
	id := o.Target.Commit
	if o.Repo != nil {
		var err error
		if id, err = o.Target.Tip(ctx, o.Repo); err != nil {
			return nil, err
		}
		c, err := o.inClone(ctx, id)
		if c != nil || err != nil {
			return c, err
		}
	}
	if o.Target.URL == "" {
		return nil, fmt.Errorf("the clone lacks %s", o.Target.TrackingRef())
	}
	return git.Fetch(ctx, o.remote(ctx), id, o.Target.Branch)
}

// inClone returns the commit with an id, else the one that the clone tracks where that counts. It
// is nil if the clone has neither.
func (o Options) inClone(ctx context.Context, id string) (*git.Commit, error) {
	c, err := o.Repo.FindCommit(ctx, id)
	if c != nil || err != nil || !o.Target.Tracked {
		return c, err
	}
	tracked, err := o.Repo.Ref(ctx, o.Target.TrackingRef())
	if err != nil {
		return nil, err
	}
	return o.Repo.FindCommit(ctx, tracked)
}

func (o Options) remote(ctx context.Context) git.Remote {
	from := git.Remote{URL: o.Target.URL, User: o.Target.User, Token: o.Target.Token, Env: o.Environ}
	if from.Token == "" && o.Repo != nil {
		from.User, from.Token = o.Repo.Credential(ctx, from.URL)
	}
	from.CAFiles = slices.DeleteFunc([]string{o.CAFile, o.Target.CAFile}, func(file string) bool { return file == "" })
	return from
}

// source completes the source with the commit at which the change began.
func (o Options) source(ctx context.Context, c *git.Commit, judge result.Judge) (Source, error) {
	judge.Commit = c.ID
	s := Source{Judge: judge, Commit: c, Base: c}
	if o.Repo == nil {
		return s, nil
	}
	id, err := o.base(ctx, c.ID)
	if err != nil || id == c.ID {
		return s, err
	}
	base, err := o.Repo.FindCommit(ctx, id)
	if base != nil {
		s.Base = base
	}
	return s, err
}

// base returns the full hash of the commit at which the change began, or the tip where that is not
// known or not certain. A merge commit of the host begins at its first parent: what a shallow clone
// holds of its history does not matter.
func (o Options) base(ctx context.Context, tip string) (string, error) {
	head, err := o.Repo.Commit(ctx)
	if err != nil {
		return tip, ctx.Err()
	}
	parents, _, err := o.Repo.Parents(ctx, head)
	switch {
	case err != nil:
		return tip, err
	case len(parents) == 2 && parents[0] == tip:
		return tip, nil
	case o.Target.MergeBase != "":
		return o.Target.MergeBase, nil
	}
	bases, err := o.Repo.MergeBase(ctx, tip)
	if err != nil || len(bases) != 1 {
		return tip, ctx.Err()
	}
	return bases[0], nil
}

// Location is where the config file of a run is looked for.
type Location struct {
	// Under is the folder that is scanned, relative to the root, "" for the whole tree.
	Under string
	// Named is the path of the file that the user names, relative to the root, "" for none.
	Named string
}

// File reads the config file of a commit, nil if there is none. name is put before its path in
// messages, "" for a file that is the same in the work tree.
func File(c *git.Commit, name string, at Location) (*config.File, error) {
	file := ConfigPath(c.Snapshot, at)
	if file == "" {
		return nil, nil //nolint:nilnil // no policy
	}
	content, err := c.Read(file)
	if err != nil {
		return nil, err
	}
	f, err := config.ParseFile(name+":"+file, file, content)
	if err != nil || f.WaiversFile() == "" {
		return f, err
	}
	list, err := c.Read(path.Join(path.Dir(file), f.WaiversFile()))
	if err != nil {
		return nil, fmt.Errorf("%s: waivers: %q: %w", f.Path, f.WaiversFile(), err)
	}
	return f, f.AddWaivers(list)
}

// ConfigPath returns the path of the config file in a commit: the one that the user names, else the
// nearest to the scanned folder, "" if there is none.
func ConfigPath(s *git.Snapshot, at Location) string {
	return config.PathIn(at.Under, at.Named, s.Lacks)
}
