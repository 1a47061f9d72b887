package git

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
)

// Kind says what stands at a path of a list.
type Kind uint8

// The kinds of entries. Links and submodules are known of tracked paths alone: an
// untracked file may be a link, too.
const (
	Regular Kind = iota
	Link
	// Submodule is another repository that the index names by its commit.
	Submodule
	// Checkout is the folder of another repository that the index does not know.
	Checkout
)

// Entry is a path that git lists. It is relative to the root, with slashes.
type Entry struct {
	Path string
	Kind Kind
	// Tracked is set for what the index or a commit has.
	Tracked bool
	// Sparse is set if a sparse checkout leaves the path out of the work tree.
	Sparse bool
	// ID is the object id of a content that is not in the work tree, or a submodule's commit.
	ID string
}

// List calls each with what lies below the folder under and is tracked, or untracked and not
// ignored. under is relative to the root, with slashes; "" is the whole tree. Each path comes once,
// in git's order: the untracked ones first. After an error, not all of them came.
//
// The list includes tracked files that are missing in the work tree, and the folders of
// other repositories, but nothing in these.
func (r *Repo) List(ctx context.Context, under string, each func(Entry)) error {
	var paths arena
	last := ""
	return r.list(ctx, under, func(line []byte) {
		e := parseEntry(line, &paths)
		// Only an unmerged file is listed more than once: its stages, one after another.
		if e.Path != last {
			each(e)
		}
		last = e.Path
	}, "-t", "--stage", "--cached", "--others")
}

// parseEntry reads a line of git ls-files -t --stage: "? path" for an untracked path,
// which ends in a slash for another repository, and "H 100644 <id> 0\tpath" for a
// tracked one. The tag S marks what a sparse checkout leaves out.
func parseEntry(line []byte, paths *arena) Entry {
	if path, untracked := bytes.CutPrefix(line, []byte("? ")); untracked {
		if folder, nested := bytes.CutSuffix(path, []byte("/")); nested {
			return Entry{Path: string(folder), Kind: Checkout}
		}
		return Entry{Path: paths.text(path)}
	}
	tab := bytes.IndexByte(line, '\t')
	tag, rest, _ := bytes.Cut(line[:tab], []byte(" "))
	mode, rest, _ := bytes.Cut(rest, []byte(" "))
	e := Entry{Path: paths.text(line[tab+1:]), Tracked: true, Sparse: string(tag) == "S"}
	switch string(mode) {
	case linkMode:
		e.Kind = Link
	case submoduleMode:
		e.Kind = Submodule
	}
	if e.Sparse || e.Kind == Submodule {
		id, _, _ := bytes.Cut(rest, []byte(" "))
		e.ID = string(id)
	}
	return e
}

// Ignored lists the untracked files below the folder under that git ignores.
func (r *Repo) Ignored(ctx context.Context, under string) ([]string, error) {
	var files []string
	err := r.list(ctx, under, func(path []byte) {
		if path[len(path)-1] != '/' {
			files = append(files, string(path))
		}
	}, "--others", "--ignored")
	return files, err
}

// list calls each with the lines of git ls-files, which are valid until it returns.
func (r *Repo) list(ctx context.Context, under string, each func(line []byte), which ...string) error {
	args := slices.Concat([]string{"ls-files", "--exclude-standard", "-z"}, which)
	if under != "" {
		args = append(args, "--", under)
	}
	return r.stream(ctx, "list the files of "+r.root, func(out io.Reader) error { return eachLine(out, each) }, args...)
}

// eachLine calls each with the lines of a text, which end in NUL, without it. Empty ones are left
// out.
func eachLine(text io.Reader, each func(line []byte)) error {
	const atLeast = 256 << 10
	buffer, filled := make([]byte, atLeast), 0
	for {
		n, err := text.Read(buffer[filled:])
		rest := buffer[:filled+n]
		for end := bytes.IndexByte(rest, 0); end >= 0; end = bytes.IndexByte(rest, 0) {
			if end > 0 {
				each(rest[:end])
			}
			rest = rest[end+1:]
		}
		switch {
		case errors.Is(err, io.EOF) && len(rest) > 0:
			return io.ErrUnexpectedEOF
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if filled = copy(buffer, rest); filled == len(buffer) {
			buffer = make([]byte, 2*len(rest))
			copy(buffer, rest)
		}
	}
}

// arena keeps many short texts in few blocks of memory.
type arena struct{ block strings.Builder }

// text returns a text that has the bytes.
func (a *arena) text(bytes []byte) string {
	const size = 64 << 10
	if a.block.Len()+len(bytes) > a.block.Cap() {
		a.block = strings.Builder{}
		a.block.Grow(max(size, len(bytes)))
	}
	start := a.block.Len()
	a.block.Write(bytes)
	return a.block.String()[start:]
}
