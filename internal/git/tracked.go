package git

import (
	"context"
	"strings"
)

// Tracked returns the entries of the index that are at a path or below it. The path is relative to
// the root, with slashes. "" returns all of them.
func (r *Repo) Tracked(ctx context.Context, path string) ([]string, error) {
	args := []string{"ls-files", "-z", "--full-name"}
	if path != "" {
		args = append(args, "--", path)
	}
	out, err := r.run(ctx, "look for "+path+" in the index", args...)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"), nil
}
