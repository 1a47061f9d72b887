package change

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
)

// Options say where the change began, and what is asked for.
type Options struct {
	// Revision is the other side of the merge base with HEAD at which the change began.
	Revision string
	// Config is what is asked for now.
	Config *config.Config
	// ConfigPath is the config file relative to the root of the tree; "" if there is
	// none, or if it lies elsewhere. ConfigNamed is set if the user gave the path.
	ConfigPath  string
	ConfigNamed bool
	// Resolve returns what would be asked for with another config file; nil stands
	// for none.
	Resolve func(*config.File) (*config.Config, error)
	// Plan plans the targets of a tree as it was at a merge base, by the config of now. unparsed
	// is for [discover.Options].
	Plan func(ctx context.Context, tree *discover.Tree, files discover.Files, unparsed func(string) bool) (*result.Plan, error)
	// FullHistory is the advice on how the clone gets its whole history.
	FullHistory string
	// Names are for messages.
	Names result.Names
}

// Since compares the files of a tree with the merge base of a revision and HEAD. In a
// criss-cross history there are several, and a file that differs from any of them is
// touched. It fails with a [*discover.UsageError] outside of git, with a
// [*git.Error], or with the cause of ctx's end.
func Since(ctx context.Context, tree *discover.Tree, files discover.Files, o Options) (*Scope, error) {
	if tree.Repo == nil {
		return nil, &discover.UsageError{
			Name: o.Names.NewFrom, Value: o.Revision,
			Msg: fmt.Sprintf("%s is not inside a git repository; fix: leave %s out to scan everything", tree.Root, o.Names.NewFrom),
		}
	}
	commits, err := tree.Repo.MergeBase(ctx, o.Revision)
	if err != nil {
		return nil, advise(err, o)
	}
	bases := make([]*git.Snapshot, len(commits))
	for i, commit := range commits {
		if bases[i], err = tree.Repo.Snapshot(ctx, commit); err != nil {
			return nil, err
		}
	}
	before, err := configAtBases(tree, bases, o)
	if err != nil {
		return nil, err
	}
	s := newScope(tree, files, bases, before, o)
	s.mergeBases, s.record = commits, result.Change{From: o.Revision, MergeBase: commits[0]}
	return s, s.compareTemplates(ctx)
}

// advise adds a fix to an error of git that has none.
func advise(err error, o Options) error {
	failed, ok := errors.AsType[*git.Error](err)
	if !ok || failed.Fix != "" {
		return err
	}
	advised := *failed
	switch {
	case errors.Is(err, git.ErrShallow):
		advised.Fix = o.FullHistory
	case errors.Is(err, git.ErrNoRevision) && strings.Trim(o.Revision, "0") == "":
		advised.Fix = fmt.Sprintf("zeros stand for no commit, as in the first push of a branch: leave %s out to scan everything; "+
			"--new-only takes the base of a change from the CI host", o.Names.NewFrom)
	case errors.Is(err, git.ErrNoRevision):
		advised.Fix = fmt.Sprintf("fetch it, for example: git fetch origin main, then %[1]s origin/main "+
			"(%[1]s FETCH_HEAD if only one branch is cloned); in CI, %[2]s", o.Names.NewFrom, o.FullHistory)
	case errors.Is(err, git.ErrUnrelated):
		advised.Fix = fmt.Sprintf("give a revision that HEAD comes from, or leave %s out to scan everything", o.Names.NewFrom)
	}
	return &advised
}
