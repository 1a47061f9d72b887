package console

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/safe"
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
	if n, err := w.Write([]byte("x")); n != 0 || err == nil {
		t.Errorf("n %d, err %v", n, err)
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
		getenv := func(name string) string {
			for _, v := range strings.Fields(env) {
				if value, ok := strings.CutPrefix(v, name+"="); ok {
					return value
				}
			}
			return ""
		}
		if got := TakesLinks(getenv); got != want {
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
	tests := []struct {
		name     string
		off      bool
		force    string
		terminal bool
		want     bool
	}{
		{"terminal", false, "", true, true},
		{"no terminal", false, "", false, false},
		{"forced", false, "1", false, true},
		{"0 is not forced", false, "0", false, false},
		{"false is not forced", false, "False", false, false},
		{"off beats a terminal", true, "", true, false},
		{"off beats force", true, "1", true, false},
	}
	for _, tt := range tests {
		if got := UseColor(tt.off, tt.force, tt.terminal); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func stop(t *testing.T, s *Status) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

func TestStopReturnsThePanicOfAStatus(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		s := NewStatus(io.Discard, StatusOptions{Now: func() time.Time {
			if calls++; calls > 1 {
				panic("odd")
			}
			return time.Now()
		}})
		s.Set("waiting")
		time.Sleep(31 * time.Second)
		for range 2 {
			if _, ok := errors.AsType[*safe.PanicError](s.Stop()); !ok {
				t.Error("Stop did not return the panic")
			}
		}
	})
}

func TestStatusPlain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		s := NewStatus(&out, StatusOptions{Now: time.Now})
		time.Sleep(31 * time.Second) // nothing is set, so nothing is shown
		s.Set("waiting for 3 scans\n::error::")
		time.Sleep(60 * time.Second)
		stop(t, s)
		stop(t, s)
		s.Set("too late")
		time.Sleep(time.Hour)
		want := "waiting for 3 scans\\n::error:: · 1m00s\nwaiting for 3 scans\\n::error:: · 1m30s\n"
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestStatusLive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		w := NewWriter(&out)
		s := NewStatus(w, StatusOptions{Live: true, Width: 20, Now: time.Now})
		for range 100 { // 1 s: many changes, few drawings
			s.Set("uploading 日本語 and more")
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(300 * time.Millisecond)
		_, _ = w.Write([]byte("a log line\n"))
		time.Sleep(250 * time.Millisecond)
		_, _ = w.Write([]byte("unfinished"))
		time.Sleep(time.Second)
		_, _ = w.Write([]byte(" business\n"))
		time.Sleep(200 * time.Millisecond)
		stop(t, s)
		const line, erase = "uploading 日… · ", "\r\x1b[K"
		want := line + "0s" + erase + line + "1s" + erase + "a log line\n" +
			line + "1s" + erase + "unfinished business\n" + line + "2s" + erase
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestStatusLiveShowsSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		s := NewStatus(&out, StatusOptions{Live: true, Now: time.Now})
		s.Set("b · a")
		time.Sleep(2100 * time.Millisecond)
		s.Set("")
		time.Sleep(200 * time.Millisecond)
		_, _ = s.w.Write([]byte("later\n"))
		stop(t, s)
		want := "b · a · 0s\r\x1b[Kb · a · 1s\r\x1b[Kb · a · 2s\r\x1b[Klater\n"
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestNilStatus(t *testing.T) {
	t.Parallel()
	var s *Status
	s.Set("x")
	stop(t, s)
}

func TestElapsed(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{0: "0s", -time.Second: "0s", 59 * time.Second: "59s", 67 * time.Second: "1m07s", 3725 * time.Second: "1h02m"} {
		if got := elapsed(d); got != want {
			t.Errorf("elapsed(%v) = %q, want %q", d, got, want)
		}
	}
}
