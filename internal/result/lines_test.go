package result

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/jsonx"
)

// Lines are a list in JSON, whoever writes it, and the same lines afterwards.
func TestLines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOf(rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r != '\n' }))).Draw(t, "lines")
		lines := LinesOf(want...)
		var got []string
		for i, line := range lines.All() {
			if i != len(got) {
				t.Fatalf("line %d is number %d", len(got), i)
			}
			got = append(got, line)
		}
		if !slices.Equal(got, want) || lines.Len() != len(want) {
			t.Fatalf("%d lines %q, want %q", lines.Len(), got, want)
		}
		plain, err := json.Marshal(append([]string{}, want...))
		own, err2 := json.Marshal(lines)
		if err != nil || err2 != nil || string(plain) != string(own) {
			t.Fatalf("%s, want %s", own, plain)
		}
		var read Snippet
		if err := jsonx.Document(strings.NewReader(`{"start":1,"lines":`+string(own)+`}`), &read); err != nil || read.Lines != lines {
			t.Fatalf("%q, %v", read.Lines, err)
		}
	})
	var read Snippet
	err := jsonx.Document(strings.NewReader(`{"start":1,"lines":["a\nb"]}`), &read)
	if err == nil || err.Error() != "lines: must have no line breaks" {
		t.Error(err)
	}
}
