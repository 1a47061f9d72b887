package git

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // git's own hash for object ids
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"maps"
	"slices"
	"strings"
)

// Snapshot lists files by path and content, as of a commit or the index. It is
// compared with the work tree without git. git diff would run what the checkout's
// own configuration names (filters, text converters, a file system monitor), and
// skips files that the index marks as unchanged.
type Snapshot struct {
	blobs map[string]blob
	// submodules holds the commits of submodules.
	submodules map[string]string
}

// blob is the content of a path: its object id, and whether it is the target of a
// symbolic link.
type blob struct {
	id   string
	link bool
}

// The modes of links and submodules in trees and in the index.
const (
	linkMode      = "120000"
	submoduleMode = "160000"
)

// Snapshot lists the files of a commit. It needs no contents, only their ids, which
// a clone with --filter=blob:none has too.
func (r *Repo) Snapshot(ctx context.Context, commit string) (*Snapshot, error) {
	out, err := r.run(ctx, "list the files of commit "+commit, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{blobs: make(map[string]blob, bytes.Count(out, []byte{0})), submodules: map[string]string{}}
	for entry := range strings.SplitSeq(string(out), "\x00") {
		header, path, _ := strings.Cut(entry, "\t") // 100644 blob <id>
		mode, rest, _ := strings.Cut(header, " ")
		if id, ok := strings.CutPrefix(rest, "blob "); ok {
			s.blobs[path] = blob{id: id, link: mode == linkMode}
		} else if id, ok := strings.CutPrefix(rest, "commit "); ok {
			s.submodules[path] = id
		}
	}
	return s, nil
}

// Index lists the files of the index: what git commit would commit. An entry of git add
// --intent-to-add is not part of it. It fails with an [*Error] for an index with conflicts.
func (r *Repo) Index(ctx context.Context) (*Snapshot, error) {
	const what = "list the files of the index"
	out, err := r.run(ctx, what, "ls-files", "-z", "--stage", "--full-name")
	if err != nil {
		return nil, err
	}
	s := &Snapshot{blobs: make(map[string]blob, bytes.Count(out, []byte{0})), submodules: map[string]string{}}
	for entry := range strings.SplitSeq(string(out), "\x00") {
		if entry == "" {
			continue
		}
		header, path, _ := strings.Cut(entry, "\t") // 100644 <id> 0
		fields := strings.Fields(header)
		if len(fields) != 3 || fields[2] != "0" {
			return nil, &Error{What: what, Err: fmt.Errorf("%q has a merge conflict", path), Fix: "resolve it, then git add the file"}
		}
		if fields[0] == submoduleMode {
			s.submodules[path] = fields[1]
		} else {
			s.blobs[path] = blob{id: fields[1], link: fields[0] == linkMode}
		}
	}
	return s, r.dropIntended(ctx, s)
}

// dropIntended removes the entries of git add --intent-to-add. Git lists them with the id of an
// empty content, and leaves them out of a comparison with the empty tree.
func (r *Repo) dropIntended(ctx context.Context, s *Snapshot) error {
	const emptyBlob, emptyTree = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
	const emptyBlob256 = "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"
	const emptyTree256 = "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
	var empty []string
	tree := emptyTree
	for path, b := range s.blobs {
		if b.id == emptyBlob || b.id == emptyBlob256 {
			empty = append(empty, path)
		}
		if len(b.id) == len(emptyTree256) {
			tree = emptyTree256
		}
	}
	if len(empty) == 0 {
		return nil
	}
	out, err := r.run(ctx, "list the files of the index", "diff-index", "--cached", "--ita-invisible-in-index", "-z", "--name-only", "--no-renames", tree)
	if err != nil {
		return err
	}
	isAdded := map[string]bool{}
	for path := range strings.SplitSeq(string(out), "\x00") {
		isAdded[path] = true
	}
	for _, path := range empty {
		if !isAdded[path] {
			delete(s.blobs, path)
		}
	}
	return nil
}

// Files returns the paths in no particular order, relative to the root, with
// slashes.
func (s *Snapshot) Files() []string { return slices.Collect(maps.Keys(s.blobs)) }

// Entries returns the files and submodules as entries that are not in the work tree, sorted by
// their paths.
func (s *Snapshot) Entries() []Entry {
	entries := make([]Entry, 0, len(s.blobs)+len(s.submodules))
	for path, b := range s.blobs {
		e := Entry{Path: path, ID: b.id, Tracked: true, Sparse: true}
		if b.link {
			e.Kind = Link
		}
		entries = append(entries, e)
	}
	for path, id := range s.submodules {
		entries = append(entries, Entry{Path: path, Kind: Submodule, ID: id, Tracked: true})
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	return entries
}

// Blob returns the object id of a path's content; ok is false if there is no such
// file. The content of a symbolic link is its target.
func (s *Snapshot) Blob(path string) (id string, ok bool) {
	b, ok := s.blobs[path]
	return b.id, ok
}

// Has reports whether the snapshot holds the content of a tracked entry at its path, or
// the same commit of a submodule.
func (s *Snapshot) Has(e Entry) bool {
	if e.Kind == Submodule {
		return s.submodules[e.Path] == e.ID
	}
	return s.blobs[e.Path] == blob{id: e.ID, link: e.Kind == Link}
}

// Lacks reports whether there is nothing at a path.
func (s *Snapshot) Lacks(path string) bool {
	_, isFile := s.blobs[path]
	_, isSubmodule := s.submodules[path]
	return !isFile && !isSubmodule
}

// Holds reports whether there is a regular file at path with the content that open
// reads; size is its length in bytes. CR LF, into which git may convert line breaks
// in the work tree, equals the LF that it stores. Any other conversion (filter,
// working-tree-encoding, ident) makes another content.
func (s *Snapshot) Holds(path string, size int64, open func() (io.ReadCloser, error)) (bool, error) {
	b, ok := s.blobs[path]
	if !ok || b.link {
		return false, nil
	}
	lines := &lineBreaks{}
	id, err := b.hash(size, open, lines)
	if err != nil || id == b.id || lines.pairs == 0 {
		return id == b.id, err
	}
	id, err = b.hash(size-lines.pairs, open, &lineBreaks{drop: true})
	return id == b.id, err
}

// HoldsLink reports whether there is a symbolic link to target, which has slashes,
// at path.
func (s *Snapshot) HoldsLink(path, target string) bool {
	b, ok := s.blobs[path]
	if !ok || !b.link {
		return false
	}
	id, err := b.hash(int64(len(target)), func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(target)), nil
	}, &lineBreaks{})
	return err == nil && id == b.id
}

