package cli

import (
	"strings"
	"testing"
)

// Every topic has a title and prints as plain text.
func TestTopics(t *testing.T) {
	t.Parallel()
	all := (&app{}).topics()
	if len(all) < 10 {
		t.Fatalf("%d topics", len(all))
	}
	for _, topic := range all {
		var out strings.Builder
		topic.SetOut(&out)
		if err := topic.Help(); err != nil {
			t.Fatal(err)
		}
		title, body, _ := strings.Cut(out.String(), "\n")
		if topic.Short == "" || title != strings.ToUpper(topic.Short) || strings.TrimSpace(body) == "" {
			t.Errorf("%s: title %q, %d bytes", topic.Name(), title, len(body))
		}
		for _, markup := range []string{"```", "<!--", "](", "|---"} {
			if strings.Contains(out.String(), markup) {
				t.Errorf("%s: markup %s is left", topic.Name(), markup)
			}
		}
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	got := plainText("# A title\n\n<!-- generated: x -->\n| a | `b` |\n|---|---|\n| long | |\n| c | d e |\n<!-- end -->\n\n" +
		"See [the page](https://x.example/) for **all**.\n\n```yaml\n# kept: `|`\n```\n")
	want := "A TITLE\n\na     b\nlong\nc     d e\n\nSee the page for all.\n\n    # kept: `|`\n"
	if got != want {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}

// A table is as wide as a help text. Where its last column would be too narrow, rows are
// paragraphs.
func TestWideTables(t *testing.T) {
	t.Parallel()
	words := strings.TrimSpace(strings.Repeat("word ", 20))
	got := plainText("| a | b |\n|---|---|\n| " + strings.Repeat("x", 48) + " | " + words + " |\n")
	want := "a" + strings.Repeat(" ", 49) + "b\n" + strings.Repeat("x", 48) + "  " + strings.TrimSpace(strings.Repeat("word ", 10)) + "\n" +
		strings.Repeat(" ", 50) + strings.TrimSpace(strings.Repeat("word ", 10)) + "\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got = plainText("| name | about it | more |\n|---|---|---|\n| one | " + words + " | last |\n| two | | |\n")
	want = "one\n    about it: " + strings.TrimSpace(strings.Repeat("word ", 17)) + "\n" + strings.Repeat(" ", 14) + "word word word\n    more: last\ntwo\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
