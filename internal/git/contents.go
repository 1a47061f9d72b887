package git

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Blob returns git's name for the content of a regular file of the commit. there is
// set for a symbolic link too.
func (s *Snapshot) Blob(path string) (name string, regular, there bool) {
	b, there := s.files[path]
	return b.name, there && !b.link, there
}

// Contents returns the contents with the given names, with one git process. Those
// that this clone doesn't have, as one with --filter=blob:none, are not in it.
func (r *Repo) Contents(ctx context.Context, names []string) (map[string][]byte, error) {
	contents := make(map[string][]byte, len(names))
	if len(names) == 0 {
		return contents, nil
	}
	// Git gives up at the first one that it would have to fetch.
	out, _, err := r.talk(ctx, "read files of an older commit", strings.Join(names, "\n")+"\n", "cat-file", "--batch")
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	for len(out) > 0 {
		header, rest, _ := bytes.Cut(out, []byte("\n"))
		name, about, _ := strings.Cut(string(header), " ")
		size, err := strconv.Atoi(strings.TrimPrefix(about, "blob "))
		if err != nil {
			out = rest // missing
			continue
		}
		if size < 0 || size >= len(rest) {
			break // cut short
		}
		contents[name], out = rest[:size], rest[size+1:]
	}
	return contents, nil
}

// Sparse finds the paths that a sparse checkout leaves out of the work tree, and
// says of each whether the index has another content for it than one of the
// bases: the change goes on there where nobody sees it.
func (r *Repo) Sparse(ctx context.Context, bases []*Snapshot) (map[string]bool, error) {
	out, err := r.run(ctx, fmt.Sprintf("list what a sparse checkout of %s leaves out", r.root), "ls-files", "-t", "--stage", "-z")
	if err != nil {
		return nil, err
	}
	left := map[string]bool{}
	for entry := range strings.SplitSeq(string(out), "\x00") {
		about, path, _ := strings.Cut(entry, "\t")
		fields := strings.Fields(about) // S 100644 <name> 0
		if len(fields) != 4 || fields[0] != "S" {
			continue
		}
		now := blob{name: fields[2], link: fields[1] == "120000"}
		differs := false
		for _, base := range bases {
			differs = differs || base.files[path] != now
		}
		left[path] = differs
	}
	return left, nil
}
