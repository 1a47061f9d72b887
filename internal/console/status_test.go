package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/console/consoletest"
	"github.com/scangate/scangate/internal/safe"
)

func stop(t *testing.T, s *Status) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

// looks returns a Look, and what sets its view.
func looks(v View) (look func() View, set func(View)) {
	var now atomic.Pointer[View]
	now.Store(&v)
	return func() View { return *now.Load() }, func(v View) { now.Store(&v) }
}

// fourKinds is a view with as many lines as there can be.
var fourKinds = View{
	Line: "iac 1/40 uploading · dockerfile 0/3 waiting · image 3/9 waiting · alerts 0/2 reading",
	Lines: []string{
		"iac          1 of 40 done · 0 of 3 batches · uploading 1.2 of 7.4 MB",
		"dockerfile   0 of  3 done · waiting",
		"image        3 of  9 done · waiting",
		"alerts       0 of  2 done · reading",
	},
	Next:  "next poll in 8s",
	Still: "uploading 1.2 of 7.4 MB",
}

func TestStopReturnsThePanicOfAStatus(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewStatus(io.Discard, StatusOptions{Look: func() View { panic("odd") }, Started: time.Now(), Now: time.Now})
		time.Sleep(31 * time.Second)
		for range 2 {
			if _, ok := errors.AsType[*safe.PanicError](s.Stop()); !ok {
				t.Error("Stop did not return the panic")
			}
		}
	})
}

// A log has a line when something changes, at most every 10 s, and one at least every 30 s. It
// never has a control character, whatever the texts are.
func TestStatusInALog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		look, set := looks(View{})
		s := NewStatus(&out, StatusOptions{Look: look, Started: time.Now(), Now: time.Now})
		time.Sleep(30500 * time.Millisecond) // there is nothing to show
		for i := range 90 {
			set(View{Line: fmt.Sprintf("iac %d/90 waiting\n::error::", i)})
			time.Sleep(100 * time.Millisecond)
		}
		set(View{Line: "iac 90/91 \x1b[2Jwaiting", Still: "waiting for 1 target\r"})
		time.Sleep(80 * time.Second)
		stop(t, s)
		stop(t, s)
		set(View{Line: "too late"})
		time.Sleep(time.Hour)
		want := "scangate: iac 90/91 \\x1b[2Jwaiting · 40s\n" +
			"scangate: still waiting for 1 target\\r · 1m10s\n" +
			"scangate: still waiting for 1 target\\r · 1m40s\n"
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// onScreen runs f with a live status on a terminal, and returns what the terminal shows meanwhile.
// When the status ends, only what f wrote is left.
func onScreen(t *testing.T, screen *consoletest.Screen, v View, f func(w *Writer)) []string {
	t.Helper()
	w := NewWriter(screen)
	look, _ := looks(v)
	s := NewStatus(w, StatusOptions{Live: true, Size: screen.Size, Look: look, Started: time.Now(), Now: time.Now})
	time.Sleep(67*time.Second + liveEvery)
	f(w)
	time.Sleep(liveEvery)
	shown := screen.Shown()
	stop(t, s)
	if err := screen.Err(); err != nil {
		t.Error(err)
	}
	return shown
}

func TestLiveArea(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		columns, rows int
		view          View
		want          []string
	}{
		"80x24": {80, 24, fourKinds, append(slices.Clone(fourKinds.Lines), "1m07s · next poll in 8s")},
		"40x10": {40, 10, fourKinds, []string{
			"iac          1 of 40 done · 0 of 3 bat…",
			"dockerfile   0 of  3 done · waiting",
			"image        3 of  9 done · waiting",
			"alerts       0 of  2 done · reading",
			"1m07s · next poll in 8s",
		}},
		"20x10": {20, 10, fourKinds, []string{
			"iac 1 of 40 done ·…",
			"dockerfile 0 of 3 …",
			"image 3 of 9 done …",
			"alerts 0 of 2 done…",
			"1m07s · next poll …",
		}},
		"too few rows":  {80, 5, fourKinds, []string{"iac 1/40 uploading · dockerfile 0/3 waiting · image 3/9 waiting · aler… · 1m07s"}},
		"20 columns":    {20, 3, fourKinds, []string{"iac 1/40 u… · 1m07s"}},
		"5 columns":     {5, 3, fourKinds, []string{"iac…"}},
		"1 column":      {1, 1, fourKinds, []string{}},
		"unknown size":  {0, 0, fourKinds, []string{"iac 1/40 uploading · dockerfile 0/3 waiting · image 3/9 waiting · aler… · 1m07s"}},
		"one kind":      {80, 24, View{Line: "iac", Lines: []string{"iac  1 of 2 done"}, Next: "next poll in 8s"}, []string{"iac  1 of 2 done · 1m07s · next poll in 8s"}},
		"one long line": {80, 24, View{Line: "iac", Lines: []string{strings.Repeat("x", 79)}}, []string{"iac · 1m07s"}},
		"wide runes":    {20, 2, View{Line: "日本語日本語日本語"}, []string{"日本語日本… · 1m07s"}},
		"hostile":       {80, 24, View{Line: "a\x1b[2J\nb\r\u202e"}, []string{`a\x1b[2J\nb\r\u202e · 1m07s`}},
		"nothing":       {80, 24, View{}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				screen := consoletest.New(max(tt.columns, 1), max(tt.rows, 1))
				if tt.columns == 0 {
					screen = consoletest.New(80, 24)
					screen.HideSize()
				}
				shown := onScreen(t, screen, tt.view, func(*Writer) {})
				if diff := cmp.Diff(tt.want, shown); diff != "" {
					t.Errorf("while it is live (-want +got):\n%s", diff)
				}
				if left := screen.Text(); len(left) > 0 {
					t.Errorf("left at the end: %q", left)
				}
			})
		})
	}
}

