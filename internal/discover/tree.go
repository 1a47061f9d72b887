package discover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/git"
)

// Tree is the files that a run may read. It is safe for concurrent use.
type Tree struct {
	// Root is the absolute path of the repository's top level, or of PATH outside
	// of git. Every path in a plan is relative to it.
	Root string
	// Under is PATH relative to Root, with slashes; "" is the whole tree.
	Under string
	// Repo is nil outside of git.
	Repo *git.Repo
	// FS reads below Root. Symbolic links never lead out of it. What a sparse checkout
	// leaves out is read from git's objects, once the tree is listed.
	FS fs.FS

	root    *os.Root
	folders folders
	env     []string
	// objects are those of Repo, and opened all that Close ends.
	objects *git.Objects
	opened  []*git.Objects
	// temp is an empty folder in the place of a work tree, "" if there is one.
	temp string
	// submodules are by their paths.
	submodules map[string]git.Entry
	// sparse holds the files that a sparse checkout leaves out, by their paths.
	sparse map[string]sparseEntry

	mu sync.Mutex
	// real remembers which folders are neither links nor behind one.
	real map[string]bool
	// sizes are those of files in sparse that have been read.
	sizes map[string]int64
}

// Open opens the tree for the folder path. env is the environment for git. It
// fails with a [*UsageError] if path is not a folder, and with a [*git.Error] if
// there is a repository about which git can't answer.
func Open(ctx context.Context, path string, env []string) (*Tree, error) {
	folder, err := resolveFolder(path)
	if err != nil {
		return nil, err
	}
	t := &Tree{Root: folder, env: env, submodules: map[string]git.Entry{}, sparse: map[string]sparseEntry{}, real: map[string]bool{}, sizes: map[string]int64{}}
	t.Repo, err = git.Open(ctx, folder, env)
	switch {
	case errors.Is(err, git.ErrNotRepository):
		t.Repo = nil
	case err != nil:
		return nil, err
	default:
		t.Root, t.objects = t.Repo.Root(), t.Repo.Objects(ctx)
		t.opened = append(t.opened, t.objects)
		if t.Under, err = relative(t.Root, folder); err != nil {
			return nil, err
		}
	}
	if t.root, err = os.OpenRoot(t.Root); err != nil {
		return nil, fmt.Errorf("open the tree: %w", err)
	}
	t.FS = treeFS{t}
	return t, nil
}

// Close releases the tree; FS must not be used any more.
func (t *Tree) Close() error {
	for _, objects := range t.opened {
		objects.Close()
	}
	t.folders.close()
	err := t.root.Close()
	if t.temp != "" {
		err = errors.Join(err, os.Remove(t.temp))
	}
	return err
}

// resolveFolder returns the absolute path of a folder without symbolic links.
func resolveFolder(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("PATH: %w", err)
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", &UsageError{Name: "PATH", Value: path, Msg: "no such folder"}
	case err != nil:
		return "", &UsageError{Name: "PATH", Value: path, Msg: err.Error()}
	case !info.IsDir():
		return "", &UsageError{Name: "PATH", Value: path, Msg: "is not a folder; fix: give the folder that it lies in"}
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return "", fmt.Errorf("PATH: %w", err)
	}
	return abs, nil
}

// relative returns folder relative to root with slashes, "" for root itself.
func relative(root, folder string) (string, error) {
	rel, err := filepath.Rel(root, folder)
	if err != nil {
		return "", fmt.Errorf("PATH: %w", err)
	}
	if rel == "." {
		return "", nil
	}
	return filepath.ToSlash(rel), nil
}

// Covers reports whether a file lies under PATH.
func (t *Tree) Covers(file string) bool {
	return t.Under == "" || strings.HasPrefix(file, t.Under+"/")
}

// Missing reports whether there is nothing at the path of a file.
func (t *Tree) Missing(file string) bool {
	_, err := os.Lstat(t.abs(file))
	return errors.Is(err, fs.ErrNotExist)
}

// Object returns the content with an object id of git. ok is false if the clone lacks
// it. It must not be called outside of git.
func (t *Tree) Object(id string) (content []byte, ok bool, err error) { return t.objects.Read(id) }

// Same reports whether a path holds what it held in a commit: the same content,
// or the same link to something unchanged. What a sparse checkout leaves out holds what
// the index has for it. Same is false where that is uncertain: for an unreadable file,
// and for a link to a link. A submodule is compared by its commit.
func (t *Tree) Same(commit *git.Snapshot, file string) bool {
	if submodule, ok := t.submodules[file]; ok {
		return commit.Has(submodule)
	}
	info, err := os.Lstat(t.abs(file))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if entry, sparse := t.sparse[file]; sparse {
			return commit.Has(entry.Entry)
		}
		return commit.Lacks(file) // as a file that was added since, and is gone again
	case err != nil || !t.isReal(path.Dir(file)):
		return false
	case info.Mode()&fs.ModeSymlink != 0:
		return t.sameLink(commit, file)
	case !info.Mode().IsRegular():
		return false
	}
	same, err := commit.Holds(file, info.Size(), func() (io.ReadCloser, error) {
		return t.root.Open(filepath.FromSlash(file))
	})
	return err == nil && same
}

func (t *Tree) sameLink(commit *git.Snapshot, file string) bool {
	to, err := os.Readlink(t.abs(file))
	if err != nil || !commit.HoldsLink(file, filepath.ToSlash(to)) {
		return false
	}
	target := path.Join(path.Dir(file), filepath.ToSlash(to))
	info, err := os.Lstat(t.abs(target))
	switch {
	case filepath.IsAbs(to), target == "..", strings.HasPrefix(target, "../"), errors.Is(err, fs.ErrNotExist):
		return true // such a link is never followed
	case err != nil || info.Mode()&fs.ModeSymlink != 0:
		return false
	}
	return info.IsDir() || t.Same(commit, target)
}

func (t *Tree) isLink(file string) bool {
	info, err := os.Lstat(t.abs(file))
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// isReal reports whether no part of a folder's path is a link. Git lists nothing
// behind a link, but a tracked folder may have become one since.
func (t *Tree) isReal(dir string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.isRealLocked(dir)
}

func (t *Tree) isRealLocked(dir string) bool {
	if dir == "." {
		return true
	}
	answer, known := t.real[dir]
	if !known {
		info, err := os.Lstat(t.abs(dir))
		answer = t.isRealLocked(path.Dir(dir)) && (err != nil || info.IsDir())
		t.real[dir] = answer
	}
	return answer
}

// abs returns the absolute path of a file of the tree.
func (t *Tree) abs(path string) string { return filepath.Join(t.Root, filepath.FromSlash(path)) }
