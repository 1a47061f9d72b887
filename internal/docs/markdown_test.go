package docs

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// columns is the width of prose; .ci/run checks it.
const columns = 100

func code(s string) string { return "`" + s + "`" }

// table writes rows; the first holds the headings.
func table(rows [][]string) string {
	var b strings.Builder
	for i, cells := range rows {
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(cells)) + "|\n")
		}
	}
	return b.String()
}

// item writes an item of a list.
func item(text string) string { return wrap("- ", text) }

// wrap breaks text between words and indents all lines but the first like its prefix.
func wrap(prefix, text string) string {
	var b strings.Builder
	line := prefix
	for i, word := range strings.Fields(text) {
		if i > 0 && utf8.RuneCountInString(line)+utf8.RuneCountInString(word) > columns {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = strings.Repeat(" ", len(prefix))
		}
		line += word + " "
	}
	return b.String() + strings.TrimRight(line, " ") + "\n"
}

func TestWrap(t *testing.T) {
	t.Parallel()
	got := wrap("- ", strings.Repeat("x", 97)+" y "+strings.Repeat("z", 99)+" a")
	want := "- " + strings.Repeat("x", 97) + "\n  y\n  " + strings.Repeat("z", 99) + "\n  a\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
