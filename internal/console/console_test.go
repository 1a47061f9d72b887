package console

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewWriterIsNotStacked(t *testing.T) {
	t.Parallel()
	w := NewWriter(io.Discard)
	if NewWriter(w) != w {
		t.Error("a Writer over a Writer neutralises twice")
	}
}

func TestWriterTellsErrors(t *testing.T) {
	t.Parallel()
	r, pw := io.Pipe()
	_ = r.CloseWithError(errors.New("disk full"))
	w := NewWriter(pw)
	if w.Err() != nil {
		t.Errorf("before any write: %v", w.Err())
	}
	if n, err := w.Write([]byte("x")); n != 0 || err == nil || !errors.Is(w.Err(), err) {
		t.Errorf("n %d, err %v, kept %v", n, err, w.Err())
	}
	p := NewPrinter(w, false, 0)
	p.Line(Text("a"))
	if p.Err() == nil {
		t.Error("the printer lost the error")
	}
}

func TestWriterIsSafeForManyGoroutines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := NewWriter(&out)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				NewPrinter(w, true, 80).Line(Span{Text: "one line", Style: Red}, Text(" of it"))
			}
		})
	}
	wg.Wait()
	if want := strings.Repeat("\x1b[31mone line\x1b[0m of it\n", 400); out.String() != want {
		t.Error("lines were mixed")
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://a.example/b?c=d#L1": "\x1b]8;;https://a.example/b?c=d#L1\x1b\\at\x1b]8;;\x1b\\\n",
		"":                           "at\n", "https://a\x1b\\b": "at\n", "https://ä": "at\n", "a b": "at\n",
	} {
		var out bytes.Buffer
		NewPrinter(&out, false, 80).Line(Span{Text: "at", Link: url})
		if out.String() != want {
			t.Errorf("%q: got %q, want %q", url, out.String(), want)
		}
	}
}

func TestTakesLinks(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]bool{
		"": false, "TERM=xterm-256color": false, "TERM=xterm-kitty": true, "TERM=dumb TERM_PROGRAM=vscode": false, "TERM_PROGRAM=vscode": true,
		"VTE_VERSION=7600": true, "VTE_VERSION=4999": false, "WT_SESSION=x": true, "WT_SESSION=x CI=true": false, "FORCE_HYPERLINK=1 TERM=dumb": true, "WT_SESSION=x FORCE_HYPERLINK=0": false,
	} {
		if got := TakesLinks(envOf(env)); got != want {
			t.Errorf("%q: %v", env, got)
		}
	}
}

func TestPrinter(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		color bool
		print func(*Printer)
		want  string
	}{
		{"plain", false, func(p *Printer) { p.Line(Span{Text: "a", Style: Red}, Text("b")) }, "ab\n"},
		{"colour", true, func(p *Printer) { p.Line(Span{Text: "a", Style: BoldRed}, Text("b")) }, "\x1b[1;31ma\x1b[0mb\n"},
		{"only our codes", true, func(p *Printer) { p.Line(Span{Text: "\x1b[5ma", Style: Dim}) }, "\x1b[2m\\x1b[5ma\x1b[0m\n"},
		{"an unknown style", true, func(p *Printer) { p.Line(Span{Text: "a", Style: Style(99)}) }, "a\n"},
		{"command in two spans", true, func(p *Printer) { p.Line(Span{Text: ":", Style: Red}, Span{Text: ":error::", Style: Red}) }, "\x1b[31m:\x1b[0m\x1b[31m :error::\x1b[0m\n"},
		{"legacy command in two spans", false, func(p *Printer) { p.Line(Text("##"), Text("[x]")) }, "## [x]\n"},
		{"hang", false, func(p *Printer) {
			p.Hang([]Span{Text("  12  "), {Text: "HIGH  ", Style: Red}}, Text("a summary that is too long for the narrow line"))
		}, "  12  HIGH  a summary that is too long\n            for the narrow line\n"},
		{"hang, coloured over the break", true, func(p *Printer) {
			p.Hang([]Span{Text("    ")}, Text("plain words first, then "), Span{Text: "dim words that are continued", Style: Dim})
		}, "    plain words first, then\x1b[2m dim words\x1b[0m\n    \x1b[2mthat are continued\x1b[0m\n"},
		{"hang, one long word", false, func(p *Printer) {
			p.Hang([]Span{Text("> ")}, Text(strings.Repeat("x", 50)))
		}, "> " + strings.Repeat("x", 38) + "\n  " + strings.Repeat("x", 12) + "\n"},
		{"hang, glued spans", false, func(p *Printer) {
			p.Hang([]Span{Text("> ")}, Text("see "), Text("a"), Text(", b"))
		}, "> see a, b\n"},
		{"hang, a break can't start a command", false, func(p *Printer) {
			p.Hang(nil, Text(strings.Repeat("x", 40)+" ::error::y"))
		}, strings.Repeat("x", 40) + "\n: :error::y\n"},
		{"hang, wide characters", false, func(p *Printer) {
			p.Hang(nil, Text("日本語日本語日本語日本語日本語 日本語日本語"))
		}, "日本語日本語日本語日本語日本語\n日本語日本語\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			tt.print(NewPrinter(&out, tt.color, 40))
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestUseColor(t *testing.T) {
	t.Parallel()
	for env, want := range map[string][2]bool{ // in a log, in a terminal
		"":                               {false, true},
		"FORCE_COLOR=1":                  {true, true},
		"FORCE_COLOR=0":                  {false, false},
		"FORCE_COLOR=False":              {false, false},
		"CLICOLOR_FORCE=1":               {true, true},
		"CLICOLOR_FORCE=0":               {false, true},
		"CLICOLOR=1":                     {false, true},
		"CLICOLOR=0":                     {false, false},
		"CLICOLOR=0 CLICOLOR_FORCE=1":    {true, true},
		"CLICOLOR=0 FORCE_COLOR=3":       {true, true},
		"FORCE_COLOR=0 CLICOLOR_FORCE=1": {true, true},
		"NO_COLOR=0":                     {false, false},
		"NO_COLOR=1 FORCE_COLOR=1":       {false, false},
		"NO_COLOR=yes CLICOLOR_FORCE=1":  {false, false},
	} {
		getenv := envOf(env)
		if got := [2]bool{UseColor(false, getenv, false), UseColor(false, getenv, true)}; got != want {
			t.Errorf("%q: %v, want %v", env, got, want)
		}
		if UseColor(true, getenv, true) {
			t.Errorf("%q: colours with --no-color", env)
		}
	}
}

// envOf returns a lookup in variables that are written as NAME=value, with spaces between them.
func envOf(env string) func(string) string {
	return func(name string) string {
		for _, v := range strings.Fields(env) {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
}
