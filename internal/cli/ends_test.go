//go:build unix

package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
)

// heldRun is a process that scans at a service that does not answer before the test lets it. Where
// its reports will be lie those of an earlier run that passed.
type heldRun struct {
	cmd     *exec.Cmd
	said    *strings.Builder
	reports string
	answer  func()
}

// formats are those of files, but for those that a partial result may not have.
func formats() (all, always []string) {
	for _, f := range report.Formats() {
		all = append(all, f.Name)
		if !f.CompleteOnly {
			always = append(always, f.Name)
		}
	}
	return all, always
}

const oldReport = "PASS (exit 0) of an earlier run"

// holdRun starts a scan at next, and returns when it has asked for a path that ends in phase.
// before are the words of the command line before scangate.
func holdRun(t *testing.T, next http.Handler, phase string, before ...string) *heldRun {
	t.Helper()
	service, asked, answer := holdService(t, next, phase)
	h := &heldRun{answer: answer, reports: t.TempDir()}
	args := []string{"scan", "--endpoint", service, "--only", "iac", "--no-progress"}
	args = append(args, templateFlag(t)...)
	all, _ := formats()
	for _, f := range all {
		args = append(args, "-o", f+"="+h.path(f))
		if err := os.WriteFile(h.path(f), []byte(oldReport), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args = append(args, filepath.Join(treeOf(t, map[string]string{"tree/main.tf": bucketTF}), "tree"))
	h.start(t, append(before, append([]string{lookUp(t, "scangate")}, args...)...))
	<-asked
	return h
}

// holdService serves next, but calls of a path that ends in phase wait for answer.
func holdService(t *testing.T, next http.Handler, phase string) (url string, asked <-chan struct{}, answer func()) {
	t.Helper()
	called, answered := make(chan struct{}), make(chan struct{})
	call := sync.OnceFunc(func() { close(called) })
	answer = sync.OnceFunc(func() { close(answered) })
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, phase) {
			call()
			select {
			case <-answered:
			case <-r.Context().Done():
			}
		}
		next.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(answer)
	return srv.URL, called, answer
}

func lookUp(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func (h *heldRun) start(t *testing.T, line []string) {
	t.Helper()
	h.said = &strings.Builder{}
	h.cmd = exec.Command(line[0], line[1:]...)
	h.cmd.Env = []string{"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "HOME=/nonexistent", "SCANGATE_API_KEY=0123456789-key-123", "PATH=" + os.Getenv("PATH")}
	h.cmd.Stderr = h.said
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.cmd.Process.Kill() })
}

func (h *heldRun) path(format string) string { return filepath.Join(h.reports, format) }

func (h *heldRun) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := h.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// wait returns the exit code, and how the process ended.
func (h *heldRun) wait() (code int, status syscall.WaitStatus) {
	_ = h.cmd.Wait()
	status, _ = h.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return h.cmd.ProcessState.ExitCode(), status
}

// left returns the names of the reports. None may be that of the earlier run.
func (h *heldRun) left(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(h.reports)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if strings.Contains(contentOf(t, h.path(e.Name())), oldReport) {
			t.Errorf("%s is left from the earlier run: %s", e.Name(), h.said)
		}
		names = append(names, e.Name())
	}
	return names
}

// A process that is killed, or whose runtime gives up, leaves no report that claims a verdict.
func TestKilledRunLeavesNoReport(t *testing.T) {
	t.Parallel()
	for _, phase := range []string{"/iac/scan", "/scan/status", "/detailedReport"} {
		for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGQUIT} {
			t.Run(fmt.Sprintf("%v at %s", sig, phase), func(t *testing.T) {
				t.Parallel()
				h := holdRun(t, optixInMemory(nil), phase)
				h.signal(t, sig)
				// Go's runtime ends with code 2 and a stack.
				if code, status := h.wait(); status.Signal() != syscall.SIGKILL && code != 2 {
					t.Errorf("ended with %d (%v): %s", code, h.cmd.ProcessState, h.said)
				}
				if names := h.left(t); len(names) > 0 {
					t.Errorf("left %v", names)
				}
			})
		}
	}
}

// SIGHUP ends a run as SIGTERM does.
func TestHangup(t *testing.T) {
	t.Parallel()
	for sig, code := range map[syscall.Signal]int{syscall.SIGHUP: 129, syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			h := holdRun(t, optixInMemory(nil), "/scan/status")
			h.signal(t, sig)
			got, _ := h.wait()
			if want := fmt.Sprintf("INTERRUPTED (exit %d): 0/1 answered, 1 failed", code); got != code || !strings.Contains(h.said.String(), want) {
				t.Errorf("exit %d, want %d and %q: %s", got, code, want, h.said)
			}
			marked(t, h.path("json"), code)
			if _, always := formats(); len(h.left(t)) != len(always) {
				t.Errorf("reports %v, want %v", h.left(t), always)
			}
		})
	}
}

