package ci

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/git"
)

// BaseVariable names the base of a change on hosts that don't, and instead of what a host names.
const BaseVariable = "SCANGATE_BASE"

// Base is what a change is compared with.
type Base struct {
	// Revision is a commit of the clone, or what a user names. The change begins at its merge base
	// with HEAD. It is "" if everything is judged.
	Revision string
	// Whole says why everything is judged.
	Whole string
}

// Base returns what the change is compared with, as the host states it:
//
//   - The commit that the host merged the change into, if HEAD is that merge.
//   - The target branch's commit, as the host states it.
//   - The commit at which the change began, if HEAD comes from it.
//   - The branch of the clone that tracks the target branch. Branches and tags of the clone itself
//     are never read: whoever may push a tag could choose what is compared.
//
// The commit that a branch had before a push is never the base: after a push that fails, an empty
// one would pass. If HEAD is an ancestor of the base, there is no change, and everything is judged.
//
// Its error is a [*git.Error] that says how a job of the host gets what the clone lacks.
func (t Target) Base(ctx context.Context, repo *git.Repo) (Base, error) {
	switch {
	case t.wrong != "":
		return Base{}, t.lacks(fmt.Sprintf("the host states %q, which is not the id of a commit", t.wrong))
	case t.Whole != "":
		return Base{Whole: t.Whole}, nil
	}
	revision, err := t.revision(ctx, repo)
	if err != nil {
		return Base{}, err
	}
	return t.compare(ctx, repo, revision, t.Branch)
}

// Against returns the base of a revision that [BaseVariable] names. fullHistory is the host's
// advice, for errors.
func Against(ctx context.Context, repo *git.Repo, revision, fullHistory string) (Base, error) {
	return Target{fullHistory: fullHistory, named: revision}.compare(ctx, repo, revision, revision)
}

// compare returns the base of a revision, if the clone has the history up to it. name is for
// people.
func (t Target) compare(ctx context.Context, repo *git.Repo, revision, name string) (Base, error) {
	bases, err := repo.MergeBase(ctx, revision)
	if err != nil {
		return Base{}, t.advise(err)
	}
	head, err := repo.Commit(ctx)
	switch {
	case err != nil:
		return Base{}, err
	case len(bases) == 1 && bases[0] == head:
		return Base{Whole: fmt.Sprintf("%s holds this commit already, so there is no change", name)}, nil
	case revision == t.MergeBase && (len(bases) != 1 || bases[0] != revision):
		return Base{}, t.lacks("the change is stated to begin at " + revision + ", and this commit does not come from it: " +
			"the request may have got another target branch since")
	}
	return Base{Revision: revision}, nil
}

// revision returns the revision that the change is compared with.
func (t Target) revision(ctx context.Context, repo *git.Repo) (string, error) {
	if err := t.holdsHead(ctx, repo); err != nil {
		return "", err
	}
	tip, err := t.Tip(ctx, repo)
	switch {
	case err != nil:
		return "", err
	case tip != "":
		return tip, nil
	case t.Abbreviated != "":
		return "", t.lacks("the clone has no single commit whose id begins with " + t.Abbreviated)
	case t.MergeBase != "":
		return t.MergeBase, nil
	}
	tracked, err := repo.Ref(ctx, t.TrackingRef())
	if tracked == "" && err == nil {
		err = t.lacks("the clone lacks " + t.TrackingRef())
	}
	return tracked, err
}

// Tip returns the full id of the target branch's tip, as the host states it: the commit that the
// change was merged into, if the clone has that merge, else the one of the event. It is "" if the
// host states none, or an abbreviation of what the clone lacks.
func (t Target) Tip(ctx context.Context, repo *git.Repo) (string, error) {
	into, err := t.mergedInto(ctx, repo)
	if into != "" || err != nil {
		return into, err
	}
	if t.Abbreviated != "" {
		return repo.Expand(ctx, t.Abbreviated)
	}
	return t.Commit, nil
}

// mergedInto returns the first parent of the host's merge of the change, "" if the clone lacks that
// merge, or if it merges another commit than the stated one.
func (t Target) mergedInto(ctx context.Context, repo *git.Repo) (string, error) {
	parents, ok, err := repo.Parents(ctx, t.Merge)
	if err != nil || !ok || len(parents) != 2 || t.Head != "" && parents[1] != t.Head {
		return "", err
	}
	return parents[0], nil
}

// holdsHead fails if HEAD does not come from the commit that the change ends at: the job has
// checked out something else, as pull_request_target does by default.
func (t Target) holdsHead(ctx context.Context, repo *git.Repo) error {
	if t.Head == "" {
		return nil
	}
	head, err := repo.Commit(ctx)
	if err != nil || head != "" && head == t.Merge {
		return err
	}
	bases, err := repo.MergeBase(ctx, t.Head)
	if err == nil && len(bases) == 1 && bases[0] == t.Head {
		return nil
	}
	if errors.Is(err, git.ErrShallow) || ctx.Err() != nil {
		return t.advise(err)
	}
	return &git.Error{
		What: "compare the change with " + t.Branch,
		Err:  fmt.Errorf("this commit does not come from %s, where the change ends: something else is checked out", t.Head),
		Fix:  "check out the commit of the change; for actions/checkout, ref: ${{ github.event.pull_request.head.sha }}",
	}
}

// lacks is the error for a base that can't be had.
func (t Target) lacks(why string) error {
	return t.advise(&git.Error{What: "find the base of the change", Err: errors.New(why)})
}

// advise adds a fix to an error of git that has none.
func (t Target) advise(err error) error {
	failed, ok := errors.AsType[*git.Error](err)
	if !ok || failed.Fix != "" {
		return err
	}
	advised := *failed
	advised.Fix = cmp.Or(t.fullHistory, fullHistory)
	switch {
	case t.named != "" && strings.Trim(t.named, "0") == "":
		advised.Fix = "zeros stand for no commit: leave " + BaseVariable + " unset to scan everything, or name a branch, as in " + BaseVariable + "=origin/main"
	case t.named != "":
		advised.Fix += "; or name a commit of the clone with " + BaseVariable
	default:
		isStated := t.Commit != "" || t.Merge != "" || t.MergeBase != ""
		if command := fetchCommand(t); command != "" && !isStated && !errors.Is(err, git.ErrShallow) {
			advised.Fix += ", and fetch the target branch" + command
		}
		advised.Fix += "; or name the base: " + BaseVariable + "=REV"
	}
	return &advised
}

// pushTo says that a run is of a branch that judges itself.
func pushTo(kind, branch string) string {
	return fmt.Sprintf("this is a run of the %s branch %q", kind, branch)
}

// noBase says that the host states no base for a kind of run.
func noBase(title, run string) string {
	return title + " names no base of " + run + ", and " + BaseVariable + " is not set"
}

// isTag reports whether a ref is a tag.
func isTag(ref string) bool { return strings.HasPrefix(ref, "refs/tags/") }
