package git

import (
	"context"
	"io"
	"slices"
	"strings"
)

// LastChange returns the full hash of the last commit of HEAD's history that changed a file; "" if
// there is none. path is relative to the root, with slashes.
func (r *Repo) LastChange(ctx context.Context, path string) (string, error) {
	return r.query(ctx, "find the last change of "+path, "rev-list", "--max-count=1", r.head(), "--", path)
}

// Renames returns the files that git takes for renamed between a commit and HEAD, most of their
// lines being the same: their paths now, and then. It compares two commits, so that nothing runs
// that the checkout's configuration names.
func (r *Repo) Renames(ctx context.Context, since string) (map[string]string, error) {
	out, err := r.run(ctx, "find renamed files since "+since,
		"diff-tree", "-r", "-z", "--name-status", "--no-ext-diff", "--no-textconv", "--find-renames", "--diff-filter=R", since, r.head())
	if err != nil {
		return nil, err
	}
	renamed := map[string]string{}
	fields := strings.Split(string(out), "\x00") // R090, the old path, the new one
	for i := 0; i+2 < len(fields); i += 3 {
		renamed[fields[i+2]] = fields[i+1]
	}
	return renamed, nil
}

// Moved finds which of the added files hold exactly what one of the gone files held, by their ids,
// and returns the former paths. Of several copies the first one was moved. open returns a file's
// content and its length in bytes; one that can't be read was not moved.
func (s *Snapshot) Moved(gone, added []string, open func(path string) (io.ReadCloser, int64, error)) map[string]string {
	byID := map[string][]string{}
	var algorithm blob
	for _, path := range slices.Sorted(slices.Values(gone)) {
		if b, ok := s.blobs[path]; ok && !b.link {
			byID[b.id], algorithm = append(byID[b.id], path), b
		}
	}
	moved := map[string]string{}
	if len(byID) == 0 {
		return moved
	}
	for _, path := range slices.Sorted(slices.Values(added)) {
		for _, id := range algorithm.ids(func() (io.ReadCloser, int64, error) { return open(path) }) {
			if from := byID[id]; len(from) > 0 {
				moved[path], byID[id] = from[0], from[1:]
				break
			}
		}
	}
	return moved
}

// ids are the object ids of a content: as it is, and with the line breaks that git stores.
func (b blob) ids(open func() (io.ReadCloser, int64, error)) []string {
	size := int64(0)
	content := func() (rc io.ReadCloser, err error) {
		rc, size, err = open()
		return rc, err
	}
	first, err := content()
	if err != nil {
		return nil
	}
	_ = first.Close() // only its length was asked for
	lines := &lineBreaks{}
	id, err := b.hash(size, content, lines)
	if err != nil {
		return nil
	}
	ids := []string{id}
	if lines.pairs > 0 {
		if id, err = b.hash(size-lines.pairs, content, &lineBreaks{drop: true}); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}
