package git

import (
	"context"
	"strings"
)

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
