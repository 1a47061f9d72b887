package house

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// maxColumns is the width of Markdown prose and of comments. A tab counts as four columns.
const maxColumns = 100

func TestCommentsWrap(t *testing.T) {
	t.Parallel()
	for _, s := range loadAll(t, root) {
		for _, f := range checkWidth(s) {
			t.Errorf("%s:%d: %s", f.path, f.line, f.text)
		}
	}
}

func TestMarkdownWraps(t *testing.T) {
	t.Parallel()
	for _, name := range markdownFiles(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range checkProse(name, string(text)) {
			t.Errorf("%s:%d: %s", f.path, f.line, f.text)
		}
	}
}

// markdownFiles are the paths of all Markdown files.
func markdownFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && slices.Contains([]string{".git", "node_modules", "testdata"}, d.Name()) {
			return fs.SkipDir
		}
		if err == nil && !d.IsDir() && strings.HasSuffix(name, ".md") {
			files = append(files, name)
		}
		return err
	})
	if err != nil || len(files) < 10 {
		t.Fatalf("%d Markdown files: %v", len(files), err)
	}
	return files
}

// checkWidth finds comments that are too wide. Directives are not comments.
func checkWidth(s source) []fault {
	var faults []fault
	lines := strings.Split(s.text, "\n")
	for _, group := range s.file.Comments {
		for _, comment := range group.List {
			if strings.HasPrefix(comment.Text, "//go:") || strings.HasPrefix(comment.Text, "//nolint") {
				continue
			}
			first, last := s.fset.Position(comment.Pos()).Line, s.fset.Position(comment.End()).Line
			for n := first; n <= last; n++ {
				if tooWide(lines[n-1]) {
					faults = append(faults, fault{s.path, n, fmt.Sprintf("a comment is wider than %d columns", maxColumns)})
				}
			}
		}
	}
	return faults
}

// checkProse finds lines of Markdown that are too wide, outside of tables and code.
func checkProse(name, text string) []fault {
	var faults []fault
	code := false
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			code = !code
		}
		if !code && !strings.HasPrefix(line, "|") && tooWide(line) {
			faults = append(faults, fault{name, i + 1, fmt.Sprintf("a line is wider than %d columns", maxColumns)})
		}
	}
	return faults
}

// tooWide reports whether a line is too wide and can be broken: a long URL can't.
func tooWide(line string) bool {
	line = strings.ReplaceAll(line, "\t", "    ")
	text := strings.TrimLeft(line, " /*-#>")
	return utf8.RuneCountInString(line) > maxColumns && strings.Contains(text, " ")
}

// The checks find what they look for, and nothing else.
func TestWidthChecksCanFail(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 20) + "word"
	url := "https://x.example/" + strings.Repeat("x", 100)
	goTests := map[string]int{
		"// " + long:                             1,
		"\t// " + long[:97]:                      1,
		"// " + long[:97]:                        0,
		"// " + url:                              0,
		"/*\n" + long + "\n*/":                   1,
		"var x = 1 // " + long:                   1,
		"//go:generate " + long:                  0,
		"var x = `" + long + "`":                 0,
		"var x = 1 //nolint:all // " + long:      0,
		"// " + long + "\nvar x = 1\n// " + long: 2,
	}
	for text, want := range goTests {
		s, err := parse("internal/git/a.go", "package p\n\n"+text+"\n")
		if err != nil {
			t.Fatal(err)
		}
		if got := checkWidth(s); len(got) != want {
			t.Errorf("%s: %v, want %d faults", text, got, want)
		}
	}
	markdown := map[string]int{
		long: 1, "- " + long: 1, "# " + long: 1, "> " + long: 1, "    " + long: 1,
		"- " + url: 0, "| " + long + " |": 0, "```\n" + long + "\n```": 0, "```\n```\n" + long: 1, long[:100]: 0,
	}
	for text, want := range markdown {
		if got := checkProse("a.md", text); len(got) != want {
			t.Errorf("%s: %v, want %d faults", text, got, want)
		}
	}
}
