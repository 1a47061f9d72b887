package discover

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/scangate/scangate/internal/git"
)

// nodeKind is what stands at a path.
type nodeKind uint8

const (
	isMissing nodeKind = iota
	isRegular
	isLink
	isFolder
	// isOther is a pipe, a socket or a device.
	isOther
)

// node is what stands at a path of a tree. Links are not followed.
type node struct {
	kind   nodeKind
	onDisk bool
	// size and modified are those of a regular file on the disk.
	size     int64
	modified time.Time
}

// errOutside: a link leads out of the tree, or to itself.
var errOutside = errors.New("a symbolic link that leads out of the tree")

// lstat returns what stands at a path: on the disk, else among git's objects.
func (t *Tree) lstat(file string) (node, error) {
	if t.disk != nil {
		n, err := t.kept.lstat(t.disk, file)
		switch {
		case err == nil:
			return n, nil
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			return node{}, err
		}
	}
	entry, isStored := t.stored[file]
	switch {
	case isStored && entry.Kind == git.Link:
		return node{kind: isLink}, nil
	case isStored:
		return node{kind: isRegular}, nil
	case t.hasFolder(file):
		return node{kind: isFolder}, nil
	}
	return node{}, nil
}

// nodeOf is a node on the disk.
func nodeOf(info fs.FileInfo) node {
	return node{kind: kindOf(info.Mode()), onDisk: true, size: info.Size(), modified: info.ModTime()}
}

func kindOf(mode fs.FileMode) nodeKind {
	switch {
	case mode&fs.ModeSymlink != 0:
		return isLink
	case mode.IsDir():
		return isFolder
	case mode.IsRegular():
		return isRegular
	}
	return isOther
}

// readlink returns what a link says, with slashes.
func (t *Tree) readlink(file string) (string, error) {
	if entry, isStored := t.stored[file]; isStored {
		text, err := t.readStored(entry)
		return string(text), err
	}
	to, err := os.Readlink(t.abs(file))
	return filepath.ToSlash(to), err
}

// insideLink is readlink that fails with errOutside for an absolute path.
func (t *Tree) insideLink(file string) (string, error) {
	to, err := t.readlink(file)
	if err == nil && (path.IsAbs(to) || filepath.IsAbs(to)) {
		err = errOutside
	}
	return to, err
}

// resolve follows the links in a path, and returns the path that they lead to, "." for the root,
// and what stands there. It fails with errOutside for a link that leaves the tree on its way, as an
// absolute one does.
func (t *Tree) resolve(file string) (string, node, error) {
	const maxLinks = 40 // as Linux has it
	found, n := ".", node{kind: isFolder}
	todo := strings.Split(file, "/")
	for links := 0; len(todo) > 0; {
		part := todo[0]
		todo = todo[1:]
		switch {
		case part == "" || part == ".":
			continue
		case n.kind != isFolder:
			return "", node{}, nil // a file is not a folder
		case part == ".." && found == ".":
			return strings.Join(todo, "/"), node{}, errOutside
		case part == "..":
			found = path.Dir(found)
			continue
		}
		next, err := t.lstat(path.Join(found, part))
		if err != nil || next.kind == isMissing {
			return "", next, err
		}
		if next.kind != isLink {
			found, n = path.Join(found, part), next
			continue
		}
		to, err := t.insideLink(path.Join(found, part))
		if links++; err == nil && links > maxLinks {
			err = errOutside
		}
		if err != nil {
			return to, node{}, err
		}
		todo = slices.Concat(strings.Split(to, "/"), todo)
	}
	return found, n, nil
}

// leadsToFolder reports whether a link that leads out of the tree leads to a folder. Of a commit
// that is known only where the link climbs and does nothing else.
func (t *Tree) leadsToFolder(link string) bool {
	if t.disk != nil {
		info, err := os.Stat(t.abs(link))
		return err == nil && info.IsDir()
	}
	rest, _, _ := t.resolve(link)
	return strings.Trim(rest, "./") == ""
}
