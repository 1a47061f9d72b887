package discover

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

// A content that passes by in parts of any size is known as one that is in memory.
func TestPassingContent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := func(most int) string {
			return rapid.StringMatching(`[ab]*`).Filter(func(s string) bool { return len(s) <= most }).Draw(rt, "text")
		}
		word := text(4)
		c := (&selection{Options: Options{Mark: word}}).newContents()
		passing, content := c.passing(), []byte(nil)
		for range rapid.IntRange(0, 5).Draw(rt, "parts") {
			part := []byte(text(9))
			content = append(content, part...)
			if n, err := passing.Write(part); n != len(part) || err != nil {
				rt.Fatalf("%d of %d bytes: %v", n, len(part), err)
			}
			clear(part) // it belongs to the reader
		}
		passing.note(candidate{path: "f"}, int64(len(content)))
		sum := sha256.Sum256(content)
		want := result.Content{Size: int64(len(content)), SHA256: sum, Marked: bytes.Contains(content, []byte(word))}
		if got := c.all["f"]; got != want {
			rt.Errorf("%q in %q: %+v, want %+v", word, content, got, want)
		}
		if c.mark.isIn(content) != want.Marked {
			rt.Errorf("%q in %q at once: %v", word, content, !want.Marked)
		}
		if passing.note(candidate{path: "other"}, want.Size+1); len(c.all) != 1 {
			rt.Error("a part of a file is taken for all of it")
		}
	})
}
