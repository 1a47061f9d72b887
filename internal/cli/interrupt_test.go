//go:build unix

package cli_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// marked checks that a saved result says that it is of an interrupted run, and
// claims no answer that did not come.
func marked(t *testing.T, path string, code int) *result.Result {
	t.Helper()
	res := readSaved(t, path)
	if res.Interrupted != code || res.Verdict.Outcome != result.OutcomeInterrupted || res.Verdict.Exit != code {
		t.Errorf("interrupted %d, verdict %+v; want %d", res.Interrupted, res.Verdict, code)
	}
	for _, row := range res.Ledger {
		if row.Status == result.Pending || row.Status == result.Failed && row.Cause != result.CauseInterrupted {
			t.Errorf("row %s is %v for %q (%s)", row.Target.ID(), row.Status, row.Cause, row.Reason)
		}
	}
	return res
}

// A signal while the service is asked: the partial result is written and marked,
// and the process ends within two seconds.
func TestSignalWhileAsking(t *testing.T) {
	t.Parallel()
	for _, phase := range []string{"/iac/scan", "/submit-for-scan", "/scan/status", "/get-scan-result", "/detailedReport"} {
		for _, sig := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
			t.Run(fmt.Sprintf("%v at %s", sig, phase), func(t *testing.T) {
				t.Parallel()
				dir := treeOf(t, map[string]string{"main.tf": bucketTF, "Dockerfile": "FROM alpine:3.20\n"})
				saved := filepath.Join(t.TempDir(), "r.json")
				old := treeOf(t, map[string]string{"old.sarif": "{}"})
				synctest.Test(t, func(t *testing.T) {
					signals := make(chan os.Signal, 1)
					var at time.Time
					next := optixInMemory(nil)
					var once atomic.Bool
					network := transporttest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if strings.HasSuffix(r.URL.Path, phase) && once.CompareAndSwap(false, true) {
							at = time.Now()
							signals <- sig
							_, _ = io.Copy(io.Discard, r.Body)
							<-r.Context().Done()
							return
						}
						next.ServeHTTP(w, r)
					}))
					r := scanOf(t, dir, plainEndpoint, func(s *cli.System) { s.Dial, s.Signals = network.Dial, signals },
						"-o", "json="+saved, "-o", "sarif="+filepath.Join(old, "old.sarif"))
					code := 128 + int(sig)
					r.wants(t, code, fmt.Sprintf("INTERRUPTED (exit %d)", code), "scangate: interrupted: the answers for ", " targets are in the reports; what was uploaded would be uploaded again; fix: use --state FILE to go on with it")
					if took := time.Since(at); took > 2*time.Second {
						t.Errorf("it took %v after the signal", took)
					}
					if res := marked(t, saved, code); len(res.Ledger) != 3 {
						t.Errorf("%d rows, want 3", len(res.Ledger))
					}
					if _, err := os.Stat(filepath.Join(old, "old.sarif")); err == nil {
						t.Error("a SARIF file is left for an upload")
					}
				})
			})
		}
	}
}

// What was answered before a signal is put on its lines, although the run has ended.
func TestFindingsBeforeASignalArePlaced(t *testing.T) {
	t.Parallel()
	files := map[string]string{"Dockerfile": "FROM alpine:3.20\n"}
	for i := range 100 { // many, so that placing them is not done at once
		files[fmt.Sprintf("%d/main.tf", i)] = "# buckets\n\n" + bucketTF
	}
	dir, saved := treeOf(t, files), filepath.Join(t.TempDir(), "r.json")
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan os.Signal, 1)
		next := optixInMemory(nil)
		network := transporttest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/get-scan-result") {
				time.Sleep(time.Minute) // the templates are answered meanwhile
				signals <- syscall.SIGTERM
				<-r.Context().Done()
				return
			}
			next.ServeHTTP(w, r)
		}))
		scanOf(t, dir, plainEndpoint, func(s *cli.System) { s.Dial, s.Signals = network.Dial, signals }, "-o", "json="+saved).wants(t, 143)
	})
	findings := readSaved(t, saved).Findings
	if len(findings) < 100 {
		t.Fatalf("%d findings", len(findings))
	}
	for _, f := range findings {
		if f.Placement != result.PlacedResource && f.Placement != result.PlacedAttribute || f.Locations[0].Line < 3 {
			t.Errorf("%s is placed by %s on %+v", f.Rule, f.Placement, f.Locations)
		}
	}
}

// A signal at any moment at all, up to the last one before the reports take
// their places, is in the exit code and in the report.
func TestSignalAtEveryMoment(t *testing.T) {
	t.Parallel()
	dir := treeOf(t, map[string]string{"main.tf": bucketTF})
	saved := filepath.Join(t.TempDir(), "r.json")
	run := func(t *testing.T, moment int64) (r ran, moments int64) {
		synctest.Test(t, func(t *testing.T) {
			var n atomic.Int64
			signals := make(chan os.Signal, 1)
			network := transporttest.Serve(t, optixInMemory(func(o *emulator.Options) { o.Timing.Scan, o.Timing.PerFile = -1, -1 }))
			r = scanOf(t, dir, plainEndpoint, func(s *cli.System) {
				s.Dial, s.Signals = network.Dial, signals
				s.Now = func() time.Time {
					if n.Add(1) == moment {
						signals <- syscall.SIGTERM
						synctest.Wait() // until all others have noticed
					}
					return time.Now()
				}
			}, "-o", "json="+saved, "--fail-on", "none", "--no-progress")
			moments = n.Load()
		})
		return r, moments
	}
	calm, moments := run(t, 0)
	calm.wants(t, 0, "PASS")
	if moments < 5 {
		t.Fatalf("the clock was read %d times: too few moments to choose from", moments)
	}
	for moment := range moments {
		if err := os.Remove(saved); err != nil {
			t.Fatal(err)
		}
		r, _ := run(t, moment+1)
		r.wants(t, 143, "INTERRUPTED (exit 143)")
		marked(t, saved, 143)
	}
}

