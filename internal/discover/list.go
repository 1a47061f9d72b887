package discover

import (
	"cmp"
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
	// likely are those of Names that [mayMatter].
	likely []string
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
	var f Files
	err := t.Repo.List(ctx, t.Under, func(e git.Entry) { f.add(t, e, t.objects) })
	return f, err
}

// all calls each with what git knows of the whole tree, and does not ignore.
func (t *Tree) all(ctx context.Context, each func(git.Entry)) error {
	if t.disk != nil {
		return t.Repo.List(ctx, "", each)
	}
	for _, e := range t.entries {
		each(e)
	}
	return nil
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
		if !e.Tracked && t.isLink(e.Path) {
			f.Links = append(f.Links, e.Path)
		}
	}
	f.name(e.Path)
}

// name adds the name of a file.
func (f *Files) name(file string) {
	f.Names = append(f.Names, file)
	if mayMatter(file) {
		f.likely = append(f.likely, file)
	}
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
	f.name(name)
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
	objects := repo.Objects(ctx)
	t.opened = append(t.opened, objects)
	err = repo.List(ctx, "", func(e git.Entry) {
		e.Path = path.Join(folder, e.Path)
		f.add(t, e, objects)
	})
	return cmp.Or(err, fs.SkipDir)
}

// files returns the names of the files that may be read, or of those that matter by their names.
// Our own files are removed. With IncludeSensitive, ignored files that a glob matches are added.
func (s *selection) files(ctx context.Context, t *Tree, listed Files) (all, likely []string, err error) {
	all, likely = s.withoutOwn(listed.Names), s.withoutOwn(listed.likely)
	if len(s.dockerfiles) > 0 {
		likely = all // a glob may match any name
	}
	globs := slices.Concat(s.dockerfiles, s.templates)
	if !s.IncludeSensitive || t.Repo == nil || t.disk == nil || len(globs) == 0 {
		return all, likely, nil
	}
	ignored, err := t.Repo.Ignored(ctx, t.Under)
	if err != nil {
		return nil, nil, err
	}
	unmatched := func(name string) bool {
		return !slices.ContainsFunc(globs, func(p glob.Pattern) bool { return p.Matches(name) })
	}
	named := slices.DeleteFunc(s.withoutOwn(ignored), unmatched)
	return slices.Concat(all, named), slices.Concat(likely, named), nil
}

// withoutOwn returns the names without this program's own files.
func (s *selection) withoutOwn(names []string) []string {
	if len(s.Own) == 0 {
		return names
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(s.Own, name) })
}
