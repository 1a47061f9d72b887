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
	"syscall"
)

// Repo is a repository with a work tree. It is safe for concurrent use.
type Repo struct {
	git  string
	root string
	env  []string
}

// Open opens the repository that the folder dir lies in. env is the environment as
// os.Environ returns it: git gets the variables that it needs.
//
// It fails with [ErrNotRepository] if there is no .git in dir or above, and with an
// [*Error] if there is one and git can't answer.
func Open(ctx context.Context, dir string, env []string) (*Repo, error) {
	top, err := findTop(dir)
	if err != nil {
		return nil, err
	}
	what := "open the repository " + top
	path, err := findGit(env)
	if err != nil {
		return nil, &Error{What: what, Fix: fix(top, "", err), Err: err}
	}
	r := &Repo{git: path, root: top, env: childEnv(env)}
	out, err := r.run(ctx, what, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	if worktree := strings.TrimSuffix(string(out), "\n"); !sameFolder(worktree, top) {
		return nil, &Error{
			What: what,
			Err:  fmt.Errorf("its work tree is %q", worktree),
			Fix:  "correct core.worktree in " + filepath.Join(top, ".git", "config") + ", or remove a .git that is not a repository",
		}
	}
	return r, nil
}

// findTop returns the nearest folder at or above dir that holds a .git entry, with
// symbolic links resolved. A folder that can't be read is an error, because it may
// hold a .git: the tree must not be walked then.
func findTop(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("git: %w", err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", fmt.Errorf("git: %w", err)
	}
	for {
		_, err := os.Lstat(filepath.Join(dir, ".git"))
		switch {
		case err == nil:
			return dir, nil
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			return "", &Error{What: "look for a repository", Err: err, Fix: "make the folder readable"}
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", ErrNotRepository
		}
		dir = parent
	}
}

func sameFolder(a, b string) bool {
	infoA, errA := os.Stat(filepath.FromSlash(a))
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// Root returns the absolute path of the work tree's top level, with symbolic
// links resolved.
func (r *Repo) Root() string { return r.root }

// Files lists the files below the folder under that are tracked, or untracked and
// not ignored. under is relative to the root, with slashes; "" is the whole tree.
// The paths are relative to the root, each once, in git's order.
//
// The list includes tracked files that are missing in the work tree, and the
// folders of submodules. It does not include untracked folders of other
// repositories.
func (r *Repo) Files(ctx context.Context, under string) ([]string, error) {
	return r.list(ctx, under, "--cached", "--others")
}

// Ignored lists the untracked files below the folder under that git ignores, in the
// form of [Repo.Files].
func (r *Repo) Ignored(ctx context.Context, under string) ([]string, error) {
	return r.list(ctx, under, "--others", "--ignored")
}

func (r *Repo) list(ctx context.Context, under string, which ...string) ([]string, error) {
	args := append([]string{"ls-files", "--exclude-standard", "-z"}, which...)
	if under != "" {
		args = append(args, "--", under)
	}
	out, err := r.run(ctx, "list the files of "+r.root, args...)
	if err != nil {
		return nil, err
	}
	list := strings.Split(string(out), "\x00")
	list = slices.DeleteFunc(list, func(p string) bool { return p == "" || strings.HasSuffix(p, "/") })
	// Only an unmerged file is listed more than once: its stages, one after another.
	return slices.Compact(list), nil
}
