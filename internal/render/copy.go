package render

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scratch is a folder with a private copy of files, and the home of one tool.
type scratch struct{ dir string }

func (s *scratch) tree() string { return filepath.Join(s.dir, "tree") }
func (s *scratch) home() string { return filepath.Join(s.dir, "home") }
func (s *scratch) temp() string { return filepath.Join(s.dir, "tmp") }

func (s *scratch) remove() error { return os.RemoveAll(s.dir) }

// fill copies the files below roots, and the named files. size bounds the sum of their
// sizes.
func (s *scratch) fill(t *Tree, roots, files []string, size int64) error {
	for _, dir := range []string{s.tree(), s.home(), s.temp()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	copied := map[string]bool{}
	for _, list := range append(listsBelow(t, roots), files) {
		for _, file := range list {
			if copied[file] {
				continue
			}
			copied[file] = true
			n, err := s.copy(t, file, size)
			if err != nil {
				return err
			}
			size -= n
		}
	}
	return nil
}

func listsBelow(t *Tree, roots []string) [][]string {
	var lists [][]string
	for _, root := range roots {
		lists = append(lists, t.below(root))
	}
	return lists
}

// errCopyTooLarge is returned where the copy would exceed its bound.
var errCopyTooLarge = errors.New("its folders are too large to be copied")

// copy copies one file of at most size bytes, and returns how many it has.
func (s *scratch) copy(t *Tree, file string, size int64) (n int64, err error) {
	if !isPlainName(file) {
		return 0, fmt.Errorf("the name %q holds a control character or is not UTF-8", file)
	}
	in, err := t.FS.Open(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil // it is deleted
	case err != nil:
		return 0, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	target := filepath.Join(s.tree(), filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return 0, err
	}
	out, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	n, err = io.Copy(out, io.LimitReader(in, size+1))
	if err = errors.Join(err, out.Close()); err == nil && n > size {
		err = errCopyTooLarge
	}
	return n, err
}

// isPlainName reports whether a name is one line of text. Helm prints names in front of
// documents, where a line break could make a document of its own.
func isPlainName(file string) bool {
	return utf8.ValidString(file) && !strings.ContainsFunc(file, unicode.IsControl)
}
