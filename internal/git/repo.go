package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Repo is a repository, most often with a work tree. It is safe for concurrent use.
type Repo struct {
	git  string
	root string
	env  []string
	// bare: root is the folder of git itself, and there is no work tree.
	bare bool
	// judged is the full hash of the commit that stands for HEAD, "" for HEAD itself, and named is
	// how the user named it.
	judged, named string
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
		config := filepath.Join(top, ".git", "config")
		return nil, &Error{
			What: what,
			Err:  fmt.Errorf("its work tree is %q", worktree),
			Fix:  "correct core.worktree in " + config + ", or remove a .git that is not a repository",
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
			return "", closed(dir, err)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", ErrNotRepository
		}
		dir = parent
	}
}

// closed is the error of a folder that may hold a .git, and can't be looked into.
func closed(dir string, err error) error {
	return &Error{What: "look for a repository", Err: err, Fix: "let this user enter the folder: chmod u+rx '" + dir + "'"}
}

func sameFolder(a, b string) bool {
	infoA, errA := os.Stat(filepath.FromSlash(a))
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// Root returns the absolute path of the work tree's top level, with symbolic
// links resolved; of a bare repository, the path of its folder.
func (r *Repo) Root() string { return r.root }

// Bare reports whether the repository was opened without a work tree.
func (r *Repo) Bare() bool { return r.bare }
