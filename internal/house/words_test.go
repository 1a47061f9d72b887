package house

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// wordsToAvoid are matched in comments and Markdown, in lower case, with the word for each.
var wordsToAvoid = []struct {
	found, instead string
	// but, if not nil, matches what is right nevertheless.
	but *regexp.Regexp
}{
	{`mend(s|ed|ing)?`, "fix", nil},
	{`cargo`, "upload", nil},
	{`told|hears?|heard`, "reported, called", nil},
	{`nobody`, "unknown, no user", nil},
	{`lanes?`, "queue", nil},
	{`apart`, "except for, separate", nil},
	{`behind`, "after", regexp.MustCompile(`behind a (proxy|cdn|load balancer)`)},
	{`(is|are) none`, "is not one", regexp.MustCompile(`there (is|are) none`)},
}

// checkWords finds words to avoid in a text that begins at a line.
func checkWords(path, text string, line int) []fault {
	text = strings.ToLower(text)
	var faults []fault
	for _, w := range wordsToAvoid {
		for _, at := range regexp.MustCompile(`\b(`+w.found+`)\b`).FindAllStringIndex(text, -1) {
			around := strings.Join(strings.Fields(text[max(0, at[0]-len("there ")):min(len(text), at[1]+len(" a load balancer"))]), " ")
			if w.but == nil || !w.but.MatchString(around) {
				faults = append(faults, fault{path, line + strings.Count(text[:at[0]], "\n"), fmt.Sprintf("%q: write %s", text[at[0]:at[1]], w.instead)})
			}
		}
	}
	return faults
}

func TestPlainWords(t *testing.T) {
	t.Parallel()
	for _, s := range loadAll(t, root) {
		for _, group := range s.file.Comments {
			for _, c := range group.List {
				for _, f := range checkWords(s.path, c.Text, s.fset.Position(c.Pos()).Line) {
					t.Errorf("%s:%d: %s", f.path, f.line, f.text)
				}
			}
		}
	}
	for _, path := range markdownFiles(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range checkWords(path, string(text), 1) {
			t.Errorf("%s:%d: %s", f.path, f.line, f.text)
		}
	}
}

// The check finds what it looks for, and nothing else.
func TestWordsCanFail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"Mend it":                       1,
		"what stands behind\n// a link": 1,
		"a runner behind a proxy":       0,
		"nil if there is none":          0,
		"A text in quotes\nis none.":    1,
		"amended, foretold":             0,
	} {
		if got := checkWords("a.go", text, 1); len(got) != want {
			t.Errorf("%q: %v, want %d", text, got, want)
		}
	}
}
