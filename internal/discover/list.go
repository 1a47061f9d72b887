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
	"github.com/scangate/scangate/internal/glob"
	"github.com/scangate/scangate/internal/result"
)

// Files are the files under PATH, relative to the root of the tree.
type Files struct {
	// Names are what git knows and does not ignore, or what a walk meets.
	Names []string
	// Links are the symbolic links among Names.
	Links []string
	// Elsewhere are folders whose files belong to other repositories.
	Elsewhere []result.NotSent
	// Unreadable are folders that a walk can't enter.
	Unreadable []string
}

// List lists the files under PATH. It fails with a [*git.Error], or with the
// cause of ctx's end.
func (t *Tree) List(ctx context.Context) (Files, error) {
	switch {
	case t.disk == nil:
		return t.listStored(), nil
	case t.Repo == nil:
		return t.walk(ctx)
	}
	entries, err := t.Repo.List(ctx, t.Under)
	if err != nil {
		return Files{}, err
	}
	f := Files{Names: make([]string, 0, len(entries))}
	for _, e := range entries {
		f.add(t, e, t.objects)
	}
	return f, nil
}

// all lists what git knows of the whole tree, and does not ignore.
func (t *Tree) all(ctx context.Context) ([]git.Entry, error) {
	if t.disk == nil {
		return t.entries, nil
	}
	return t.Repo.List(ctx, "")
}

// add adds an entry of git's list. objects are those of its repository.
func (f *Files) add(t *Tree, e git.Entry, objects *git.Objects) {
	if e.Sparse {
		t.stored[e.Path] = storedEntry{e, objects}
	}
	switch e.Kind {
	case git.Submodule:
		t.submodules[e.Path] = e
		f.Elsewhere = append(f.Elsewhere, elsewhere(e.Path, "submodule"))
		return
	case git.Checkout:
		f.Elsewhere = append(f.Elsewhere, elsewhere(e.Path, "checkout of another repository"))
		return
	case git.Link:
		f.Links = append(f.Links, e.Path)
	case git.Regular:
		if e.ID == "" && t.isLink(e.Path) {
			f.Links = append(f.Links, e.Path)
		}
	}
	f.Names = append(f.Names, e.Path)
}

func elsewhere(folder, what string) result.NotSent {
	return result.NotSent{Path: folder, What: what, Why: "its files belong to another repository: scan it by itself"}
}

// walk lists a tree without git. A repository inside it is asked for its own
// files, so that nothing is read which its git ignores.
func (t *Tree) walk(ctx context.Context) (Files, error) {
	var f Files
	err := fs.WalkDir(t.disk.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			f.Unreadable = append(f.Unreadable, name)
			return fs.SkipDir
		case !d.IsDir():
			f.meet(name, d.Type()&fs.ModeSymlink != 0)
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

// meet adds a file that the walk meets.
func (f *Files) meet(name string, link bool) {
	f.Names = append(f.Names, name)
	if link {
		f.Links = append(f.Links, name)
	}
	if path.Base(name) == ".gitmodules" {
		f.Elsewhere = append(f.Elsewhere, elsewhere(name, "list of submodules"))
	}
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
	entries, err := repo.List(ctx, "")
	if err != nil {
		return err
	}
	objects := repo.Objects(ctx)
	t.opened = append(t.opened, objects)
	for _, e := range entries {
		e.Path = path.Join(folder, e.Path)
		f.add(t, e, objects)
	}
	return fs.SkipDir
}

// files returns the names of the files that may be read. Our own files are removed.
// With IncludeSensitive, ignored files that a glob matches are added.
func (s *selection) files(ctx context.Context, t *Tree, listed []string) ([]string, error) {
	names := s.withoutOwn(listed)
	globs := slices.Concat(s.dockerfiles, s.templates)
	if !s.IncludeSensitive || t.Repo == nil || t.disk == nil || len(globs) == 0 {
		return names, nil
	}
	ignored, err := t.Repo.Ignored(ctx, t.Under)
	if err != nil {
		return nil, err
	}
	unmatched := func(name string) bool {
		return !slices.ContainsFunc(globs, func(p glob.Pattern) bool { return p.Matches(name) })
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
