package discover

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"time"

	"github.com/scangate/scangate/internal/git"
)

// errLeftOut means that a content is neither in the work tree nor among git's objects.
var errLeftOut = fmt.Errorf("a sparse checkout leaves it out, and %w", git.ErrNotFetched)

// storedEntry is a path whose content is read from git's objects, and where these are.
type storedEntry struct {
	git.Entry
	objects *git.Objects
}

// OpenCommit opens the files of the commit that rev names, for the folder path. No work tree is
// read. It takes bare repositories; path may be a folder that only the commit has. Errors are those
// of [Open].
func OpenCommit(ctx context.Context, path string, env []string, rev string) (*Tree, error) {
	repo, under, err := openStored(ctx, path, env)
	if err != nil {
		return nil, err
	}
	commit, err := repo.Judged(ctx, rev)
	if err != nil {
		return nil, err
	}
	t := newStored(repo.Judging(commit.ID, rev), under, env, commit.Snapshot, commit.Contents())
	t.Commit, t.opened = commit.ID, []*git.Objects{t.objects}
	return t, t.checkUnder(path, "commit "+commit.ID)
}

// OpenIndex opens the files of the index, as they would be committed, for the folder path. It is
// like [OpenCommit] otherwise.
func OpenIndex(ctx context.Context, path string, env []string) (*Tree, error) {
	repo, under, err := openStored(ctx, path, env)
	if err != nil {
		return nil, err
	}
	if repo.Bare() {
		return nil, &UsageError{Name: "--staged", Value: path, Msg: "a bare repository has no index; fix: name a commit with --commit"}
	}
	index, err := repo.Index(ctx)
	if err != nil {
		return nil, err
	}
	t := newStored(repo, under, env, index, repo.Objects(ctx))
	t.Index, t.opened = true, []*git.Objects{t.objects}
	return t, t.checkUnder(path, "the index")
}

func openStored(ctx context.Context, path string, env []string) (*git.Repo, string, error) {
	repo, under, err := git.OpenStored(ctx, path, env)
	if errors.Is(err, git.ErrNotRepository) {
		err = &UsageError{Name: "PATH", Value: path, Msg: "is not inside a git repository; fix: leave out --commit and --staged to scan the folder"}
	}
	return repo, under, err
}

// AsOf returns the tree and its files as they were in a commit, with the same PATH. Every content
// comes from contents, or from the objects of the clone if that is nil. The caller closes it. It
// must not be called outside of git.
func (t *Tree) AsOf(commit *git.Snapshot, contents *git.Objects) (*Tree, Files) {
	if contents == nil {
		contents = t.objects
	}
	past := newStored(t.Repo, t.Under, t.env, commit, contents)
	return past, past.listStored()
}

// newStored returns the tree of a commit or of the index.
func newStored(repo *git.Repo, under string, env []string, snapshot *git.Snapshot, contents *git.Objects) *Tree {
	t := newTree(repo.Root(), env)
	t.Repo, t.Under, t.objects, t.entries = repo, under, contents, snapshot.Entries()
	t.conversions, t.compared = contents.Conversions(snapshot), map[*git.Snapshot]func(string) bool{}
	for _, e := range t.entries {
		if e.Kind == git.Submodule {
			t.submodules[e.Path] = e
		} else {
			t.stored[e.Path] = storedEntry{e, contents}
		}
	}
	return t
}

// listStored is List for a commit or the index.
func (t *Tree) listStored() Files {
	var f Files
	for _, e := range t.entries {
		if t.Covers(e.Path) {
			f.add(t, e, t.objects)
		}
	}
	return f
}

// checkUnder fails if there is nothing below PATH.
func (t *Tree) checkUnder(name, where string) error {
	if t.Under == "" || t.hasFolder(t.Under) {
		return nil
	}
	msg := "no such folder in " + where
	if _, isFile := t.stored[t.Under]; isFile {
		msg = "is not a folder in " + where + "; fix: give the folder that it lies in"
	}
	return errors.Join(&UsageError{Name: "PATH", Value: name, Msg: msg}, t.Close())
}

// hasFolder reports whether something that is read from git's objects lies in a folder, or whether
// it is a submodule.
func (t *Tree) hasFolder(folder string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.folders == nil {
		t.folders = map[string]bool{}
		for file := range t.stored {
			t.addFolders(path.Dir(file))
		}
		for submodule := range maps.Keys(t.submodules) {
			t.addFolders(submodule)
		}
	}
	return t.folders[folder]
}

// addFolders must be called with the lock.
func (t *Tree) addFolders(dir string) {
	for ; dir != "." && !t.folders[dir]; dir = path.Dir(dir) {
		t.folders[dir] = true
	}
}

// treeFS is the work tree, and the files that are read from git's objects.
type treeFS struct{ tree *Tree }