// Lines that are written meanwhile stand whole above the area, also those of the other stream.
func TestLinesAboveTheLiveArea(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		screen := consoletest.New(80, 24)
		shown := onScreen(t, screen, fourKinds, func(w *Writer) {
			w.Say("warning: \x1b]0;title\a the first")
			out := NewWriter(screen)
			out.SharesScreen(w)
			time.Sleep(liveEvery)
			_, _ = io.WriteString(out, "a report\n")
			_, _ = io.WriteString(w, "unfinished")
			time.Sleep(time.Second)
			if got := screen.Shown(); got[len(got)-1] != "unfinished" {
				t.Errorf("an unfinished line is hidden: %q", got)
			}
			_, _ = io.WriteString(w, " business\n")
			w.Say(strings.Repeat("long ", 40))
		})
		want := []string{`scangate: warning: \x1b]0;title\x07 the first`, "a report", "unfinished business", "scangate: " + strings.Repeat("long ", 40)}
		if diff := cmp.Diff(want, screen.Text()); diff != "" {
			t.Errorf("at the end (-want +got):\n%s", diff)
		}
		if len(shown) != 3+3+5 || shown[6] != fourKinds.Lines[0] {
			t.Errorf("meanwhile: %q", shown)
		}
	})
}

// An abandoned status draws nothing below the last line of the process.
func TestCloseArea(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		screen := consoletest.New(80, 24)
		shown := onScreen(t, screen, fourKinds, func(w *Writer) {
			w.CloseArea()
			w.Say("the last line")
			time.Sleep(2 * time.Second)
		})
		if diff := cmp.Diff([]string{"scangate: the last line"}, shown); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// Nothing is written while nothing changes, and a change does not blank the area first.
func TestLiveAreaDoesNotFlicker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		look, set := looks(View{Line: "a", Lines: []string{"a", "b"}})
		s := NewStatus(&out, StatusOptions{Live: true, Size: func() (int, int) { return 80, 24 }, Look: look, Started: time.Now(), Now: time.Now})
		time.Sleep(1900 * time.Millisecond)
		set(View{Line: "c", Lines: []string{"c"}})
		time.Sleep(200 * time.Millisecond)
		stop(t, s)
		const wrap, noWrap = "\x1b[?7h", "\x1b[?7l"
		want := noWrap + "\ra\x1b[K\nb\x1b[K\n0s\x1b[J" + wrap + "\r\x1b[2A" +
			noWrap + "\ra\x1b[K\nb\x1b[K\n1s\x1b[J" + wrap + "\r\x1b[2A" +
			noWrap + "\rc · 2s\x1b[J" + wrap + "\r" + "\r \x1b[J\r"
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// Whatever happens, in terminals that wrap lines anew when they are resized and in those that do
// not: the lines that were written are there, whole and in their order, and nothing else is left.
func TestLiveAreaLeavesTheLines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		reflow := rapid.Bool().Draw(rt, "reflow")
		steps := rapid.SliceOfN(rapid.IntRange(0, 5), 1, 30).Draw(rt, "steps")
		screen := consoletest.New(60, 10)
		w := NewWriter(screen)
		want := []string{}
		for _, step := range steps {
			switch step {
			case 0:
				want = append(want, fmt.Sprintf("line %d", len(want)))
				_, _ = io.WriteString(w, want[len(want)-1]+"\n")
			case 1:
				screen.Resize(rapid.IntRange(12, 100).Draw(rt, "columns"), rapid.IntRange(2, 30).Draw(rt, "rows"), reflow)
			default:
				columns, rows := screen.Size()
				if step == 2 { // the terminal is another one already
					screen.Resize(rapid.IntRange(12, 100).Draw(rt, "columns"), max(rows, 6), reflow)
				}
				v := fourKinds
				v.Lines = v.Lines[:rapid.IntRange(1, len(v.Lines)).Draw(rt, "kinds")]
				_ = w.show(layout(v, "1m07s", columns, rows), func() bool {
					c, r := screen.Size()
					return c == columns && r == rows
				})
			}
		}
		_ = w.show(nil, nil)
		if diff := cmp.Diff(want, screen.Text()); diff != "" {
			rt.Fatalf("(-want +got):\n%s", diff)
		}
		if err := screen.Err(); err != nil {
			rt.Fatal(err)
		}
	})
}

func TestNilStatus(t *testing.T) {
	t.Parallel()
	var s *Status
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
