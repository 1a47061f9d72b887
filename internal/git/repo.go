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
// links resolved; of a bare repository, the path of its folder.
func (r *Repo) Root() string { return r.root }

// Bare reports whether the repository was opened without a work tree.
func (r *Repo) Bare() bool { return r.bare }

// Kind says what stands at a path of a list.
type Kind uint8

// The kinds of entries. Links and submodules are known of tracked paths alone: an
// untracked file may be a link, too.
const (
	Regular Kind = iota
	Link
	// Submodule is another repository that the index names by its commit.
	Submodule
	// Checkout is the folder of another repository that the index does not know.
	Checkout
)

// Entry is a path that git lists. It is relative to the root, with slashes.
type Entry struct {
	Path string
	Kind Kind
	// ID is the object id of the content, or a submodule's commit, if the path is tracked.
	ID string
	// Sparse is set if a sparse checkout leaves the path out of the work tree.
	Sparse bool
}

// List lists what lies below the folder under and is tracked, or untracked and not
// ignored. under is relative to the root, with slashes; "" is the whole tree. Each path
// is there once, in git's order.
//
// The list includes tracked files that are missing in the work tree, and the folders of
// other repositories, but nothing in these.
func (r *Repo) List(ctx context.Context, under string) ([]Entry, error) {
	out, err := r.list(ctx, under, "-t", "--stage", "--cached", "--others")
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, 0, strings.Count(out, "\x00"))
	for line := range strings.SplitSeq(out, "\x00") {
		if line == "" {
			continue
		}
		e := parseEntry(line)
		// Only an unmerged file is listed more than once: its stages, one after another.
		if last := len(entries) - 1; last < 0 || entries[last].Path != e.Path {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// parseEntry reads a line of git ls-files -t --stage: "? path" for an untracked path,
// which ends in a slash for another repository, and "H 100644 <id> 0\tpath" for a
// tracked one. The tag S marks what a sparse checkout leaves out.
func parseEntry(line string) Entry {
	if path, untracked := strings.CutPrefix(line, "? "); untracked {
		if folder, nested := strings.CutSuffix(path, "/"); nested {
			return Entry{Path: folder, Kind: Checkout}
		}
		return Entry{Path: path}
	}
	header, path, _ := strings.Cut(line, "\t")
	tag, rest, _ := strings.Cut(header, " ")
	mode, rest, _ := strings.Cut(rest, " ")
	id, _, _ := strings.Cut(rest, " ")
	e := Entry{Path: path, ID: id, Sparse: tag == "S"}
	switch mode {
	case linkMode:
		e.Kind = Link
	case submoduleMode:
		e.Kind = Submodule
	}
	return e
}

// Ignored lists the untracked files below the folder under that git ignores.
func (r *Repo) Ignored(ctx context.Context, under string) ([]string, error) {
	out, err := r.list(ctx, under, "--others", "--ignored")
	if err != nil {
		return nil, err
	}
	isFolder := func(path string) bool { return path == "" || strings.HasSuffix(path, "/") }
	return slices.DeleteFunc(strings.Split(out, "\x00"), isFolder), nil
}

func (r *Repo) list(ctx context.Context, under string, which ...string) (string, error) {
	args := append([]string{"ls-files", "--exclude-standard", "-z"}, which...)
	if under != "" {
		args = append(args, "--", under)
	}
	out, err := r.run(ctx, "list the files of "+r.root, args...)
	return string(out), err
}
