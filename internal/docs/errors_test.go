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
// compares what they print. Left out is what is the same everywhere.
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
		head, sections, _ := strings.Cut(string(archive.Comment), "\n## ")
		for line := range strings.Lines("\n" + head + foundFiles(archive.Files) + "\n## " + sections) {
			switch {
			case isPreparation(line):
				b.WriteString("$ " + strings.TrimPrefix(line, "% "))
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

// isPreparation reports whether a line prepares the folder in a way that readers can repeat.
func isPreparation(line string) bool {
	const longest = 120 // characters that say more than they cost
	return strings.HasPrefix(line, "% ") && !strings.HasPrefix(line, "% service") && len(line) <= longest
}

// foundFiles shows the files that the commands of a chapter find. Any template does.
func foundFiles(files []txtar.File) string {
	var b strings.Builder
	for _, f := range files {
		if filepath.Ext(f.Name) != ".tf" {
			b.WriteString("\n`" + f.Name + "` of this chapter:\n\n```text\n" + string(f.Data) + "```\n")
		}
	}
	return b.String()
}

// showsErrors reports whether a document shows mistakes.
func showsErrors(path string) bool { return filepath.Base(path) == "errors.md" }