// A process that was started to ignore SIGHUP, as by nohup, goes on.
func TestIgnoredHangup(t *testing.T) {
	t.Parallel()
	h := holdRun(t, optixInMemory(nil), "/scan/status", "/bin/sh", "-c", `trap "" HUP; exec "$@"`, "sh")
	h.signal(t, syscall.SIGHUP)
	h.answer()
	if code, _ := h.wait(); code != 0 || !strings.Contains(h.said.String(), "PASS (exit 0): ") {
		t.Errorf("exit %d: %s", code, h.said)
	}
	if res := readSaved(t, h.path("json")); res.Verdict.Outcome != result.OutcomePass {
		t.Errorf("verdict %+v", res.Verdict)
	}
	// Other signals still end it.
	h = holdRun(t, optixInMemory(nil), "/scan/status", "/bin/sh", "-c", `trap "" HUP; exec "$@"`, "sh")
	h.signal(t, syscall.SIGTERM)
	if code, _ := h.wait(); code != 143 {
		t.Errorf("exit %d after SIGTERM: %s", code, h.said)
	}
}

// Only files and links that a report takes the place of are removed.
func TestOldReportsOfOtherKinds(t *testing.T) {
	t.Parallel()
	dir := treeOf(t, map[string]string{"tree/main.tf": bucketTF, "victim": "old", "folder/x": "x", "empty/x": ""})
	path := func(name string) string { return filepath.Join(dir, name) }
	if err := os.Remove(path("empty/x")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path("victim"), path("link")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(path("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, says := range map[string]string{"link": "nowhere", "pipe": "nowhere", "folder": "is a folder", "empty": "is a folder"} {
		kept := name != "link"
		scanOf(t, path("nowhere"), "embedded", nil, "-o", "json="+path(name)).wants(t, 2, says)
		if _, err := os.Lstat(path(name)); (err == nil) != kept {
			t.Errorf("%s: %v, want it kept: %v", name, err, kept)
		}
	}
	if text := contentOf(t, path("victim")); text != "old" {
		t.Errorf("the target of a link holds %q", text)
	}
}

// What a saved result is read from is not a report of an earlier run, whatever it is called.
func TestRewritingASavedResult(t *testing.T) {
	t.Parallel()
	dir := treeOf(t, map[string]string{"tree/main.tf": bucketTF, "notes.json": "mine", "junit.xml": oldReport})
	path := func(name string) string { return filepath.Join(dir, name) }
	saved, other := path("r.json"), path("other.json")
	scanOf(t, path("tree"), "embedded", nil, "--only", "iac", "-o", "json="+saved).wants(t, 0)
	if err := os.Symlink(saved, other); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{saved, filepath.Join(dir, "tree", "..", "r.json"), other} {
		runOf(t, nil, "verdict", saved, "--fail-on", "low", "-o", "json="+out).wants(t, 1, "FAIL (exit 1)")
		if res := readSaved(t, out); res.Verdict.Exit != 1 {
			t.Errorf("%s: verdict %+v", out, res.Verdict)
		}
		runOf(t, nil, "report", saved, "-o", "json="+saved).wants(t, 0)
	}
	// A mistake does not destroy the input, and leaves no report.
	runOf(t, nil, "verdict", path("notes.json"), "-o", "json="+path("notes.json"), "-o", "junit="+path("junit.xml")).wants(t, 2)
	if text := contentOf(t, path("notes.json")); text != "mine" {
		t.Errorf("the input holds %q", text)
	}
	if text := contentOf(t, path("junit.xml")); text != "" {
		t.Errorf("the old report is left: %q", text)
	}
}

// A flag that is wrong leaves no report of an earlier run either.
func TestUsageErrorLeavesNoReport(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--fail-on", "hihg"}, {"-o", "srif=x"}, {"--ca-file", "nowhere.pem"}} {
		dir := treeOf(t, map[string]string{"tree/main.tf": bucketTF, "r.json": oldReport, "r.html": oldReport})
		args = append(args, "-o", "json="+filepath.Join(dir, "r.json"), "-o", "html="+filepath.Join(dir, "r.html"))
		scanOf(t, filepath.Join(dir, "tree"), "embedded", nil, args...).wants(t, 2, "USAGE (exit 2)")
		if text := contentOf(t, filepath.Join(dir, "r.json")) + contentOf(t, filepath.Join(dir, "r.html")); text != "" {
			t.Errorf("%v: left %q", args, text)
		}
	}
}

// A cancelled job of the action: the runner signals the shell, and the program ends in order.
func TestActionIsSignaled(t *testing.T) {
	t.Parallel()
	for sig, code := range map[syscall.Signal]int{syscall.SIGHUP: 129, syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			service, asked, _ := holdService(t, optixInMemory(nil), "/scan/status")
			dir := treeOf(t, map[string]string{"tree/main.tf": bucketTF, "output": "", "summary": ""})
			saved := filepath.Join(dir, "r.json")
			cmd := scriptCommand(t, 1, map[string]string{
				"PATH": os.Getenv("PATH"), "HOME": "/nonexistent", "BINARY": lookUp(t, "scangate"), "API_KEY": "0123456789-key-123",
				"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary"),
				"GITHUB_WORKSPACE": dir, "COMMAND": "scan", "RESULTS": "", "INPUT_PATH": filepath.Join(dir, "tree"), "INPUT_ENDPOINT": service, "INPUT_ONLY": "iac", "INPUT_OUTPUT": "json=" + saved,
			})
			var said strings.Builder
			cmd.Stderr = &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-asked
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != code {
				t.Errorf("exit %d, want %d: %s", got, code, &said)
			}
			marked(t, saved, code)
			if outputs := contentOf(t, filepath.Join(dir, "output")); !strings.Contains(outputs, fmt.Sprint(code)) || !strings.Contains(outputs, "interrupted") {
				t.Errorf("outputs %s", outputs)
			}
		})
	}
}
