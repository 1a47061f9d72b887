package template

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func TestContains(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[aV/]{1,4}`).Draw(t, "word")
		text := rapid.SliceOfN(rapid.SampledFrom([]byte("aV/VVVVV")), 0, 400).Draw(t, "text")
		if got := contains(text, word); got != bytes.Contains(text, []byte(word)) {
			t.Errorf("%q contains %q: %t", text, word, got)
		}
	})
}

func TestWithoutEscapes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``: ``, `a`: `a`, `\`: `\`, `\\`: `\\`, `a\x41\u0042\U00000043d\/`: `aABCd/`, `\\u0041`: `\A`, `\x4`: `\x4`, `\u_041`: `\u_041`, `\n\"`: `\n\"`,
		"a\\\n \tb\\\r\nc\\\rd": "abc\\\rd", `\u0041\u00`: `A\u00`, `\UFFFFFFFF`: "\uFFFD",
	} {
		if got := string(withoutEscapes([]byte(text))); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
