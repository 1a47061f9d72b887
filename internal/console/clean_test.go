package console

import (
	"bytes"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"plain", "infra/main.tf: Größe 3 µm, 日本", "infra/main.tf: Größe 3 µm, 日本"},
		{"colour", "\x1b[31mred\x1b[0m", `\x1b[31mred\x1b[0m`},
		{"title sequence", "\x1b]0;pwned\x07", `\x1b]0;pwned\x07`},
		{"eight-bit CSI", "a\u009b2Jb", `a\u009b2Jb`},
		{"raw byte", "a\x9bb\xff", `a\x9bb\xff`},
		{"carriage return", "ok\r::stop-commands::T\r", `ok\r::stop-commands::T\r`},
		{"line break", "a\nb", `a\nb`},
		{"tab", "a\tb", "a b"},
		{"delete and null", "a\x7f\x00", `a\x7f\x00`},
		{"bidi", "a\u202eb\u2066c\u200f", `a\u202eb\u2066c\u200f`},
		{"separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"tag letters", "a\U000e0041", `a\U000e0041`},
		{"byte order mark", "\ufeff::error::x", `\ufeff::error::x`},
		{"command", "::error::x", ": :error::x"},
		{"command after blanks", " \t\u00a0::error::x", "  \u00a0: :error::x"},
		{"three colons", ":::x", ": ::x"},
		{"colons inside", "aws::s3 a::b", "aws::s3 a::b"},
		{"legacy", "x ##[error]y ##[group]", "x ## [error]y ## [group]"},
		{"three hashes", "###[x]", "### [x]"},
		{"azure", "a ##vso[task.setvariable]b", "a ##vso [task.setvariable]b"},
		{"azure, upper case", "##VSO[x]", "##VSO [x]"},
		{"teamcity", "##teamcity[x]", "##teamcity [x]"},
		{"one hash", "#[x] a#b[0] ## [x]", "#[x] a#b[0] ## [x]"},
		{"name broken off", "##vso task[0]", "##vso task[0]"},
		{"replacement character", "a\ufffdb", "a\ufffdb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Clean(tt.in); got != tt.want {
				t.Errorf("Clean(%q)\n got %q\nwant %q", tt.in, got, tt.want)
			}
		})
	}
}

// dangerous matches what a runner or a terminal would act on, or a reader would misread.
var dangerous = regexp.MustCompile(`(?m)^[\s\x{00a0}\x{3000}]*::|##[A-Za-z]*\[|[\x00-\x09\x0b-\x1f\x7f\x{80}-\x{9f}\x{2028}-\x{202e}\x{2066}-\x{2069}]`)

// opened matches a line that would be more than text.
var opened = regexp.MustCompile(`(?mi)^(scangate:|---|\+\+\+|~~~|\^\^\^)[ \t\x{00a0}\x{3000}]|^section_(start|end):`)

// nasty draws text from the pieces that matter.
func nasty(t *rapid.T) string {
	pieces := rapid.SampledFrom([]string{
		":", "::", "scangate:", "---", "+++", "^", "~~", "~", "section_", "start", "#", "##", "[", "vso", "error", " ", "\t", "\n", "\r", "\x1b", "\x1b[2J", "\xc2", "\x9b", "\u009b", "\u202e", "\u2028",
		"\xe2\x80", "\xa8", "é", "日", "\ufeff", "\u00a0", "x", "\U000e0020",
	})
	return strings.Join(rapid.SliceOfN(pieces, 0, 30).Draw(t, "pieces"), "")
}

// What is passed on as a whole is what would come of each of its characters.
func TestPlainTextIsPassedOn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ToValidUTF8(nasty(t)+rapid.String().Draw(t, "text")+nasty(t), "?")
		for _, oneLine := range []bool{false, true} {
			n, slow := newNeutralizer(), newNeutralizer()
			n.oneLine, slow.oneLine = oneLine, oneLine
			got, want := string(n.append(nil, []byte(text))), []byte(nil)
			for _, r := range text {
				want = slow.rune(want, r)
			}
			if got != string(want) || *n != *slow {
				t.Fatalf("got %q (%+v), want %q (%+v)", got, n, want, slow)
			}
		}
	})
}

