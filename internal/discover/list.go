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

// listing is the names in a tree, and the folders that can't be read.
type listing struct {
	files      []string
	unreadable []string
}

// list names the files under PATH: what git knows, or what the walk meets.
func (t *Tree) list(ctx context.Context) (listing, error) {
	if t.Repo == nil {
		return t.walk(ctx)
	}
	files, err := t.Repo.Files(ctx, t.Under)
	return listing{files: files}, err
}

// addIgnored adds what git ignores and a glob names, where sensitive files are
// asked for.
func (s *selection) addIgnored(ctx context.Context, t *Tree, l *listing) error {
	if !s.IncludeSensitive || t.Repo == nil || len(s.dockerfiles)+len(s.templates) == 0 {
		return nil
	}
	files, err := t.Repo.Ignored(ctx, t.Under)
	for _, file := range files {
		fits := func(p pattern) bool { return p.matches(file) }
		if slices.ContainsFunc(s.dockerfiles, fits) || slices.ContainsFunc(s.templates, fits) {
			l.files = append(l.files, file)
		}
	}
	return err
}

// walk lists a tree without git. A repository inside it is asked for its own
// files: what its git ignores is not for others there either.
func (t *Tree) walk(ctx context.Context) (listing, error) {
	var l listing
	err := fs.WalkDir(t.FS, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			l.unreadable = append(l.unreadable, name)
			return fs.SkipDir
		case !d.IsDir():
			l.files = append(l.files, name)
			return nil
		case name == ".":
			return nil
		}
		return l.enter(ctx, t, name)
	})
	if err != nil {
		return l, fmt.Errorf("walk the tree: %w", err)
	}
	return l, nil
}

// enter decides about a folder of the walk: nil goes into it.
func (l *listing) enter(ctx context.Context, t *Tree, folder string) error {
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
	files, err := repo.Files(ctx, "")
	if err != nil {
		return err
	}
	for _, file := range files {
		l.files = append(l.files, path.Join(folder, file))
	}
	return fs.SkipDir
}
