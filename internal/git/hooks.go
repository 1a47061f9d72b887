package git

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
)

// HooksFolder returns the absolute path of the folder where git looks for hooks: that of
// core.hooksPath, else the one of the repository, which its work trees share. shared is set if
// other repositories use it too, because it lies outside of this one.
func (r *Repo) HooksFolder(ctx context.Context) (folder string, shared bool, err error) {
	const what = "find the folder of hooks"
	cmd := r.command(ctx, "rev-parse", "--git-common-dir", "--git-path", "hooks")
	// Else it would answer with the folder without hooks, in which git runs here.
	if at := slices.Index(cmd.Args, "core.hooksPath=/dev/null"); at > 0 {
		cmd.Args = slices.Delete(cmd.Args, at-1, at+1)
	}
	out, err := cmd.Output()
	if err != nil {
		return "", false, &Error{What: what, Fix: fix(r.root, "", err), Err: err}
	}
	own, hooks, _ := strings.Cut(strings.TrimSuffix(string(out), "\n"), "\n")
	absolute := func(path string) string {
		if path = filepath.FromSlash(path); !filepath.IsAbs(path) {
			path = filepath.Join(r.root, path)
		}
		return filepath.Clean(path)
	}
	folder = absolute(hooks)
	inside := func(top string) bool {
		rel, err := filepath.Rel(top, folder)
		return err == nil && filepath.IsLocal(rel)
	}
	return folder, !inside(absolute(own)) && !inside(r.root), nil
}

// CommitOf returns the full hash of the commit that a revision leads to, "" if this clone has none.
func (r *Repo) CommitOf(ctx context.Context, rev string) (string, error) {
	id, err := r.query(ctx, "find the commit "+rev, "rev-parse", "--quiet", "--verify", rev+"^{commit}")
	if err != nil && ctx.Err() == nil {
		return "", nil // there is no such object, or it is of another kind
	}
	return id, err
}
