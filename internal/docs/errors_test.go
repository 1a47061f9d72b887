package docs

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// frame matches a line of the config file below an error.
var frame = regexp.MustCompile(`^ +\d* \| `)

// errorCatalogue joins the chapters of errors. A test of package cli runs their commands, and
// compares what they print. Left out is what prepares a folder, and what is the same everywhere.
func errorCatalogue(t *testing.T) string {
	t.Helper()
	chapters, err := filepath.Glob(filepath.Join(root, "internal/cli/testdata/errors/*.txtar"))
	if err != nil || len(chapters) == 0 {
		t.Fatalf("there is no chapter: %v", err)
	}
	var b strings.Builder
	for _, chapter := range chapters {
		archive, err := txtar.ParseFile(chapter)
		if err != nil {
			t.Fatal(err)
		}
		block := false
		for line := range strings.Lines("\n" + string(archive.Comment)) {
			switch {
			case strings.HasPrefix(line, "% "), frame.MatchString(line), line == "No findings, because no target was answered.\n":
			case strings.HasPrefix(line, "```"):
				block = !block
				b.WriteString(line)
			case block && line == "\n":
			case strings.HasPrefix(line, "#"):
				b.WriteString("#" + line)
			default:
				b.WriteString(line)
			}
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n\n"
}

// showsErrors reports whether a document shows mistakes.
func showsErrors(path string) bool { return filepath.Base(path) == "errors.md" }