// hangingWriter is a reader of standard output that has stopped reading.
type hangingWriter struct {
	signals chan<- os.Signal
	end     <-chan struct{}
}

func (h *hangingWriter) Write([]byte) (int, error) {
	h.signals <- syscall.SIGINT
	<-h.end
	return 0, syscall.EPIPE
}

// Where the reports themselves hang, a signal still ends the run in time.
func TestSignalWhileWritingHangs(t *testing.T) {
	t.Parallel()
	dir := treeOf(t, map[string]string{"README": ""})
	synctest.Test(t, func(t *testing.T) {
		signals, end := make(chan os.Signal, 1), make(chan struct{})
		r := scanOf(t, dir, plainEndpoint, func(s *cli.System) {
			s.Signals, s.Stdout = signals, &hangingWriter{signals, end}
		})
		close(end)
		r.wants(t, 130, "INTERRUPTED (exit 130)", "SIGINT; the reports could not be written in time: each is whole, old or absent")
		if r.took > 5*time.Second {
			t.Errorf("it took %v", r.took)
		}
	})
}

// startScangate starts the command as a process of its own.
func startScangate(t *testing.T, env []string, args ...string) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	path, err := exec.LookPath("scangate")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append([]string{"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "HOME=/nonexistent"}, env...)
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &said
}

// waitFor polls until a file of the pattern is there, and fails the test after a minute.
func waitFor(t *testing.T, pattern string) {
	t.Helper()
	for tick, end := time.NewTicker(5*time.Millisecond), time.After(time.Minute); ; {
		if paths, _ := filepath.Glob(pattern); len(paths) > 0 {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("%s did not come", pattern)
		}
	}
}

// A signal before there is a ledger, with a git that hangs: the report is
// written, with an empty ledger, and marked.
func TestSignalBeforeTheLedger(t *testing.T) {
	t.Parallel()
	const hang = time.Minute // of each sleep below
	for phase, script := range map[string]string{
		"opening": "#!/bin/sh\n: > \"$HANGS\"\nexec sleep 60\n",
		"listing": "#!/bin/sh\ncase \"$*\" in *ls-files*) : > \"$HANGS\"; exec sleep 60;; esac\nPATH=$REAL exec git \"$@\"\n",
		// a child of git that keeps the pipe open
		"stubborn": "#!/bin/sh\ncase \"$*\" in *ls-files*) : > \"$HANGS\"; sleep 60;; esac\nPATH=$REAL exec git \"$@\"\n",
	} {
		t.Run(phase, func(t *testing.T) {
			t.Parallel()
			dir := treeOf(t, map[string]string{"repo/main.tf": bucketTF, "bin/git": ""})
			hangs, saved := filepath.Join(dir, "hangs"), filepath.Join(dir, "r.json")
			// Git gets no variable that it does not need, so that the script holds the values.
			script := strings.NewReplacer("$HANGS", hangs, "$REAL", os.Getenv("PATH")).Replace(script)
			if err := os.WriteFile(filepath.Join(dir, "bin/git"), []byte(script), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(dir, "bin/git"), 0o755); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("git", "init", "-q", filepath.Join(dir, "repo")).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			cmd, said := startScangate(t, []string{"PATH=" + filepath.Join(dir, "bin") + ":/usr/bin:/bin"},
				"scan", "--endpoint", "embedded", "-o", "json="+saved, filepath.Join(dir, "repo"))
			waitFor(t, hangs)
			start := time.Now()
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != 130 {
				t.Errorf("exit %d, want 130: %s", code, said)
			}
			if text := said.String(); !strings.Contains(text, "INTERRUPTED (exit 130): ended before a target was found") || strings.Contains(text, "no target was found") {
				t.Errorf("what it says of targets: %s", text)
			}
			if took := time.Since(start); took > hang/2 {
				t.Errorf("it took %v, as long as git hangs", took)
			}
			if res := marked(t, saved, 130); len(res.Ledger) != 0 || len(res.Notices) == 0 {
				t.Errorf("ledger %v, notices %v", res.Ledger, res.Notices)
			}
		})
	}
}

// A second signal ends the process at once, whatever it is doing.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	dir := treeOf(t, map[string]string{"repo/main.tf": bucketTF})
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	// Opening a pipe without a reader hangs: the first signal can't end that.
	cmd, said := startScangate(t, []string{"PATH=/usr/bin:/bin"}, "scan", "--endpoint", "embedded", "--only", "iac",
		"-o", "json="+filepath.Join(dir, "r.json"), "-o", "console="+pipe, filepath.Join(dir, "repo"))
	// The report for the pipe comes before the file takes its place.
	waitFor(t, filepath.Join(dir, ".r.json.*.tmp"))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	signalUntil(t, cmd.Process, ended)
	status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !status.Signaled() || status.Signal() != syscall.SIGTERM {
		t.Errorf("ended as %v, want by SIGTERM: %s", cmd.ProcessState, said)
	}
}

// signalUntil sends SIGTERM again and again: which one is the second that the
// process sees depends on how fast it is.
func signalUntil(t *testing.T, p *os.Process, ended <-chan struct{}) {
	t.Helper()
	late := time.After(time.Minute)
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		if err := p.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		select {
		case <-ended:
			return
		case <-late:
			t.Fatal("it goes on after many signals")
		case <-tick.C:
		}
	}
}
