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

// Open finds the repository that the folder dir lies in and asks git whether it
// will answer. env is the environment for git, as os.Environ gives it; what
// could lead git elsewhere is left out of it.
//
// It fails with [ErrNotRepository] where no .git is found in dir or above, and
// with an [*Error] where one is found and git can't answer.
func Open(ctx context.Context, dir string, env []string) (*Repo, error) {
	top, err := findTop(dir)
	if err != nil {
		return nil, err
	}
	what := "open the repository " + top
	path, err := lookGit(env)
	if err != nil {
		return nil, &Error{What: what, Fix: fix(top, "", err), Err: err}
	}
	r := &Repo{git: path, root: top, env: childEnv(env)}
	said, err := r.run(ctx, what, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	if said := strings.TrimSuffix(string(said), "\n"); !sameFolder(said, top) {
		return nil, &Error{
			What: what,
			Err:  fmt.Errorf("it takes %q for the top level", said),
			Fix:  "fix core.worktree in " + filepath.Join(top, ".git", "config") + ", or a .git that is no repository",
		}
	}
	return r, nil
}

// findTop returns the nearest folder at or above dir that holds a .git entry,
// with symbolic links resolved. Anything but a clear no is an error: a .git
// that can't be seen must not lead to a walk of the tree.
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

// Files lists what git knows (tracked, or untracked and not ignored) below the
// folder under, which is relative to the root, with slashes; "" is the whole
// tree. The paths are relative to the root, each once, in git's order.
//
// Entries that are tracked but gone from the work tree are in it, and so are
// the folders of submodules; folders of other repositories that lie about
// untracked are not.
func (r *Repo) Files(ctx context.Context, under string) ([]string, error) {
	return r.list(ctx, under, "--cached", "--others")
}

// Ignored lists the untracked files below the folder under that git ignores, in
// the same form.
func (r *Repo) Ignored(ctx context.Context, under string) ([]string, error) {
	return r.list(ctx, under, "--others", "--ignored")
}

func (r *Repo) list(ctx context.Context, under string, which ...string) ([]string, error) {
	args := append([]string{"ls-files", "--exclude-standard", "-z"}, which...)
	if under != "" {
		args = append(args, "--", under)
	}
	out, err := r.run(ctx, "list files of "+r.root, args...)
	if err != nil {
		return nil, err
	}
	list := strings.Split(string(out), "\x00")
	list = slices.DeleteFunc(list, func(p string) bool { return p == "" || strings.HasSuffix(p, "/") })
	// Only the stages of an unmerged file are listed more than once, one after
	// the other.
	return slices.Compact(list), nil
}