// Open implements fs.FS, and takes names that are not UTF-8, too.
func (t treeFS) Open(name string) (fs.File, error) {
	f, err := t.tree.openDisk(name)
	if !errors.Is(err, fs.ErrNotExist) || len(t.tree.stored) == 0 {
		return f, err
	}
	entry, isStored := t.tree.stored[name]
	if !isStored || entry.Kind == git.Link {
		if entry, f, err = t.follow(name); f != nil || err != nil {
			return f, err
		}
	}
	if size := t.tree.largeSize(entry); size > 0 {
		return openLarge(entry, name, size)
	}
	content, err := t.tree.readStored(entry)
	if large, ok := errors.AsType[*git.LargeError](err); ok {
		return openLarge(entry, name, large.Size)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return memoryFile{bytes.NewReader(content), storedInfo(name, int64(len(content)))}, nil
}

// Stat implements fs.StatFS. A regular file on the disk is not opened.
func (t treeFS) Stat(name string) (fs.FileInfo, error) {
	if t.tree.disk != nil && t.tree.isReal(path.Dir(name)) {
		if info, err := os.Lstat(t.tree.abs(name)); err == nil && info.Mode().IsRegular() {
			return info, nil
		}
	}
	f, err := t.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was not read
	return f.Stat()
}

// openLarge opens a file that is too large for the memory: git writes it while it is read. Its line
// ends are not converted.
func openLarge(e storedEntry, name string, size int64) (fs.File, error) {
	content, err := e.objects.Open(e.ID)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return streamedFile{content, storedInfo(name, size)}, nil
}

// streamedFile is a file that is read as it comes.
type streamedFile struct {
	io.ReadCloser
	info fileInfo
}

func (f streamedFile) Stat() (fs.FileInfo, error) { return f.info, nil }

// follow returns the file that a link leads to: on the disk, or among git's objects.
func (t treeFS) follow(name string) (storedEntry, fs.File, error) {
	target, n, err := t.tree.resolve(name)
	switch {
	case err != nil:
	case n.kind == isMissing:
		err = fs.ErrNotExist
	case n.kind != isRegular:
		err = errNotAFile
	case n.onDisk:
		f, err := t.tree.openDisk(target)
		return storedEntry{}, f, err
	default:
		return t.tree.stored[target], nil, nil
	}
	return storedEntry{}, nil, &fs.PathError{Op: "open", Path: name, Err: err}
}

// filterError: git runs a program on a content when it checks it out. raw is what is stored.
type filterError struct {
	name string
	raw  []byte
}

// Error implements error.
func (e *filterError) Error() string {
	return fmt.Sprintf("the filter %q of .gitattributes is not run", e.name)
}

// readStored reads a file or a link from git's objects, as git would check it out. It fails with a
// [*filterError] for a file with a filter.
func (t *Tree) readStored(e storedEntry) ([]byte, error) {
	content, ok, err := e.objects.Read(e.ID)
	switch {
	case err != nil:
		return nil, t.noteLarge(e, err)
	case !ok && t.disk != nil:
		return nil, errLeftOut
	case !ok:
		return nil, git.ErrNotFetched
	}
	if t.conversions != nil && e.Kind == git.Regular {
		content, err = t.convert(e.Path, content)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sizes[e.Path] = int64(len(content))
	return content, err
}

// noteLarge notes the size of a file that is too large for the memory. It returns err, or the
// filter of the file.
func (t *Tree) noteLarge(e storedEntry, err error) error {
	large, ok := errors.AsType[*git.LargeError](err)
	if !ok {
		return err
	}
	if t.conversions != nil {
		if filter, err := t.conversions.Filter(e.Path); err != nil || filter != "" {
			return cmp.Or(err, error(&filterError{name: filter}))
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.large[e.Path] = large.Size
	return err
}

// largeSize returns the size of a file that is known to be too large for the memory, else 0.
func (t *Tree) largeSize(e storedEntry) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.large[e.Path]
}

func (t *Tree) convert(file string, content []byte) ([]byte, error) {
	switch filter, err := t.conversions.Filter(file); {
	case err != nil:
		return nil, err
	case filter != "":
		return content, &filterError{filter, content}
	}
	return t.conversions.Convert(file, content)
}

// storedSize returns the size of a file that is read from git's objects. One with a filter has that
// of what is stored: whoever reads it gets the error.
func (t *Tree) storedSize(e storedEntry) (int64, error) {
	t.mu.Lock()
	size, known := t.sizes[e.Path]
	size = max(size, t.large[e.Path])
	t.mu.Unlock()
	if known || size > 0 {
		return size, nil
	}
	content, err := t.readStored(e)
	if large, ok := errors.AsType[*git.LargeError](err); ok {
		return large.Size, nil
	}
	if _, filtered := errors.AsType[*filterError](err); filtered {
		err = nil
	}
	return int64(len(content)), err
}

// Sent returns the files that are sent: those of the tree, and in the place of others, or
// besides them, what is rendered of [result.Plan].
func (t *Tree) Sent(rendered map[string][]byte) fs.FS {
	if len(rendered) == 0 {
		return t.FS
	}
	return sentFS{t.FS, rendered}
}

type sentFS struct {
	fs.FS
	rendered map[string][]byte
}

// Open implements fs.FS.
func (s sentFS) Open(name string) (fs.File, error) {
	content, ok := s.rendered[name]
	if !ok {
		return s.FS.Open(name)
	}
	return memoryFile{bytes.NewReader(content), storedInfo(name, int64(len(content)))}, nil
}

// Stat implements fs.StatFS.
func (s sentFS) Stat(name string) (fs.FileInfo, error) {
	if content, ok := s.rendered[name]; ok {
		return storedInfo(name, int64(len(content))), nil
	}
	return fs.Stat(s.FS, name)
}

// memoryFile is a file whose content is in memory.
type memoryFile struct {
	*bytes.Reader
	info fileInfo
}

func (f memoryFile) Stat() (fs.FileInfo, error) { return f.info, nil }

func (f memoryFile) Close() error { return nil }

// fileInfo implements fs.FileInfo.
type fileInfo struct {
	name     string
	size     int64
	mode     fs.FileMode
	modified time.Time
}

// storedInfo is the information on a file that is not on the disk.
func storedInfo(name string, size int64) fileInfo {
	return fileInfo{name: path.Base(name), size: size, mode: 0o444}
}

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Size() int64        { return i.size }
func (i fileInfo) Mode() fs.FileMode  { return i.mode }
func (i fileInfo) ModTime() time.Time { return i.modified }
func (i fileInfo) IsDir() bool        { return i.mode.IsDir() }
func (i fileInfo) Sys() any           { return nil }
