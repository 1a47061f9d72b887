package run

import (
	"context"
	"io"
	"maps"
	"path"
	"path/filepath"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
)

// setMoved notes the former paths of the files that git knows to have been moved since the
// baseline: those whose former place is gone. It compares with where the change began or, where
// that is not known, with the last commit that changed the baseline. What git can't answer was not
// moved.
func (in *inputs) setMoved(ctx context.Context, rows []result.Row) {
	if in.tree == nil {
		return
	}
	b, file := in.comparedBaseline()
	if in.setGone(b); b == nil || len(b.Gone) == 0 || in.tree.Repo == nil {
		return
	}
	base := in.policy.Base
	if base == nil {
		id, _ := in.tree.Repo.LastChange(ctx, file)
		found, _ := in.tree.Repo.FindCommit(ctx, id)
		if found == nil {
			return
		}
		defer func() { _ = found.Close() }() // it was only read
		base = found
	}
	in.moved = in.movedFrom(ctx, base, b.Gone, rows)
}

// comparedBaseline returns the baseline in use, else the one that is to be replaced; nil for none.
// file is its path relative to the root, "" for one elsewhere.
func (in *inputs) comparedBaseline() (b *result.Baseline, file string) {
	switch b = in.cfg.Policy.Baseline; {
	case b == nil && in.cfg.WriteBaseline != "":
		b, _ = baselineAt(in.cfg.WriteBaseline) // its error is reported when it is written
		return b, in.inTree(in.cfg.WriteBaseline)
	case b != nil && in.cfg.Origin("baseline").InFile():
		return b, path.Join(path.Dir(in.config.path), filepath.ToSlash(in.cfg.Baseline))
	}
	return b, in.inTree(in.cfg.Baseline)
}

// movedFrom returns the former paths of files that lie elsewhere in a commit, and are gone.
func (in *inputs) movedFrom(ctx context.Context, base *git.Commit, gone []string, rows []result.Row) map[string]string {
	isGone := map[string]bool{}
	for _, path := range gone {
		isGone[path] = true
	}
	var added []string
	for _, path := range filesOf(rows) {
		if base.Lacks(path) {
			added = append(added, path)
		}
	}
	moved := base.Moved(gone, added, func(path string) (io.ReadCloser, int64, error) {
		f, err := in.tree.FS.Open(path)
		if err != nil {
			return nil, 0, err
		}
		info, err := f.Stat()
		if err != nil {
			_ = f.Close() // the first error says more
			return nil, 0, err
		}
		return f, info.Size(), nil
	})
	renamed, _ := in.tree.Repo.Renames(ctx, base.ID) // a clone without the commit has none
	maps.DeleteFunc(renamed, func(now, then string) bool {
		_, known := moved[now]
		return known || !isGone[then] || !base.Lacks(now) || isSource(moved, then)
	})
	maps.Copy(moved, renamed)
	return moved
}

// isSource reports whether a file was moved elsewhere.
func isSource(moved map[string]string, path string) bool {
	for _, then := range moved {
		if then == path {
			return true
		}
	}
	return false
}
