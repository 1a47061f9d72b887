package cli

import (
	"context"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git"
)

// before reads what the config file asked for at the bases where it was another
// one, or none: a change can bring targets by it. One that can't be read asked for
// nobody knows what.
func (r *scanRun) before(ctx context.Context, bases []*git.Snapshot) ([]discover.Before, error) {
	var all []discover.Before
	for _, base := range bases {
		file := r.configAt(base)
		same := file == r.configPath
		file = r.behind(base, file)
		if same && (file == "" || r.unchanged(base, file)) {
			continue
		}
		name, _, there := base.Blob(file)
		var parsed *config.File
		if there {
			contents, err := r.tree.Repo.Contents(ctx, []string{name})
			if err != nil {
				return nil, classify(ctx, err)
			}
			if parsed, err = config.ParseFile(file, file, contents[name]); err != nil {
				all = append(all, discover.Before{Unknown: true})
				continue
			}
		}
		all = append(all, r.askedBy(parsed))
	}
	return all, nil
}

// askedBy is what the run would ask for with another config file.
func (r *scanRun) askedBy(file *config.File) discover.Before {
	cfg, err := config.Resolve(r.settings, r.flags, r.sys.Getenv, file)
	if err != nil {
		return discover.Before{Unknown: true}
	}
	b := discover.Before{Only: cfg.Only, Exclude: cfg.Exclude, BuildArgs: cfg.BuildArgs}
	for _, image := range cfg.Images {
		b.Images = append(b.Images, image.Ref)
	}
	return b
}

// configAt is the path of the config file that a base would have been scanned
// with, relative to the root: the one that is named, or else the nearest; "" if
// there was none, or if it is none of the repository's.
func (r *scanRun) configAt(base *git.Snapshot) string {
	if r.configNamed {
		return r.configPath
	}
	for dir := r.tree.Under; ; dir = path.Dir(dir) {
		file := path.Join(dir, config.FileName)
		if _, _, there := base.Blob(file); there {
			return file
		}
		if dir == "" || dir == "." {
			return ""
		}
	}
}

// behind is the file that a link leads to which is the same as at a base.
func (r *scanRun) behind(base *git.Snapshot, file string) string {
	to, err := os.Readlink(filepath.Join(r.tree.Root, filepath.FromSlash(file)))
	if to = filepath.ToSlash(to); err != nil || !base.HoldsLink(file, to) {
		return file
	}
	return path.Join(path.Dir(file), to)
}

// unchanged reports whether a base has a file as it is now.
func (r *scanRun) unchanged(base *git.Snapshot, file string) bool {
	open := func() (io.ReadCloser, error) { return r.tree.FS.Open(file) }
	info, err := os.Lstat(filepath.Join(r.tree.Root, filepath.FromSlash(file)))
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	same, err := base.Holds(file, info.Size(), open)
	return err == nil && same
}

// inTree returns the path of a file relative to the root of the tree, "" where it
// lies elsewhere.
func (r *scanRun) inTree(file string) string {
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return ""
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return ""
	}
	rel, err := filepath.Rel(r.tree.Root, filepath.Join(dir, filepath.Base(file)))
	if err != nil || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel)
}
