//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/console/consoletest"
	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/text"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// slowly is a service that takes two minutes for templates, and three for images.
func slowly(o *emulator.Options) {
	o.Timing = emulator.Timing{Scan: 2 * time.Minute, Task: 3 * time.Minute}
}

// watchedTree has targets of all kinds that can be scanned, with names that a terminal would obey.
func watchedTree(t *testing.T) string {
	t.Helper()
	files := map[string]string{
		"Dockerfile":                  "FROM alpine:3.20\n",
		"\x1b[2J\x1b]0;x\a/main.tf":   bucketTF,
		"b/\r::error::\u202e/main.tf": bucketTF,
	}
	return treeOf(t, files)
}

// onScreen runs a scan on a terminal, and calls look after each minute. It may send a signal.
func onScreen(t *testing.T, screen *consoletest.Screen, dir string, look func(minute int, signals chan<- os.Signal), args ...string) ran {
	t.Helper()
	var r ran
	synctest.Test(t, func(t *testing.T) {
		network := transporttest.Serve(t, optixInMemory(slowly))
		done, signals := make(chan struct{}), make(chan os.Signal, 1)
		go func() {
			for minute := 1; ; minute++ {
				select {
				case <-time.After(time.Minute + time.Second/2): // between two ticks
					look(minute, signals)
				case <-done:
					return
				}
			}
		}()
		r = scanOf(t, dir, plainEndpoint, func(s *cli.System) {
			s.Dial, s.Environ = network.Dial, []string{"SCANGATE_API_KEY=0123456789-key-123", "TERM=xterm"}
			s.Stdout, s.Stderr, s.StdoutTerminal, s.StderrTerminal = screen, screen, true, true
			s.Width, s.Height = screen.Size()
			s.StderrSize, s.Signals = screen.Size, signals
		}, args...)
		close(done)
	})
	if err := screen.Err(); err != nil {
		t.Error(err)
	}
	return r
}

var liveText = regexp.MustCompile(`next poll|\d/\d|\d of \d+ done`)

// What a person sees while a run waits, and that nothing of it is left at the end.
func TestLiveAreaOfARun(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {40, 10}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			screen := consoletest.New(size[0], size[1])
			seen := map[int][]string{}
			r := onScreen(t, screen, watchedTree(t), func(minute int, _ chan<- os.Signal) {
				seen[minute] = screen.Shown()
				if minute == 2 {
					screen.Resize(30, 8, true)
				}
			})
			if r.code != 1 {
				t.Errorf("exit %d", r.code)
			}
			poll := regexp.MustCompile(`next poll in \d+s`)
			want := []string{"dockerfile  0 of 1 done · waiting for the service", "iac         0 of 2 done · 0 of 2 batches · waiting for the service", "1m00s · N"}
			for i := range want {
				want[i] = text.TruncateWidth(want[i], size[0]-1)
			}
			got := strings.Split(poll.ReplaceAllString(strings.Join(seen[1], "\n"), "N"), "\n")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("after a minute (-want +got):\n%s", diff)
			}
			left := screen.Text()
			for _, line := range left {
				if liveText.MatchString(line) && !strings.HasPrefix(line, "scangate: FAIL") {
					t.Errorf("left of the live area: %q", line)
				}
			}
			if last := left[len(left)-1]; !strings.HasPrefix(last, "scangate: FAIL (exit 1)") {
				t.Errorf("the last line is %q", last)
			}
		})
	}
}

// Warnings and log lines that come meanwhile stand whole above the live area.
func TestLinesWhileTheAreaIsLive(t *testing.T) {
	t.Parallel()
	screen := consoletest.New(80, 24)
	requests := 0
	onScreen(t, screen, watchedTree(t), func(minute int, _ chan<- os.Signal) {
		shown := screen.Shown()
		if !liveText.MatchString(shown[len(shown)-1]) {
			t.Errorf("after %d minutes the area is not below the log: %q", minute, shown)
		}
	}, "--debug")
	for _, line := range screen.Text() {
		if strings.Contains(line, "level=DEBUG") {
			requests++
			if !strings.HasPrefix(line, "time=") || liveText.MatchString(line) {
				t.Errorf("mixed with the area: %q", line)
			}
		}
	}
	if requests < 5 {
		t.Errorf("%d log lines", requests)
	}
}

