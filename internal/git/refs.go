package git

import (
	"context"
	"strings"
)

// Shallow reports whether the history of the clone is cut off.
func (r *Repo) Shallow(ctx context.Context) (bool, error) {
	file, err := r.shallowFile(ctx)
	return file != "", err
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
