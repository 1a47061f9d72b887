package cli

import (
	"strings"
	"testing"
)

// Every topic has a title and prints as plain text.
func TestTopics(t *testing.T) {
	t.Parallel()
	all := topics()
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
	want := "A TITLE\n\na     b\nlong  \nc     d e\n\nSee the page for all.\n\n    # kept: `|`\n"
	if got != want {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}
