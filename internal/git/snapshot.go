package git

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // the name that git gives to a content
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
)

// Snapshot is the files of a commit by path and content. The work tree is held
// against it without git: git diff runs what the checkout's own configuration
// names (filters, text converters, a file system monitor), and looks at no file
// that the index calls unchanged. A commit's list runs nothing and can't lie.
type Snapshot struct {
	files map[string]blob
}

// blob is what a path holds: the name of a content, and whether that is the
// target of a symbolic link.
type blob struct {
	name string
	link bool
}

// Snapshot lists the files of a commit. Of contents only the names are needed,
// which a clone with --filter=blob:none has too.
func (r *Repo) Snapshot(ctx context.Context, commit string) (*Snapshot, error) {
	out, err := r.run(ctx, "list the files of commit "+commit, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{files: make(map[string]blob, strings.Count(string(out), "\x00"))}
	for entry := range strings.SplitSeq(string(out), "\x00") {
		about, path, _ := strings.Cut(entry, "\t")
		// An entry that is not a blob is a submodule.
		if mode, rest, _ := strings.Cut(about, " "); strings.HasPrefix(rest, "blob ") {
			s.files[path] = blob{name: rest[len("blob "):], link: mode == "120000"}
		}
	}
	return s, nil
}

// Files returns the paths, relative to the root, with slashes.
func (s *Snapshot) Files() []string {
	paths := make([]string, 0, len(s.files))
	for path := range s.files {
		paths = append(paths, path)
	}
	return paths
}

// Holds reports whether the commit has a file at path with the content that open
// reads; size is its length in bytes. Line breaks that git has made CR LF in the
// work tree are taken for the LF that it stores. What it stores in another form
// (filter, working-tree-encoding, ident) is another content.
func (s *Snapshot) Holds(path string, size int64, open func() (io.ReadCloser, error)) (bool, error) {
	b, ok := s.files[path]
	if !ok || b.link {
		return false, nil
	}
	counter := &lineBreaks{}
	name, err := b.nameOf(size, open, counter)
	if err != nil || name == b.name || counter.pairs == 0 {
		return name == b.name, err
	}
	name, err = b.nameOf(size-counter.pairs, open, &lineBreaks{drop: true})
	return name == b.name, err
}

// HoldsLink reports whether the commit has a symbolic link at path that leads to
// target, which is with slashes.
func (s *Snapshot) HoldsLink(path, target string) bool {
	b, ok := s.files[path]
	if !ok || !b.link {
		return false
	}
	name, err := b.nameOf(int64(len(target)), func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(target)), nil
	}, &lineBreaks{})
	return err == nil && name == b.name
}

// nameOf is git's name for a content, by the same hash as that of b
// (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects).
func (b blob) nameOf(size int64, open func() (io.ReadCloser, error), through *lineBreaks) (string, error) {
	content, err := open()
	if err != nil {
		return "", err
	}
	defer content.Close()
	h := sha1.New() //nolint:gosec // see above
	if len(b.name) == hex.EncodedLen(sha256.Size) {
		h = sha256.New()
	}
	fmt.Fprintf(h, "blob %d\x00", size)
	through.to = h
	if _, err := io.Copy(through, content); err != nil {
		return "", err
	}
	through.end()
	return hex.EncodeToString(h.Sum(nil)), nil
}

// lineBreaks passes a content on, counts its pairs of CR LF and, on demand,
// leaves their CR out.
type lineBreaks struct {
	to    hash.Hash
	drop  bool
	held  bool // a CR that waits for what follows it
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

// release lets the held CR go, or drops it where it is a part of a pair.
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