// After a signal, the first line says what is kept, and nothing of the live area is left above it.
func TestSignalWhileTheAreaIsLive(t *testing.T) {
	t.Parallel()
	screen := consoletest.New(80, 24)
	r := onScreen(t, screen, watchedTree(t), func(_ int, signals chan<- os.Signal) { signals <- syscall.SIGINT })
	if r.code != 130 {
		t.Errorf("exit %d", r.code)
	}
	text := screen.Text()
	if !strings.HasPrefix(text[0], "scangate: interrupted: the answers for 0 of 4 targets are in the reports; what was uploaded") {
		t.Errorf("the first line is %q", text[0])
	}
	if len(text) > 50 {
		t.Errorf("%d lines: %q", len(text), text)
	}
}

// A log has plain lines: the same words, no control characters, nothing of a short run.
func TestProgressInALog(t *testing.T) {
	t.Parallel()
	for name, environ := range map[string][]string{
		"no terminal": nil, "TERM=dumb": {"TERM=dumb"}, "CI": {"CI=1"}, "ACCESSIBLE": {"ACCESSIBLE=1"}, "colours": {"FORCE_COLOR=1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r ran
			dir := watchedTree(t)
			synctest.Test(t, func(t *testing.T) {
				network := transporttest.Serve(t, optixInMemory(slowly))
				r = scanOf(t, dir, plainEndpoint, func(s *cli.System) {
					s.Dial, s.Environ = network.Dial, append([]string{"SCANGATE_API_KEY=0123456789-key-123", "TERM=xterm"}, environ...)
					s.StderrTerminal = name != "no terminal" && name != "colours"
				})
			})
			lines := strings.Split(strings.TrimSpace(r.stderr), "\n")
			want := []string{
				"scangate: dockerfile 0/1 done, waiting · iac 0/2 done, waiting · 10s",
				"scangate: still waiting for 3 targets · 40s",
				"scangate: still waiting for 3 targets · 1m10s",
				"scangate: still waiting for 3 targets · 1m40s",
			}
			if diff := cmp.Diff(want, lines[:min(len(lines), len(want))]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			last := len(lines) - 1
			if strings.ContainsAny(strings.Join(lines[:last], "\n"), "\r\x1b\a") {
				t.Errorf("control characters in %q", lines)
			}
			if !strings.Contains(lines[last], "FAIL") {
				t.Errorf("the last line is %q", lines[last])
			}
			before := time.Duration(0)
			for _, line := range lines[:last] {
				at, err := time.ParseDuration(line[strings.LastIndex(line, " ")+1:])
				if gap := at - before; err != nil || gap < 10*time.Second || gap > 30*time.Second {
					t.Errorf("%v after the line before: %q (%v)", gap, line, err)
				}
				before = at
			}
		})
	}
}

// What is asked to be silent is silent, and so is a run that is over soon.
func TestNoProgress(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--quiet"}, {"--no-progress"}, nil} {
		t.Run(fmt.Sprint(args), func(t *testing.T) {
			t.Parallel()
			dir := watchedTree(t)
			synctest.Test(t, func(t *testing.T) {
				pace := slowly
				if args == nil {
					pace = nil
				}
				network := transporttest.Serve(t, optixInMemory(pace))
				r := scanOf(t, dir, plainEndpoint, func(s *cli.System) { s.Dial = network.Dial }, args...)
				if lines := strings.Count(r.stderr, "\n"); lines != 1 {
					t.Errorf("%d lines: %s", lines, r.stderr)
				}
			})
		})
	}
}