// hash returns the object id of a content, by the same hash function as b's id
// (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects).
func (b blob) hash(size int64, open func() (io.ReadCloser, error), lines *lineBreaks) (string, error) {
	content, err := open()
	if err != nil {
		return "", err
	}
	defer content.Close()
	h := sha1.New() //nolint:gosec // see above
	if len(b.id) == hex.EncodedLen(sha256.Size) {
		h = sha256.New()
	}
	fmt.Fprintf(h, "blob %d\x00", size)
	lines.to = h
	if _, err := io.Copy(lines, content); err != nil {
		return "", err
	}
	lines.end()
	return hex.EncodeToString(h.Sum(nil)), nil
}

// lineBreaks passes a content on to a hash. It counts the pairs CR LF, and leaves
// out their CR if drop is set.
type lineBreaks struct {
	to    hash.Hash
	drop  bool
	held  bool // a CR whose next byte is not known yet
	pairs int64
}

// Write implements io.Writer; a hash never fails.
func (l *lineBreaks) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if l.held {
			l.release(p[0] == '\n')
		}
		at := bytes.IndexByte(p, '\r')
		if at < 0 {
			l.to.Write(p)
			break
		}
		l.to.Write(p[:at])
		l.held, p = true, p[at+1:]
	}
	return n, nil
}

// release writes the held CR, unless it is dropped as a part of a pair.
func (l *lineBreaks) release(pair bool) {
	l.held = false
	if pair {
		l.pairs++
	}
	if !pair || !l.drop {
		l.to.Write([]byte{'\r'})
	}
}

func (l *lineBreaks) end() {
	if l.held {
		l.release(false)
	}
}
