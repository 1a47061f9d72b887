package git

import (
	"context"
	"fmt"
	"strings"
)

// Resolve returns the full hash of the commit that a user names. It fails with an [*Error] for an
// ambiguous name, and for a tag that is not written as one: whoever may push a tag named main would
// choose the commit.
func (r *Repo) Resolve(ctx context.Context, rev string) (string, error) {
	what := fmt.Sprintf("find the commit %q", rev)
	if rev == "" || strings.HasPrefix(rev, "-") || strings.ContainsRune(rev, 0) {
		return "", &Error{What: what, Err: ErrNoRevision}
	}
	if IsHash(rev) {
		return rev, nil
	}
	name, err := r.query(ctx, what, "rev-parse", "--symbolic-full-name", rev)
	if err != nil && ctx.Err() != nil {
		return "", err
	}
	if tag, isTag := strings.CutPrefix(name, "refs/tags/"); isTag && rev != name && rev != "tags/"+tag {
		return "", &Error{What: what, Err: ErrTag, Fix: "fetch the branch, or write tags/" + tag + " if you mean the tag"}
	}
	out, stderr, err := r.exec(ctx, what, "-c", "core.warnAmbiguousRefs=true", "rev-parse", "--verify", rev+"^{commit}")
	id := strings.TrimSpace(string(out))
	switch {
	case strings.Contains(stderr, "is ambiguous"):
		return "", &Error{What: what, Stderr: strings.TrimPrefix(firstLines([]byte(stderr)), "warning: "), Fix: "write the name in full, for example refs/remotes/origin/main"}
	case err != nil && ctx.Err() != nil:
		return "", err
	case err != nil || !IsHash(id):
		return "", &Error{What: what, Err: ErrNoRevision}
	}
	return id, nil
}
