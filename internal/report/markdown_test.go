package report

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/result"
)

// withoutCode removes the indented blocks of code.
func withoutCode(text string) string {
	var b strings.Builder
	code := true // a block begins after a blank line
	for line := range strings.Lines(text) {
		if code = code && strings.HasPrefix(line, "    "); !code {
			b.WriteString(line)
		}
		code = code || line == "\n"
	}
	return b.String()
}

// readMarkdown checks that a comment can hold the report, that rows have equal numbers of cells,
// and that no text of others mentions, links or opens a tag.
func readMarkdown(doc []byte, _ *result.Result) error {
	text := string(doc)
	if len(text) > 65_536 || !utf8.ValidString(text) || strings.Contains(text, "\x00") {
		return fmt.Errorf("%d bytes", len(text))
	}
	text = withoutCode(text)
	plain := strings.NewReplacer("<details><summary>", "", "</summary>", "", "</details>", "", "<code>", "", "</code>", "", "<br>", "", `\\`, "", `\|`, "", `\<`, "", "`", "").Replace(text)
	if strings.Contains(plain, "<") || strings.Contains(plain, "@") || strings.Contains(plain, "://") {
		return fmt.Errorf("live markup")
	}
	cells := 0
	for line := range strings.Lines(plain) {
		n := strings.Count(line, "|")
		if n > 0 && cells > 0 && n != cells {
			return fmt.Errorf("%d cells in %q, %d before", n, line, cells)
		}
		cells = n
	}
	return nil
}

func TestMarkdownIsCutHonestly(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 25_001} {
		r := many(n)
		got := write(t, Markdown, r, Options{})
		problems := len(New(r, result.Unknown).problems())
		listed := strings.Count(got, "Ensure that rule-")
		switch {
		case len(got) > 65_000:
			t.Errorf("%d findings: %d bytes", n, len(got))
		case listed < problems && !strings.Contains(got, fmt.Sprintf("\n%d more problems are not listed here", problems-listed)):
			t.Errorf("%d findings: %d of %d problems, and the rest is not counted in\n%s", n, listed, problems, got[max(0, len(got)-500):])
		}
	}
	said := ""
	write(t, Markdown, many(25_001), Options{MaxBytes: 20_000, LeftOut: func(s string) { said = s }})
	if !strings.Contains(said, "markdown: ") || !strings.Contains(said, "more problems are not listed here") {
		t.Errorf("said %q", said)
	}
	r := incomplete()
	for range 2000 {
		r.Ledger = append(r.Ledger, r.Ledger[len(r.Ledger)-2])
	}
	got := write(t, Markdown, r, Options{MaxBytes: 20_000})
	if len(got) > 20_000 || !strings.Contains(got, "more targets without an answer are not listed here") || !strings.Contains(got, "#### critical: ") {
		t.Errorf("%d bytes:\n%s", len(got), got)
	}
}

func TestEscapeMarkdown(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a|b`c": "a\\|b\\`c", "<b>": `\<b\>`, "@all": "&#64;&#8203;all", "https://x": `https\://x`, "www.x.y": `www\.x.y`, "#1 [a](b) *c* _d_ ~e~ &f": `\#&#8203;1 \[a\](b) \*c\* \_d\_ \~e\~ \&f`,
		"a\n\n# b": `a \# b`, `\`: `\\`, "main.tf": "main.tf",
		"acme/shop#12, gh-7, nginx:1-2, #x, #": `acme/shop\#&#8203;12, gh\-&#8203;7, nginx:1-2, \#x, \#`,
	} {
		if got := escapeMarkdown(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
