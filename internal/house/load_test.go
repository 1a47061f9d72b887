package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// module is the import path of this repository.
const module = "github.com/scangate/scangate"

// source is one parsed Go file.
type source struct {
	// path is relative to the repository's root, with slashes.
	path string
	text string
	fset *token.FileSet
	file *ast.File
}

// folder is the folder of the file's package, such as internal/emulator/rules.
func (s source) folder() string { return path.Dir(s.path) }

// owner is the package that the table knows: cmd/scangate and
// internal/emulator/rules belong to cmd and emulator.
func (s source) owner() string {
	parts := strings.Split(s.path, "/")
	if parts[0] == "internal" && len(parts) > 2 {
		return parts[1]
	}
	return parts[0]
}

// fault is one broken rule.
type fault struct {
	path string
	line int
	text string
}

// fault makes a fault at a position of s.
func (s source) fault(pos token.Pos, text string) fault {
	return fault{path: s.path, line: s.fset.Position(pos).Line, text: text}
}

// parse reads a Go file's text.
func parse(name, text string) (source, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	return source{path: name, text: text, fset: fset, file: file}, err
}

// forTests reports whether a folder holds helpers of tests, such as internal/git/gittest.
// Its name ends in test, as in the standard library.
func forTests(folder string) bool { return strings.HasSuffix(folder, "test") }

// load reads every Go file of the product below root: no test, no test helper.
func load(t *testing.T, root string) []source {
	t.Helper()
	return walk(t, root, func(name string) bool {
		return !strings.HasSuffix(name, "_test.go") && !forTests(path.Dir(name))
	})
}

// loadTests reads every test below root.
func loadTests(t *testing.T, root string) []source {
	t.Helper()
	return walk(t, root, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
}

// loadAll reads every Go file below root.
func loadAll(t *testing.T, root string) []source {
	t.Helper()
	return walk(t, root, func(string) bool { return true })
}

// walk reads the Go files below root that want accepts, by their paths relative to root.
func walk(t *testing.T, root string, want func(name string) bool) []source {
	t.Helper()
	var found []source
	for _, top := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && d.Name() == "testdata" {
				return fs.SkipDir
			}
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			rel = filepath.ToSlash(rel)
			if d.IsDir() || !strings.HasSuffix(rel, ".go") || !want(rel) {
				return nil
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			src, err := parse(rel, string(text))
			found = append(found, src)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}
