package discover

import (
	"context"
	"slices"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/glob"
	"github.com/scangate/scangate/internal/result"
)

// Files are the files under PATH, relative to the root of the tree.
type Files struct {
	// Names are what git knows and does not ignore, or what a walk meets.
	Names []string
	// likely are those of Names that [mayMatter]: name adds to both.
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

// reserve makes room for n more names. Append would copy a long list more often.
func (f *Files) reserve(n int) {
	if cap(f.Names)-len(f.Names) < n {
		f.Names = slices.Grow(f.Names, max(n, len(f.Names)))
	}
}

// name adds the name of a file.
func (f *Files) name(file string) {
	f.reserve(1)
	f.Names = append(f.Names, file)
	if mayMatter(file) {
		f.likely = append(f.likely, file)
	}
}

// Only returns the files that keep accepts, without other repositories.
func (f Files) Only(keep func(file string) bool) Files {
	kept := Files{Unreadable: f.Unreadable}
	for _, file := range f.Names {
		if keep(file) {
			kept.name(file)
		}
	}
	for _, link := range f.Links {
		if keep(link) {
			kept.Links = append(kept.Links, link)
		}
	}
	return kept
}

func elsewhere(folder, what string) result.NotSent {
	return result.NotSent{Path: folder, What: what, Why: "its files belong to another repository: scan it by itself"}
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
