package git

import (
	"cmp"
	"context"
	"strings"
)

// Shallow reports whether the history of the clone is cut off.
func (r *Repo) Shallow(ctx context.Context) (bool, error) {
	file, err := r.shallowFile(ctx)
	return file != "", err
}

// DefaultBranch returns the branch that origin had as its default when it was cloned, else the one
// that is checked out, else "main".
func (r *Repo) DefaultBranch(ctx context.Context) string {
	const what = "name the default branch"
	if head, err := r.query(ctx, what, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"); err == nil && head != "" {
		return strings.TrimPrefix(head, "origin/")
	}
	branch, _ := r.Branch(ctx) // without one it is main
	return cmp.Or(branch, "main")
}

// Refs returns the short names of at most limit branches, remote branches and tags, those with the
// newest commits first.
func (r *Repo) Refs(ctx context.Context, limit int) ([]string, error) {
	out, err := r.run(ctx, "list branches and tags", "for-each-ref", "--sort=-creatordate", "--format=%(refname:short)",
		"refs/heads", "refs/remotes", "refs/tags")
	if err != nil {
		return nil, err
	}
	names := strings.Fields(string(out)) // a name has no space
	return names[:min(limit, len(names))], nil
}
