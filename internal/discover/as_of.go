package discover

import (
	"fmt"
	"os"

	"github.com/scangate/scangate/internal/git"
)

// AsOf returns the tree and its files as they were in a commit, with the same PATH. Its work tree
// is an empty folder, and every content comes from git's objects, like what a sparse checkout
// leaves out: from contents, or from those of the clone if that is nil. The caller closes it. It
// must not be called outside of git.
func (t *Tree) AsOf(commit *git.Snapshot, contents *git.Objects) (*Tree, Files, error) {
	if contents == nil {
		contents = t.objects
	}
	temp, err := os.MkdirTemp("", "scangate-")
	if err != nil {
		return nil, Files{}, fmt.Errorf("read a commit: %w", err)
	}
	root, err := os.OpenRoot(temp)
	if err != nil {
		return nil, Files{}, fmt.Errorf("read a commit: %w", err)
	}
	past := &Tree{
		Root: temp, Under: t.Under, Repo: t.Repo, root: root, env: t.env, objects: contents, temp: temp,
		submodules: map[string]git.Entry{}, sparse: map[string]sparseEntry{}, real: map[string]bool{}, sizes: map[string]int64{},
	}
	past.FS = treeFS{past}
	var files Files
	for _, e := range commit.Entries() {
		if past.Covers(e.Path) {
			files.add(past, e, contents)
		} else {
			past.sparse[e.Path] = sparseEntry{e, contents}
		}
	}
	return past, files, nil
}
