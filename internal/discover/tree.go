package discover

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/scangate/scangate/internal/git"
)

// Tree is the files that a run may look at.
type Tree struct {
	// Root is the absolute path of the repository's top level, or of PATH where
	// there is no git. Every name in a plan is relative to it.
	Root string
	// Under is PATH relative to Root, with slashes; "" is the whole tree.
	Under string
	// Repo is nil outside of git.
	Repo *git.Repo
	// FS reads below Root. Symbolic links never lead out of it.
	FS fs.FS

	root *os.Root
	env  []string
}

// Open makes the tree for the folder path. env is the environment for git. It
// fails with a [*UsageError] where path is no folder, and with a [*git.Error]
// where there is a repository about which git can't answer.
func Open(ctx context.Context, path string, env []string) (*Tree, error) {
	folder, err := realFolder(path)
	if err != nil {
		return nil, err
	}
	t := &Tree{Root: folder, env: env}
	t.Repo, err = git.Open(ctx, folder, env)
	switch {
	case errors.Is(err, git.ErrNotRepository):
		t.Repo = nil
	case err != nil:
		return nil, err
	default:
		t.Root = t.Repo.Root()
		if t.Under, err = below(t.Root, folder); err != nil {
			return nil, err
		}
	}
	if t.root, err = os.OpenRoot(t.Root); err != nil {
		return nil, fmt.Errorf("open the tree: %w", err)
	}
	t.FS = t.root.FS()
	return t, nil
}

// Close releases the tree; FS must not be used any more.
func (t *Tree) Close() error { return t.root.Close() }

func realFolder(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("PATH: %w", err)
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", &UsageError{What: "PATH", Value: path, Msg: "there is no such folder"}
	case err != nil:
		return "", &UsageError{What: "PATH", Value: path, Msg: err.Error()}
	case !info.IsDir():
		return "", &UsageError{What: "PATH", Value: path, Msg: "is not a folder: give its folder, and narrow with --dockerfile or --iac"}
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return "", fmt.Errorf("PATH: %w", err)
	}
	return abs, nil
}

// below returns folder relative to root with slashes, "" for root itself.
func below(root, folder string) (string, error) {
	rel, err := filepath.Rel(root, folder)
	if err != nil {
		return "", fmt.Errorf("PATH: %w", err)
	}
	if rel == "." {
		return "", nil
	}
	return filepath.ToSlash(rel), nil
}

// covers reports whether a file lies under PATH.
func (t *Tree) covers(file string) bool {
	return t.Under == "" || strings.HasPrefix(file, t.Under+"/")
}

// abs returns the place of a file of the tree on the disk.
func (t *Tree) abs(path string) string { return filepath.Join(t.Root, filepath.FromSlash(path)) }
