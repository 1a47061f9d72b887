package git

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/scangate/scangate/internal/safe"
)

// Why [Repo.MergeBase] can't tell where a change begins; they stand in the Err
// of an [*Error]. What fixes them depends on the host that made the clone.
var (
	// ErrNoRevision: the revision names no commit of this clone.
	ErrNoRevision = errors.New("there is no such commit in this clone")
	// ErrShallow: the history is cut off before it is certain where the change
	// begins.
	ErrShallow = errors.New("this clone is shallow, and its history ends before it is certain where the change begins")
	// ErrUnrelated: both histories are complete and have no commit in common.
	ErrUnrelated = errors.New("the two have no commit in common")
	// ErrTag: a tag has the name that a branch of a remote would have.
	ErrTag = errors.New("it is a tag and no branch of a remote")
	// ErrUnborn: HEAD has no commit.
	ErrUnborn = errors.New("there is no commit here yet")
)

// MergeBase returns the best common ancestors of the revision rev and HEAD, as
// full hashes: one, or several in a criss-cross history, and never none. Where
// it is not certain what they are, it fails with an [*Error]:
//
//   - A name that stands for two things is refused, and so is a tag with a slash
//     in its short name. Tags come before remote branches, so that whoever may
//     push one named origin/main would choose what is compared.
//   - A shallow clone can hide the best ancestor and show an older one. Older is
//     not safer: what main has fixed since and the change breaks again doesn't
//     differ from it. So no commit on either side of the answer may be one where
//     the history was cut. (It can't show a newer one: cutting makes no ancestors.)
func (r *Repo) MergeBase(ctx context.Context, rev string) ([]string, error) {
	what := fmt.Sprintf("find where the change since %q begins", rev)
	if rev == "" || strings.HasPrefix(rev, "-") || strings.ContainsRune(rev, 0) {
		return nil, &Error{What: what, Err: ErrNoRevision}
	}
	var cut, name string
	var beside safe.Group
	beside.Go(func() (err error) {
		cut, err = r.shallowFile(ctx)
		return err
	})
	beside.Go(func() error {
		// An error here is an error below, too.
		name, _ = r.ask(ctx, what, "rev-parse", "--symbolic-full-name", rev)
		return nil
	})
	out, said, err := r.hear(ctx, what, "-c", "core.warnAmbiguousRefs=true", "merge-base", "--all", rev, "HEAD")
	besideErr := beside.Wait()
	bases := strings.Fields(string(out))
	switch {
	case strings.Contains(said, "is ambiguous") && !isHash(rev, bases):
		return nil, &Error{What: what, Stderr: firstLines([]byte(said)), Fix: "write the name in full, for example refs/remotes/origin/main"}
	case name == "refs/tags/"+rev && strings.Contains(rev, "/"):
		return nil, &Error{What: what, Err: ErrTag, Fix: "fetch the branch, or write tags/" + rev + " if the tag is meant"}
	case noAnswer(err) && cut != "":
		return nil, &Error{What: what, Err: ErrShallow}
	case noAnswer(err), err == nil && len(bases) == 0:
		return nil, &Error{What: what, Err: ErrUnrelated}
	case err != nil:
		return nil, r.whyNoBase(ctx, what, said, err)
	case besideErr != nil:
		return nil, besideErr
	case cut == "":
		return bases, nil
	}
	return bases, r.certain(ctx, what, rev, bases, cut)
}

// isHash reports whether rev is written as the full hash of a commit, like those
// of the bases. Git takes it for one, whatever branch or tag has that name.
func isHash(rev string, bases []string) bool {
	_, err := hex.DecodeString(rev)
	return err == nil && len(bases) > 0 && len(rev) == len(bases[0])
}

// whyNoBase explains a failure of git merge-base by what it said.
func (r *Repo) whyNoBase(ctx context.Context, what, said string, err error) error {
	if !strings.Contains(said, "Not a valid") || ctx.Err() != nil {
		return err
	}
	if head, headErr := r.Commit(ctx); headErr == nil && head == "" {
		return &Error{What: what, Err: ErrUnborn, Fix: "commit first"}
	}
	return &Error{What: what, Err: ErrNoRevision}
}

// shallowFile returns the path of the file that lists where a shallow clone's
// history was cut, "" for a complete clone.
func (r *Repo) shallowFile(ctx context.Context) (string, error) {
	out, err := r.ask(ctx, "see whether the clone is shallow", "rev-parse", "--is-shallow-repository", "--git-path", "shallow")
	answer, path, _ := strings.Cut(out, "\n")
	if err != nil || answer == "false" {
		return "", err
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.root, filepath.FromSlash(path))
	}
	return path, nil
}

// certain fails with ErrShallow where one of the commits on the way from the
// bases to rev and HEAD has lost its parents: they might lead to a better base.
func (r *Repo) certain(ctx context.Context, what, rev string, bases []string, cut string) error {
	tips, err := r.ask(ctx, what, "rev-parse", rev+"^{commit}", "HEAD^{commit}")
	if err != nil {
		return err
	}
	if len(bases) == 1 && strings.Contains(tips, bases[0]) {
		return nil // one is an ancestor of the other: nothing is a better base
	}
	args := append([]string{"rev-list"}, strings.Fields(tips)...)
	way, err := r.run(ctx, what, append(append(args, "--not"), bases...)...)
	if err != nil {
		return err
	}
	list, err := os.ReadFile(cut)
	if err != nil {
		return &Error{What: what, Err: err}
	}
	on := map[string]bool{}
	for _, commit := range strings.Fields(string(way)) {
		on[commit] = true
	}
	for _, commit := range strings.Fields(string(list)) {
		if on[commit] {
			return &Error{What: what, Err: ErrShallow}
		}
	}
	return nil
}
