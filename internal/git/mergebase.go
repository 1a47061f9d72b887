package git

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/safe"
)

// Why [Repo.MergeBase] fails: the Err of its [*Error]. Where the fix depends on the
// host that made the clone, the error has none.
var (
	// ErrNoRevision: the revision is not a commit of this clone.
	ErrNoRevision = errors.New("there is no such commit in this clone")
	// ErrShallow: the history is cut off before the merge base is certain.
	ErrShallow = errors.New("this clone is shallow, and its history ends before the merge base is certain")
	// ErrUnrelated: both histories are complete and share no commit.
	ErrUnrelated = errors.New("the two have no commit in common")
	// ErrTag: a tag is named like a branch of a remote.
	ErrTag = errors.New("it is a tag, not a branch of a remote")
	// ErrUnborn: HEAD has no commit.
	ErrUnborn = errors.New("there is no commit here yet")
)

// MergeBase returns the best common ancestors of the revision rev and HEAD, or the commit in its
// place, as full hashes: at least one, several in a criss-cross history. It fails with an [*Error]
// if they are not certain:
//
//   - For REV^@, git's notation for all parents of REV, it returns the bases with each parent: what
//     differs from any of them is of the change. So is a merge commit judged without a target.
//   - An ambiguous name is refused, and so is a tag with a slash in its short name.
//     Tags take precedence over remote branches: whoever may push a tag named
//     origin/main would choose what is compared.
//   - A shallow clone can hide the best ancestor and show an older one. Older is not
//     safer: what main has fixed since, and the change breaks again, doesn't differ
//     from it. So the history must not be cut between the answer and either side.
//     (A newer ancestor can't be shown, because cutting adds no ancestors.)
func (r *Repo) MergeBase(ctx context.Context, rev string) ([]string, error) {
	what := fmt.Sprintf("find the merge base of %q and %s", rev, r.head())
	if rev == "" || strings.HasPrefix(rev, "-") || strings.ContainsRune(rev, 0) {
		return nil, &Error{What: what, Err: ErrNoRevision}
	}
	if merge, ok := strings.CutSuffix(rev, "^@"); ok {
		return r.parentBases(ctx, what, merge)
	}
	var shallow, name string
	var parallel safe.Group
	parallel.Go(func() (err error) {
		shallow, err = r.shallowFile(ctx)
		return err
	})
	parallel.Go(func() error {
		// If this fails, merge-base reports why.
		name, _ = r.query(ctx, what, "rev-parse", "--symbolic-full-name", rev)
		return nil
	})
	out, stderr, err := r.exec(ctx, what, "-c", "core.warnAmbiguousRefs=true", "merge-base", "--all", rev, r.head())
	shallowErr := parallel.Wait()
	bases := strings.Fields(string(out))
	none := noAnswer(err) || err == nil && len(bases) == 0
	switch {
	case strings.Contains(stderr, "is ambiguous") && !isFullHash(rev, bases):
		return nil, &Error{What: what, Stderr: strings.TrimPrefix(firstLines([]byte(stderr)), "warning: "), Fix: "write the name in full, for example refs/remotes/origin/main"}
	case name == "refs/tags/"+rev && strings.Contains(rev, "/"):
		return nil, &Error{What: what, Err: ErrTag, Fix: "fetch the branch, or write tags/" + rev + " if you mean the tag"}
	case none && shallow != "":
		return nil, &Error{What: what, Err: ErrShallow}
	case none:
		return nil, &Error{What: what, Err: ErrUnrelated}
	case err != nil:
		return nil, r.explainFailure(ctx, what, stderr, err)
	case shallowErr != nil:
		return nil, shallowErr
	case shallow == "":
		return bases, nil
	}
	return bases, r.checkHistory(ctx, what, rev, bases, shallow)
}

// parentBases returns the merge bases with each parent of a commit.
func (r *Repo) parentBases(ctx context.Context, what, rev string) ([]string, error) {
	id, err := r.Resolve(ctx, rev)
	if err != nil {
		return nil, err
	}
	parents, ok, err := r.Parents(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, &Error{What: what, Err: ErrNoRevision}
	case len(parents) == 0:
		return nil, &Error{What: what, Err: ErrUnrelated}
	}
	var all []string
	for _, parent := range parents {
		bases, err := r.MergeBase(ctx, parent)
		if err != nil {
			return nil, err
		}
		all = append(all, bases...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// isFullHash reports whether rev is the full hash of a commit, as long as those of
// the bases. Git takes it for one, whatever branch or tag has that name.
func isFullHash(rev string, bases []string) bool {
	_, err := hex.DecodeString(rev)
	return err == nil && len(bases) > 0 && len(rev) == len(bases[0])
}

// explainFailure turns a failure of git merge-base into a better one, if its
// standard error says which.
func (r *Repo) explainFailure(ctx context.Context, what, stderr string, err error) error {
	if !strings.Contains(stderr, "Not a valid") || ctx.Err() != nil {
		return err
	}
	if head, headErr := r.Commit(ctx); headErr == nil && head == "" {
		return &Error{What: what, Err: ErrUnborn, Fix: "commit first"}
	}
	return &Error{What: what, Err: ErrNoRevision}
}

// shallowFile returns the path of the file that lists where a shallow clone's
// history is cut, "" for a complete clone.
func (r *Repo) shallowFile(ctx context.Context) (string, error) {
	out, err := r.query(ctx, "see whether the clone is shallow", "rev-parse", "--is-shallow-repository", "--git-path", "shallow")
	answer, path, _ := strings.Cut(out, "\n")
	if err != nil || answer == "false" {
		return "", err
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.root, filepath.FromSlash(path))
	}
	return path, nil
}

// checkHistory fails with ErrShallow if a commit between the bases and rev or HEAD
// has lost its parents: they might lead to a better base.
func (r *Repo) checkHistory(ctx context.Context, what, rev string, bases []string, shallow string) error {
	tips, err := r.query(ctx, what, "rev-parse", rev+"^{commit}", r.head()+"^{commit}")
	if err != nil {
		return err
	}
	if len(bases) == 1 && strings.Contains(tips, bases[0]) {
		return nil // one is an ancestor of the other: nothing is a better base
	}
	args := slices.Concat([]string{"rev-list"}, strings.Fields(tips), []string{"--not"}, bases)
	between, err := r.run(ctx, what, args...)
	if err != nil {
		return err
	}
	cut, err := os.ReadFile(shallow)
	if err != nil {
		return &Error{What: what, Err: err}
	}
	isCut := map[string]bool{}
	for commit := range strings.FieldsSeq(string(cut)) {
		isCut[commit] = true
	}
	for commit := range strings.FieldsSeq(string(between)) {
		if isCut[commit] {
			return &Error{What: what, Err: ErrShallow}
		}
	}
	return nil
}
