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
	"github.com/scangate/scangate/internal/text"
)

// Tree is the files that a run may read: of a work tree, of a commit, or of the index. It is safe
// for concurrent use.
type Tree struct {
	// Root is the absolute path of the repository's top level, or of PATH outside
	// of git. Every path in a plan is relative to it.
	Root string
	// Under is PATH relative to Root, with slashes; "" is the whole tree.
	Under string
	// Repo is nil outside of git. The commit that is judged stands for its HEAD.
	Repo *git.Repo
	// Commit is the full hash of the commit whose files these are, and Index is set for those of
	// the index. Of a work tree neither is.
	Commit string
	Index  bool
	// FS reads below Root. Symbolic links never lead out of it. What a sparse checkout
	// leaves out is read from git's objects, once the tree is listed.
	FS fs.FS

	// disk is the work tree, nil for a commit and the index: nothing is read from the disk then.
	disk *os.Root
	kept folders
	env  []string
	// objects are those of Repo, and opened all that Close ends.
	objects *git.Objects
	opened  []*git.Objects
	// entries are those of a commit or of the index, conversions what git makes of them when it
	// checks them out, and compared what was asked about those of other commits.
	entries     []git.Entry
	conversions *git.Conversions
	compared    map[*git.Snapshot]func(file string) bool
	// submodules are by their paths.
	submodules map[string]git.Entry
	// stored holds the files that are read from git's objects, by their paths: all of a commit or
	// of the index, and those of a work tree that a sparse checkout leaves out.
	stored map[string]storedEntry

	mu sync.Mutex
	// real remembers which folders are neither links nor through one.
	real map[string]bool
	// sizes are those of files in stored that have been read, large those of files that are too
	// large for that, and folders those that they lie in, nil until they are asked for.
	sizes, large map[string]int64
	folders      map[string]bool
}

func newTree(root string, env []string) *Tree {
	t := &Tree{
		Root: root, env: env,
		submodules: map[string]git.Entry{}, stored: map[string]storedEntry{}, real: map[string]bool{},
		sizes: map[string]int64{}, large: map[string]int64{},
	}
	t.FS = treeFS{t}
	return t
}

// Open opens the work tree for the folder path. env is the environment for git. It
// fails with a [*UsageError] if path is not a folder that can be read, and with a [*git.Error] if
// there is a repository about which git can't answer.
func Open(ctx context.Context, path string, env []string) (*Tree, error) {
	folder, err := resolveFolder(path)
	if err != nil {
		return nil, err
	}
	t := newTree(folder, env)
	t.Repo, err = git.Open(ctx, folder, env)
	switch {
	case errors.Is(err, git.ErrNotRepository) && git.IsBare(folder):
		return nil, &UsageError{Name: "PATH", Value: path, Msg: "a bare repository has no files of its own; fix: name a commit with --commit"}
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
	if t.disk, err = os.OpenRoot(t.Root); err != nil {
		return nil, noFolder(path, err)
	}
	return t, nil
}

// Stored reports whether these are the files of a commit or of the index. Then nothing is read from
// the disk.
func (t *Tree) Stored() bool { return t.disk == nil }

// Close releases the tree; FS must not be used any more.
func (t *Tree) Close() error {
	for _, objects := range t.opened {
		objects.Close()
	}
	t.kept.close()
	if t.disk == nil {
		return nil
	}
	return t.disk.Close()
}

// resolveFolder returns the absolute path of a folder without symbolic links.
func resolveFolder(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", noFolder(path, err)
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", &UsageError{Name: "PATH", Value: path, Msg: "no such folder; fix: give a folder, or leave PATH out to scan the current one"}
	case err != nil:
		return "", noFolder(path, err)
	case !info.IsDir():
		return "", &UsageError{Name: "PATH", Value: path, Msg: "is not a folder; fix: give the folder that it lies in"}
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return "", noFolder(path, err)
	}
	return abs, nil
}

// noFolder says why a folder can't be opened, without its absolute path.
func noFolder(path string, err error) error {
	return &UsageError{Name: "PATH", Value: path, Msg: text.WithoutPath(err).Error() + "; fix: give a folder that exists and can be read"}
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
	n, err := t.lstat(file)
	return err == nil && n.kind == isMissing
}

// openDisk opens a file of the work tree. It fails with fs.ErrNotExist if there is no work tree.
func (t *Tree) openDisk(name string) (fs.File, error) {
	if t.disk == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return t.kept.file(t.disk, name)
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
	n, err := t.lstat(file)
	switch {
	case err == nil && n.kind == isMissing:
		return commit.Lacks(file) // as a file that was added since, and is gone again
	case err != nil || !t.isReal(path.Dir(file)):
		return false
	case n.kind == isLink:
		return t.sameLink(commit, file)
	case n.kind != isRegular:
		return false
	case !n.onDisk:
		return commit.Has(t.stored[file].Entry) && t.sameConversion(commit, file)
	}
	same, err := commit.Holds(file, n.size, func() (io.ReadCloser, error) {
		return t.disk.Open(filepath.FromSlash(file))
	})
	return err == nil && same
}

// sameConversion reports whether the attributes of a path make the same of its content as those of
// a commit.
func (t *Tree) sameConversion(commit *git.Snapshot, file string) bool {
	if t.conversions == nil {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	same, known := t.compared[commit]
	if !known {
		same = t.conversions.Compare(t.objects.Conversions(commit))
		t.compared[commit] = same
	}
	return same(file)
}

func (t *Tree) sameLink(commit *git.Snapshot, file string) bool {
	to, err := t.readlink(file)
	if err != nil || !commit.HoldsLink(file, to) {
		return false
	}
	target := path.Join(path.Dir(file), to)
	if path.IsAbs(to) || filepath.IsAbs(to) || target == ".." || strings.HasPrefix(target, "../") {
		return true // such a link is never followed
	}
	switch n, err := t.lstat(target); {
	case err != nil || n.kind == isLink:
		return false
	case n.kind == isMissing || n.kind == isFolder:
		return true
	}
	return t.Same(commit, target)
}

func (t *Tree) isLink(file string) bool {
	n, err := t.lstat(file)
	return err == nil && n.kind == isLink
}

// isReal reports whether no part of a folder's path is a link. Git lists nothing
// through a link, but a tracked folder may have become one since.
func (t *Tree) isReal(dir string) bool {
	if t.disk != nil && t.kept.isReal(t.disk, dir) {
		return true
	}
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
		answer = t.isRealLocked(path.Dir(dir)) && !t.isNoFolder(dir)
		t.real[dir] = answer
	}
	return answer
}

// isNoFolder reports whether something else than a folder is on the disk. In a commit, nothing lies
// below anything else.
func (t *Tree) isNoFolder(dir string) bool {
	if t.disk == nil {
		return false
	}
	info, err := os.Lstat(t.abs(dir))
	return err == nil && !info.IsDir()
}

// abs returns the absolute path of a file of the tree.
func (t *Tree) abs(path string) string { return filepath.Join(t.Root, filepath.FromSlash(path)) }
