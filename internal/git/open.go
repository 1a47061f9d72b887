package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// OpenStored opens the repository whose commits or index are judged, for the folder dir, and
// returns the path of dir below its root, with slashes. dir need not exist: the commit may have it.
// env is as for [Open].
//
// Unlike Open it takes bare repositories, and the objects that a push brings while the server's
// hook decides about them. Its errors are those of Open.
func OpenStored(ctx context.Context, dir string, env []string) (r *Repo, under string, err error) {
	top, bare, under, err := findStored(dir)
	if err != nil {
		return nil, "", err
	}
	if bare {
		r, err = openBare(ctx, top, env)
	} else {
		r, err = Open(ctx, top, env)
	}
	if err != nil {
		return nil, "", err
	}
	pushed, err := r.pushed(ctx, env)
	if err != nil {
		return nil, "", err
	}
	r.env = slices.Concat(r.env, pushed)
	return r, under, nil
}

// findStored returns the nearest folder at or above dir that is a repository, or holds one, and the
// way from there to dir. Links below it are not resolved: the commit may have a folder there.
func findStored(dir string) (top string, bare bool, under string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", false, "", fmt.Errorf("git: %w", err)
	}
	for at := dir; ; at = filepath.Dir(at) {
		_, err := os.Lstat(filepath.Join(at, ".git"))
		bare = err != nil && IsBare(at)
		switch {
		case err == nil || bare:
			if under, err = filepath.Rel(at, dir); err != nil {
				return "", false, "", fmt.Errorf("git: %w", err)
			}
			top, err = filepath.EvalSymlinks(at)
			return top, bare, strings.TrimPrefix(filepath.ToSlash(under), "."), err
		case errors.Is(err, fs.ErrPermission):
			return "", false, "", closed(at, err)
		case at == filepath.Dir(at):
			return "", false, "", ErrNotRepository
		}
	}
}

// IsBare reports whether a folder has what git demands of a repository's own folder.
func IsBare(dir string) bool {
	isThere := func(name string) bool {
		_, err := os.Lstat(filepath.Join(dir, name))
		return err == nil
	}
	return isThere("HEAD") && isThere("objects") && isThere("refs")
}

func openBare(ctx context.Context, top string, env []string) (*Repo, error) {
	what := "open the repository " + top
	path, err := findGit(env)
	if err != nil {
		return nil, &Error{What: what, Fix: fix(top, "", err), Err: err}
	}
	r := &Repo{git: path, root: top, env: childEnv(env), bare: true}
	_, err = r.run(ctx, what, "rev-parse", "--git-dir")
	return r, err
}

// pushed returns the variables of env that say where the objects of a push are, and which index a
// commit is made of. Git sets them for its hooks. They count only if they are about this
// repository: a hook of another one may run this program.
func (r *Repo) pushed(ctx context.Context, env []string) ([]string, error) {
	var out []string
	for _, name := range []string{"GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_INDEX_FILE"} {
		if value := lookup(env, name); value != "" {
			out = append(out, name+"="+value)
		}
	}
	dir := lookup(env, "GIT_DIR")
	if len(out) == 0 || dir == "" {
		return out, nil
	}
	own, err := r.run(ctx, "find the folder of git", "rev-parse", "--absolute-git-dir")
	if err != nil {
		return nil, err
	}
	if !sameFolder(strings.TrimSuffix(string(own), "\n"), dir) {
		return nil, nil
	}
	return out, nil
}

// Judging returns the repository with a commit in the place of HEAD. named is how the user named
// it.
func (r *Repo) Judging(commit, named string) *Repo {
	judging := *r
	judging.judged, judging.named = commit, named
	return &judging
}

// head is the revision that stands for HEAD.
func (r *Repo) head() string {
	if r.judged != "" {
		return r.judged
	}
	return "HEAD"
}
