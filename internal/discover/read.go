package discover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/git"
)

// opener reads the candidates of a tree.
type opener struct {
	tree *Tree
	// known lists what git knows, everywhere in the tree. Only links make it ask.
	known            func() (pathSet, error)
	includeSensitive bool
	// repositories are the folders that belong to other repositories.
	repositories []string
	parsing      *room
	contents     *contents
	// chunks are buffers for contents that are not kept.
	chunks sync.Pool
}

// newOpener returns an opener that lists the whole tree once a link is met.
func (s *selection) newOpener(ctx context.Context, t *Tree, names []string) *opener {
	known := sync.OnceValues(func() (pathSet, error) {
		if t.Under == "" {
			return newPathSet(names), nil
		}
		var all []string
		err := t.all(ctx, func(e git.Entry) { all = append(all, e.Path) })
		return newPathSet(s.withoutOwn(all)), err
	})
	return &opener{tree: t, known: known, includeSensitive: s.IncludeSensitive, parsing: newRoom(), contents: s.newContents()}
}

// linkError says why a link is not followed.
type linkError struct{ reason string }

func (e *linkError) Error() string { return e.reason }

var (
	// errNotAFile: there is a folder or a pipe, a link to nothing, or nothing at all.
	errNotAFile = errors.New("not a file")
)

// opened is what there is to read at the path of a candidate.
type opened struct {
	size int64
	// target is the path that a symbolic link leads to, "" for a file.
	target string
	// modified is that of [result.Content].
	modified time.Time
}

// stat returns what to read for a candidate. It fails with errNotAFile, a *linkError, or
// the error of the disk or of git.
func (o *opener) stat(file string) (opened, error) {
	if !o.tree.isReal(path.Dir(file)) {
		return opened{}, errNotAFile // the link has an entry of its own: see elsewhere
	}
	n, err := o.tree.lstat(file)
	switch {
	case err != nil:
		return opened{}, err
	case n.kind == isLink:
		return o.follow(file)
	case n.kind != isRegular:
		return opened{}, errNotAFile // it may be deleted
	case n.onDisk:
		return opened{size: n.size, modified: n.modified}, nil
	}
	size, err := o.tree.storedSize(o.tree.stored[file])
	return opened{size: size}, err
}

// follow decides about a link. Dockerfile may point to build/image, which is read then.
// A link out of the tree, to a file that git ignores, or to one that may hold a secret is
// not followed.
func (o *opener) follow(file string) (opened, error) {
	target, n, err := o.tree.resolve(file)
	switch {
	case errors.Is(err, errOutside) && o.tree.leadsToFolder(file):
		return opened{}, errNotAFile
	case errors.Is(err, errOutside):
		return opened{}, &linkError{err.Error()}
	case err != nil:
		return opened{}, err
	case n.kind != isRegular:
		return opened{}, errNotAFile
	}
	return o.followTo(target)
}

// followTo decides about a link to a path of the tree.
func (o *opener) followTo(target string) (opened, error) {
	known, err := o.known()
	switch {
	case err != nil:
		return opened{}, err
	case sensitive(target) && !o.includeSensitive:
		return opened{}, &linkError{"a symbolic link to a file that may hold secrets"}
	case !known.has(target):
		return opened{}, &linkError{"a symbolic link to a file that git ignores"}
	}
	info, err := fs.Stat(o.tree.FS, target)
	if err != nil {
		return opened{}, err
	}
	return opened{info.Size(), target, info.ModTime()}, nil
}

// read returns at most limit bytes of a file.
func (o *opener) read(file string, size, limit int64) (content []byte, err error) {
	f, err := o.tree.FS.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	content = make([]byte, min(size, limit))
	n, err := io.ReadFull(f, content)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("read: %w", err)
	}
	return content[:n], nil
}
