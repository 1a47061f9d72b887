package console

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestJSONKeepsItsMeaning writes strings in pieces of any size.
func TestJSONKeepsItsMeaning(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOf(rapid.StringOf(rapid.RuneFrom([]rune("#[a\u0080\u202e日\n\"\\\x7f")))).Draw(t, "texts")
		raw, err := json.Marshal(texts)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		g := NewJSONWriter(&out)
		for len(raw) > 0 {
			n := rapid.IntRange(1, len(raw)).Draw(t, "n")
			if wrote, err := g.Write(raw[:n]); wrote != n || err != nil {
				t.Fatal(wrote, err)
			}
			raw = raw[n:]
		}
		var got []string
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(texts, got); diff != "" {
			t.Fatal(diff)
		}
		if strings.Contains(out.String(), "##") || strings.ContainsAny(out.String(), "\u0080\u202e\x7f") {
			t.Fatalf("live text in %q", out.String())
		}
	})
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.OneOf(rapid.ByteRange(0x20, 0x26), rapid.ByteRange(0x79, 0x81), rapid.SampledFrom([]byte("\x00\xffaaaaaaaaaaaaaaaa"))), 0, 40).Draw(t, "text")
		want := bytes.IndexFunc(text, func(r rune) bool { return r >= 0x7f || r == '#' })
		if want < 0 {
			want = len(text)
		}
		if got := harmless(text); got != want {
			t.Fatalf("%q: %d bytes, want %d", text, got, want)
		}
	})
}
