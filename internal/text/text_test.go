package text_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/text"
)

func TestFoldAndOneLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]string{
		"":                         {"", ""},
		" a \t b\r\n\u00a0c ":      {"a b c", "a b c"},
		"a\x1b[2J\x00b\u202ec":     {"a\x1b[2J\x00b\u202ec", "a [2J b c"},
		"a\xffb":                   {"a\xffb", "a\uFFFDb"},
		"\u200b::error::\u2028x\n": {"\u200b::error:: x", "::error:: x"},
	} {
		if got := [2]string{text.Fold(in), text.OneLine(in)}; got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		n    int
		want string
	}{
		{"abcd", 4, "abcd"}, {"abcde", 4, "abc…"}, {"日本語", 3, "日本語"}, {"日本語", 2, "日…"}, {"ab", 1, "…"}, {"", 1, ""}, {"äöü", 3, "äöü"},
	}
	for _, tt := range tests {
		if got := text.Truncate(tt.in, tt.n); got != tt.want {
			t.Errorf("Truncate(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
		}
	}
}

func TestTruncateKeepsToRunes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, n := rapid.String().Draw(t, "s"), rapid.IntRange(1, 20).Draw(t, "n")
		got := text.Truncate(s, n)
		head, cut := strings.CutSuffix(got, "…")
		if utf8.RuneCountInString(got) > n || !strings.HasPrefix(s, head) {
			t.Fatalf("Truncate(%q, %d) = %q", s, n, got)
		}
		if utf8.RuneCountInString(s) <= n && got != s || got != s && !cut {
			t.Fatalf("Truncate(%q, %d) = %q", s, n, got)
		}
	})
}

func TestWidth(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{
		"": 0, "abc": 3, "é": 1, "e\u0301": 1, "日本": 4, "…·": 2, "🚀": 2, "가": 2, "👩‍💻": 2, "🇩🇪": 2,
	} {
		if got := text.Width(s); got != want {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestTruncateByWidth(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in         string
		columns    int
		end, start string
	}{
		{"abcdef", 4, "abc…", "…def"}, {"abcd", 4, "abcd", "abcd"}, {"日本語", 4, "日…", "…語"}, {"日本語", 5, "日本…", "…本語"},
		{"a日本", 4, "a日…", "…本"}, {"ab", 1, "…", "…"}, {"e\u0301e\u0301e\u0301", 2, "e\u0301…", "…e\u0301"},
	}
	for _, tt := range tests {
		if got := text.TruncateWidth(tt.in, tt.columns); got != tt.end {
			t.Errorf("TruncateWidth(%q, %d) = %q, want %q", tt.in, tt.columns, got, tt.end)
		}
		if got := text.TruncateStart(tt.in, tt.columns); got != tt.start {
			t.Errorf("TruncateStart(%q, %d) = %q, want %q", tt.in, tt.columns, got, tt.start)
		}
	}
}

func TestTruncatedTextFits(t *testing.T) {
	t.Parallel()
	pieces := rapid.SampledFrom([]string{"a", " ", "日", "é", "e\u0301", "🚀", "👩‍💻", "\u0301"})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOf(pieces).Draw(t, "pieces"), "")
		n := rapid.IntRange(1, 12).Draw(t, "columns")
		for _, got := range []string{text.TruncateWidth(s, n), text.TruncateStart(s, n)} {
			if text.Width(got) > n {
				t.Fatalf("%q takes %d columns of %d", got, text.Width(got), n)
			}
		}
		head, tail := text.SplitWidth(s, n)
		if head+tail != s || head == "" && s != "" {
			t.Fatalf("SplitWidth(%q, %d) = %q, %q", s, n, head, tail)
		}
	})
}

func TestFoldSplitsNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("ab \t\n\u0085\u00a0\u2003é"))).Draw(t, "text")
		if got, want := text.Fold(s), strings.Join(strings.Fields(s), " "); got != want {
			t.Fatalf("%q: got %q, want %q", s, got, want)
		}
	})
}

func TestIsPlain(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{"": true, "a b\n~!": true, "a\tb": false, "a\r\n": false, "é": false, "\x7f": false, "\xff": false} {
		if text.IsPlain(s) != want || text.IsPlain([]byte(s)) != want {
			t.Errorf("%q: want %v", s, want)
		}
	}
}

func TestWithoutPath(t *testing.T) {
	t.Parallel()
	about := fmt.Errorf("read it: %w", &fs.PathError{Op: "open", Path: "/work/x", Err: fs.ErrPermission})
	if got := text.WithoutPath(about); got != fs.ErrPermission {
		t.Errorf("%v", got)
	}
	other := errors.New("other")
	if text.WithoutPath(other) != other || text.WithoutPath(nil) != nil {
		t.Error("an error without a path is another one")
	}
}
