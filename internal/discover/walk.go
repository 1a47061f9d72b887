package discover

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/safe"
)

// listing is what stands in a folder of a tree without git. Paths are relative to the root.
type listing struct {
	files, links, folders []string
	// isRepository: the folder may hold a .git of its own.
	isRepository bool
	err          error
}

// walk lists a tree without git, the folders of a level at a time. A repository inside it is asked
// for its own files, so that nothing is read which its git ignores.
func (t *Tree) walk(ctx context.Context) (Files, error) {
	var f Files
	for level := []string{"."}; len(level) > 0; {
		folders := make([]listing, len(level))
		err := safe.Each(ctx, len(level), func(i int) { folders[i] = t.readFolder(level[i]) })
		found := 0
		for _, l := range folders {
			found += len(l.files)
		}
		f.reserve(found)
		var next []string
		for i := 0; i < len(level) && err == nil; i++ {
			var isOther bool
			if isOther, err = f.enter(ctx, t, level[i], folders[i]); !isOther {
				f.meet(level[i], folders[i])
				next = append(next, folders[i].folders...)
			}
		}
		if err != nil {
			return f, err
		}
		level = next
	}
	slices.Sort(f.likely)
	slices.Sort(f.Links)
	return f, nil
}

// readFolder reads the names in a folder. It does not go through t.disk, which asks for the size of
// each file: nothing is opened here that is through a link.
func (t *Tree) readFolder(folder string) listing {
	if !fs.ValidPath(folder) {
		return listing{isRepository: true, err: fs.ErrInvalid} // the name is not UTF-8
	}
	prefix := ""
	if folder != "." {
		prefix = folder + "/"
	}
	var l listing
	l.err = l.readNames(t.abs(folder), prefix)
	l.isRepository = l.isRepository || l.err != nil
	return l
}

// add adds the entry of a folder that has this path and name.
func (l *listing) add(path, name string, mode fs.FileMode) {
	l.isRepository = l.isRepository || strings.EqualFold(name, ".git")
	switch {
	case !mode.IsDir():
		l.files = append(l.files, path)
		if mode&fs.ModeSymlink != 0 {
			l.links = append(l.links, path)
		}
	case name != ".git":
		l.folders = append(l.folders, path)
	}
}

// meet adds what the walk meets in a folder.
func (f *Files) meet(folder string, l listing) {
	if l.err != nil {
		f.Unreadable = append(f.Unreadable, folder)
	}
	for _, name := range l.files {
		f.name(name)
		if path.Base(name) == ".gitmodules" {
			f.Elsewhere = append(f.Elsewhere, elsewhere(name, "list of submodules"))
		}
	}
	f.Links = append(f.Links, l.links...)
}

// enter adds what the own repository of a folder knows. ok is false for a folder without one.
func (f *Files) enter(ctx context.Context, t *Tree, folder string, l listing) (ok bool, err error) {
	if folder == "." || !l.isRepository {
		return false, nil
	}
	if _, err := os.Lstat(t.abs(folder + "/.git")); errors.Is(err, fs.ErrNotExist) || l.err != nil && errors.Is(err, fs.ErrPermission) {
		return false, nil // or nothing in it can be read, which makes it a row
	}
	repo, err := git.Open(ctx, t.abs(folder), t.env)
	if err != nil {
		return true, err
	}
	objects := repo.Objects(ctx)
	t.opened = append(t.opened, objects)
	return true, repo.List(ctx, "", func(e git.Entry) {
		e.Path = path.Join(folder, e.Path)
		f.add(t, e, objects)
	})
}
