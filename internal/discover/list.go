package discover

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"

	"github.com/scangate/scangate/internal/git"
)

// Files are the files under PATH, relative to the root of the tree.
type Files struct {
	// Names are what git knows and does not ignore, or what a walk meets.
	Names []string
	// Unreadable are folders that a walk can't enter.
	Unreadable []string
}

// List lists the files under PATH. It fails with a [*git.Error], or with the
// cause of ctx's end.
func (t *Tree) List(ctx context.Context) (Files, error) {
	if t.Repo == nil {
		return t.walk(ctx)
	}
	names, err := t.Repo.Files(ctx, t.Under)
	return Files{Names: names}, err
}

// walk lists a tree without git. A repository inside it is asked for its own
// files, so that nothing is read which its git ignores.
func (t *Tree) walk(ctx context.Context) (Files, error) {
	var f Files
	err := fs.WalkDir(t.FS, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			f.Unreadable = append(f.Unreadable, name)
			return fs.SkipDir
		case !d.IsDir():
			f.Names = append(f.Names, name)
			return nil
		case name == ".":
			return nil
		}
		return f.enter(ctx, t, name)
	})
	if err != nil {
		return f, fmt.Errorf("walk the tree: %w", err)
	}
	return f, nil
}

// enter decides about a folder of the walk. The walk enters it if the error is nil.
func (f *Files) enter(ctx context.Context, t *Tree, folder string) error {
	if path.Base(folder) == ".git" {
		return fs.SkipDir
	}
	if _, err := os.Lstat(t.abs(folder + "/.git")); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	repo, err := git.Open(ctx, t.abs(folder), t.env)
	if err != nil {
		return err
	}
	names, err := repo.Files(ctx, "")
	if err != nil {
		return err
	}
	for _, name := range names {
		f.Names = append(f.Names, path.Join(folder, name))
	}
	return fs.SkipDir
}

// files returns the names of the files that may be read. Our own files are removed.
// With IncludeSensitive, ignored files that a glob matches are added.
func (s *selection) files(ctx context.Context, t *Tree, listed []string) ([]string, error) {
	names := s.withoutOwn(listed)
	globs := slices.Concat(s.dockerfiles, s.templates)
	if !s.IncludeSensitive || t.Repo == nil || len(globs) == 0 {
		return names, nil
	}
	ignored, err := t.Repo.Ignored(ctx, t.Under)
	if err != nil {
		return nil, err
	}
	unmatched := func(name string) bool {
		return !slices.ContainsFunc(globs, func(p pattern) bool { return p.matches(name) })
	}
	return slices.Concat(names, slices.DeleteFunc(s.withoutOwn(ignored), unmatched)), nil
}

// withoutOwn returns the names without this program's own files.
func (s *selection) withoutOwn(names []string) []string {
	if len(s.Own) == 0 {
		return names
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(s.Own, name) })
}
