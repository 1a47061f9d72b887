package git

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Commit is one commit whose files can be read: of a clone, or fetched by [Fetch]. It is safe for
// concurrent use, but for Close.
type Commit struct {
	// ID is the full hash.
	ID string
	*Snapshot

	objects *Objects
	// fetched is where missing contents come from, nil in a clone.
	fetched *fetcher
}

// Why [Commit.Read] fails.
var (
	// ErrNoFile means that a commit has nothing at a path.
	ErrNoFile = errors.New("there is no such file")
	// ErrNotAFile means that a link or a submodule is there.
	ErrNotAFile = errors.New("it is not a regular file")
)

// FindCommit returns the commit with a full hash, nil if this clone lacks it or a part of its list
// of files. No name is looked up, so that no branch and no tag can be named like the hash. ctx ends
// the commit's reads.
func (r *Repo) FindCommit(ctx context.Context, id string) (*Commit, error) {
	if !IsHash(id) {
		return nil, nil //nolint:nilnil // no commit has this name
	}
	// It fails for an object that the clone lacks.
	kind, err := r.run(ctx, "find commit "+id, "cat-file", "-t", id)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	if strings.TrimSpace(string(kind)) != "commit" {
		return nil, nil //nolint:nilnil // the clone lacks it
	}
	snapshot, err := r.Snapshot(ctx, id)
	if err != nil && ctx.Err() == nil {
		return nil, nil //nolint:nilnil // a clone with --filter=tree:0 lacks the list
	}
	return &Commit{ID: id, Snapshot: snapshot, objects: r.Objects(ctx)}, err
}

// Judged returns the commit that the user names, to be judged instead of HEAD. It fails with an
// [*Error], whose Err is [ErrNoRevision] if this clone lacks the commit.
func (r *Repo) Judged(ctx context.Context, rev string) (*Commit, error) {
	const fetch = "fetch it, for example: git fetch origin main, then name it FETCH_HEAD"
	id, err := r.Resolve(ctx, rev)
	if failed, ok := errors.AsType[*Error](err); ok && failed.Fix == "" {
		failed.Fix = fetch
	}
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("find the commit %q", rev)
	// The hash may be that of a tag.
	peeled, err := r.query(ctx, what, "rev-parse", "--quiet", "--verify", id+"^{commit}")
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	c, err := r.FindCommit(ctx, peeled)
	if c == nil && err == nil {
		err = &Error{What: what, Err: ErrNoRevision, Fix: fetch}
	}
	return c, err
}

// IsHash reports whether s is a full hash, SHA-1 or SHA-256, in lower case.
func IsHash(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// Parents returns the full hashes of a commit's parents, in order. It reads the commit itself:
// where a shallow clone ends, the history is cut, but the commit still names its parents. ok is
// false for a commit that this clone lacks.
func (r *Repo) Parents(ctx context.Context, id string) (parents []string, ok bool, err error) {
	if !IsHash(id) {
		return nil, false, nil
	}
	out, err := r.run(ctx, "read commit "+id, "cat-file", "commit", id)
	if err != nil {
		if ctx.Err() != nil {
			return nil, false, err
		}
		return nil, false, nil
	}
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			break // the message follows
		}
		if parent, isParent := strings.CutPrefix(line, "parent "); isParent && IsHash(parent) {
			parents = append(parents, parent)
		}
	}
	return parents, true, nil
}

// Read returns the content of a regular file; path is relative to the root, with slashes. It fails
// with [ErrNoFile] or [ErrNotAFile] if there is none.
func (c *Commit) Read(path string) ([]byte, error) {
	b, ok := c.blobs[path]
	switch {
	case !ok && c.Lacks(path):
		return nil, ErrNoFile
	case !ok || b.link:
		return nil, fmt.Errorf("%s in commit %s: %w", path, c.ID, ErrNotAFile)
	}
	content, ok, err := c.objects.Read(b.id)
	if err != nil || ok {
		return content, err
	}
	return nil, NotFetched(path + " of commit " + c.ID)
}

// Contents reads the contents of the commit by their object ids, until Close.
func (c *Commit) Contents() *Objects { return c.objects }

// Close ends the processes of the commit, and removes what was fetched.
func (c *Commit) Close() error {
	c.objects.Close()
	if c.fetched == nil {
		return nil
	}
	return c.fetched.close()
}
