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
