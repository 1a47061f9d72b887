package report

import (
	"cmp"
	"io"
	"regexp"
	"strings"
	"sync"
)

// buildkiteBytes keeps an annotation below the 1 MiB that Buildkite takes, however much is added
// to stop emoji: at most three and a half times the text
// (https://buildkite.com/docs/pipelines/configure/annotations).
const buildkiteBytes = 200_000

// emoji matches the name of an emoji up to its second colon: the :s3: in an ARN is one.
var emoji = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`:([a-zA-Z0-9_+-]+:)`) })

// writeBuildkite writes the Markdown report as Buildkite shows it, for buildkite-agent annotate. It
// knows CommonMark with the extensions of GitHub, details included, and emoji by name.
func writeBuildkite(w io.Writer, m *Model, o Options) error {
	var b strings.Builder
	o.MaxBytes = min(cmp.Or(o.MaxBytes, buildkiteBytes), buildkiteBytes)
	if err := writeMarkdown(&b, m, o); err != nil {
		return err
	}
	_, err := io.WriteString(w, withoutEmoji(b.String()))
	return err
}

// withoutEmoji stops emoji by a character of no width after the first colon. Lines of code, which
// are indented, have none.
func withoutEmoji(markdown string) string {
	var b strings.Builder
	for line := range strings.Lines(markdown) {
		for before := ""; line != before && !strings.HasPrefix(line, "    "); {
			before, line = line, emoji().ReplaceAllString(line, ":&#8203;$1")
		}
		b.WriteString(line)
	}
	return b.String()
}