// A text that is clean is returned as it is. One that is not ASCII never is.
func TestCleanOfCleanText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{" ", "::", "##[", "#", "a", "\x7f", "\n", "\t"}), 0, 4).Draw(t, "pieces"), "")
		if got, want := Clean(s)+"é", Clean(s+"é"); got != want {
			t.Fatalf("Clean(%q) = %q, want %q", s, got, want)
		}
	})
}

func TestCleanIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		once := Clean(nasty(t))
		if twice := Clean(once); twice != once {
			t.Fatalf("cleaned once %q, twice %q", once, twice)
		}
		if dangerous.MatchString(once) || strings.Contains(once, "\n") {
			t.Fatalf("still dangerous: %q", once)
		}
	})
}

func TestOpenings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"scangate: PASS (exit 0)", `scangate:\x20PASS (exit 0)`},
		{"Scangate:\tPASS", `Scangate:\x09PASS`},
		{"scangate:\u00a0PASS", `scangate:\u00a0PASS`},
		{"a\nscangate: x", "a\n" + `scangate:\x20x`},
		{"--- x", `---\x20x`},
		{"+++ ", `+++\x20`},
		{"~~~\tx", `~~~\x09x`},
		{"^^^ +++", `^^^\x20+++`},
		{"section_start:1:x", `section_start\x3a1:x`},
		{"section_end:1:x", `section_end\x3a1:x`},
		{"---", "---"},
		{"---- x", "---- x"},
		{" --- x", " --- x"},
		{"scangate:x scangate: y", "scangate:x scangate: y"},
		{"scangate v1", "scangate v1"},
		{"x--- y", "x--- y"},
	} {
		var out bytes.Buffer
		all(t, NewWriter(&out), tt.in)
		if out.String() != tt.want {
			t.Errorf("%q came out as %q, want %q", tt.in, out.String(), tt.want)
		}
		out.Reset()
		NewPrinter(&out, true, 0).Line(Text(tt.in[:1]), Span{Text: tt.in[1:], Style: Red})
		if plain := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(out.String(), ""); opened.MatchString(plain) {
			t.Errorf("a line of %q came out as %q", tt.in, plain)
		}
	}
}

// Our own messages begin with our name, and theirs do not.
func TestSay(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := NewWriter(&out)
	w.Say("a\nscangate: b")
	w.Say("scangate: ::c")
	w.Log(slog.LevelWarn, "e", slog.Int("hidden", 1))
	if _, err := w.Write([]byte("scangate: d\n")); err != nil {
		t.Fatal(err)
	}
	NewPrinter(w, false, 40).Hang([]Span{Own()}, Text("PASS"), Own())
	want := `scangate: a\nscangate: b
scangate: scangate: ::c
scangate: warning: e
scangate:\x20d
scangate: PASSscangate:
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestWriterDoesNotDependOnPieces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := nasty(t)
		var whole, parts bytes.Buffer
		all(t, NewWriter(&whole), text)
		w := NewWriter(&parts)
		for rest := text; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "n")
			if _, err := w.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if whole.String() != parts.String() {
			t.Fatalf("in one piece %q, in several %q", whole.String(), parts.String())
		}
		if opened.MatchString(whole.String()) {
			t.Fatalf("still opens a line: %q", whole.String())
		}
	})
}

func all(t interface{ Fatal(...any) }, w *Writer, text string) {
	n, err := w.Write([]byte(text))
	if err == nil {
		err = w.Flush()
	}
	if err != nil || n != len(text) {
		t.Fatal(n, err)
	}
}

func FuzzWriter(f *testing.F) {
	for _, seed := range []string{"::error::x", "##[group]", "##vso[x]", "\x1b[31m", "a\r\n::x", "scangate: x", "a\n--- x", "section_start:1:x", "\xe2\x80\xae", "\xc2"} {
		f.Add([]byte(seed), 2)
	}
	f.Fuzz(func(t *testing.T, text []byte, at int) {
		at = min(max(at, 0), len(text))
		var out bytes.Buffer
		w := NewWriter(&out)
		_, _ = w.Write(text[:at])
		_, _ = w.Write(text[at:])
		_ = w.Flush()
		if dangerous.Match(out.Bytes()) || opened.Match(out.Bytes()) || !utf8.Valid(out.Bytes()) {
			t.Errorf("%q came out as %q", text, out.Bytes())
		}
	})
}
