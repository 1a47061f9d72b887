package text_test

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/text"
)

func TestIsWholeWord(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in, extra string
		want      bool
	}{
		{"key", "", true},
		{"a key.", "", true},
		{"a/key-b", "", true},
		{"a/key-b", "-", false},
		{"a/key-b", "/", false},
		{"xkey", "", false},
		{"key1", "", false},
		{"_key", "", false},
		{"ükey", "", false},
		{"keyé", "", false},
		{"٣key", "", false},
		{"\xffkey\xff", "", true},
	} {
		start := strings.Index(tt.in, "key")
		if got := text.IsWholeWord(tt.in, start, start+len("key"), tt.extra); got != tt.want {
			t.Errorf("key in %q with %q: %v", tt.in, tt.extra, got)
		}
	}
}

// Only a character that belongs to words is continued: a secret that starts and ends with
// punctuation is whole wherever it stands.
func TestPunctuationIsNotContinued(t *testing.T) {
	t.Parallel()
	if !text.IsWholeWord("x+y=z", 1, 4, "") || text.IsWholeWord("x+y=z", 1, 4, "+") {
		t.Error("+y= in x+y=z")
	}
}

func TestReplaceWord(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, word, extra, want string }{
		{"key keys key.", "key", "", "X keys X."},
		{"a-key", "key", "", "a-X"},
		{"a-key", "key", "-", "a-key"},
		{"none", "key", "", "none"},
		{"any", "", "", "any"},
		{"", "key", "", ""},
	} {
		if got := text.ReplaceWord(tt.in, tt.word, "X", tt.extra); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.in, got, tt.want)
		}
	}
}
