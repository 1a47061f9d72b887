package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/run"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// jsonlines FILE demands that each line of a file is a JSON object with a time, a level and a
// message, and that there is one.
func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: jsonlines FILE")
	}
	text := ts.ReadFile(args[0])
	if text == "" {
		ts.Fatalf("%s is empty", args[0])
	}
	for line := range strings.Lines(text) {
		var r struct {
			Time       time.Time
			Level, Msg string
		}
		dec := json.NewDecoder(strings.NewReader(line))
		if err := dec.Decode(&r); err != nil || r.Time.IsZero() || r.Level == "" || r.Msg == "" || dec.More() {
			ts.Fatalf("%s: %v", line, err)
		}
	}
}

// replay DIR serves a trace with scangate emulator, and sets REPLAY to its address.
func startReplay(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: replay DIR")
	}
	addr, _, stop, err := replayOf(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Defer(stop)
	ts.Setenv("REPLAY", "http://"+addr)
}

// replayOf runs scangate emulator --replay, and returns its address and what it said about it.
func replayOf(dir string) (addr, said string, stop func(), err error) {
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer in.Close()
		cli.Main(ctx, []string{"emulator", "--replay", dir, "--listen", "127.0.0.1:0"}, cli.System{System: run.System{
			Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: in, Now: time.Now, Version: "1.2.3-test",
		}})
	}()
	stop = func() {
		cancel()
		<-done
	}
	var text bytes.Buffer
	for first := make([]byte, 4096); ; {
		n, err := out.Read(first)
		text.Write(first[:n])
		if err != nil {
			return "", text.String(), stop, fmt.Errorf("the emulator ended: %s", text.String())
		}
		if m := regexp.MustCompile(`answered on http://(\S+);`).FindStringSubmatch(text.String()); m != nil && strings.Contains(text.String(), "set ") {
			go io.Copy(io.Discard, out)
			return m[1], text.String(), stop, nil
		}
	}
}

// The replay says how to run against it: all that is needed is in its log.
func TestReplaySaysHowToRun(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "trace")
	scanOf(t, treeOf(t, map[string]string{"main.tf": bucketTF}), "embedded", nil, "--trace-dir", dir).wants(t, 0, "requests are kept in "+dir)
	addr, said, stop, err := replayOf(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for _, want := range []string{"requests of scangate 1.2.3-test, recorded at 20", "add --endpoint http://" + addr + " to the command line of the run"} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing is said of %q in\n%s", want, said)
		}
	}
}

// The verdict stands without a trace.
func TestTraceThatIsLost(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("an open folder stays")
	}
	dir := filepath.Join(t.TempDir(), "trace")
	next := optixInMemory(nil)
	network := transporttest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
		next.ServeHTTP(w, r)
	}))
	scanOf(t, treeOf(t, map[string]string{"main.tf": bucketTF}), plainEndpoint, func(s *cli.System) { s.Dial = network.Dial }, "--trace-dir", dir).
		wants(t, 0, "PASS (exit 0)", "scangate: warning: --trace-dir "+dir+": the trace is not complete: no such file or directory; fix: name a folder with room, and run again")
}

// Days of expiry count by the clock of this machine.
func TestDoctorComparesTheClock(t *testing.T) {
	t.Parallel()
	next := optixInMemory(nil)
	now := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	network := transporttest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", now.Format(http.TimeFormat))
		next.ServeHTTP(w, r)
	}))
	for ahead, want := range map[time.Duration][]string{
		-5 * time.Minute: {"ok clock at most 5m0s off that of the service"},
		time.Hour: {
			"problem clock the clock of this machine is 1h0m0s off that of the service fix: set it, for example with NTP",
			"INCOMPLETE (exit 3): doctor: 1 of 8 checks found a problem; fix: see above",
		},
	} {
		code := 0
		if len(want) > 1 {
			code = 3
		}
		runOf(t, func(s *cli.System) {
			s.Dial, s.Now = network.Dial, func() time.Time { return now.Add(ahead) }
		}, "doctor", "--endpoint", plainEndpoint, treeOf(t, map[string]string{"main.tf": bucketTF})).wants(t, code, want...)
	}
}
