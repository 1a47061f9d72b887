package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/scangate/scangate/internal/cli"
)

// TestMain lets three tests run for each processor: they wait for services and for git most of the
// time. -parallel says otherwise.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", strconv.Itoa(3*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){
		"scangate": func() {
			code := cli.Main(context.Background(), os.Args[1:], cli.OS("1.2.3-test"))
			if err := peakTold(os.Getenv); err != nil {
				panic(err)
			}
			os.Exit(code)
		},
	})
}

// peakVariable names the file in which a process under test writes the most memory
// that it ever had, in bytes. Its parent can't ask: rusage counts what a
// process had before it became this program, which was its parent's memory.
const peakVariable = "TEST_PEAK_FILE"

func peakTold(getenv func(string) string) error {
	path := getenv(peakVariable)
	if path == "" {
		return nil
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil //nolint:nilerr // a system that doesn't tell
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return nil
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strconv.FormatInt(kib<<10, 10)), 0o600)
}

// The whole command, from its arguments to its exit code, its last line and its
// reports, against the emulator in this process.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Setup:               scrub,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"service":   startService,
			"replay":    startReplay,
			"jsonlines": jsonLines,
			"requests":  requests,
			"later":     later,
			"asked":     asked,
			"lastline":  lastLine,
			"findings":  findings,
			"gitinit":   gitInit,
			"head":      setHead,
			"event":     writeEvent,
			"proxy":     startProxy,
			// GitHub's runner and API.
			"github":      startGitHub,
			"comments":    comments,
			"hubrequests": hubRequests,
			"outputs":     stepOutputs,
			"commands":    logCommands,
		},
	})
}

// scrub gives a script an environment without anything of the machine: no CI
// variables, no proxy, no git config.
func scrub(env *testscript.Env) error {
	env.Vars = []string{
		"HOME=" + env.WorkDir, "WORK=" + env.WorkDir, "PATH=" + os.Getenv("PATH"),
		"TMPDIR=" + env.WorkDir + "/.tmp",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=C", "GIT_COMMITTER_EMAIL=c@example.com",
		"GORACE=atexit_sleep_ms=0", // else each command under the race detector ends a second later
	}
	return os.MkdirAll(filepath.Join(env.WorkDir, ".tmp"), 0o755)
}

// exits N COMMAND ARG… runs a command and demands its exact exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N COMMAND ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d\nstdout: %s\nstderr: %s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// lastline TEXT demands that the last line of standard error is TEXT.
func lastLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: lastline TEXT")
	}
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile("stderr"), "\n"), "\n")
	if last := lines[len(lines)-1]; last != args[0] {
		ts.Fatalf("last line %q, want %q", last, args[0])
	}
}

// findings FILE prints severity, place, rule's summary and resource of a saved
// result, a line each, to standard output, for comparison.
func findings(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: findings FILE")
	}
	var res struct {
		Findings []struct {
			Severity, Summary, Resource, Image string
			Count                              int
			Locations                          []struct {
				Path string
				Line int
			}
		}
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &res))
	for _, f := range res.Findings {
		var at []string
		for _, l := range f.Locations {
			at = append(at, fmt.Sprintf("%s:%d", l.Path, l.Line))
		}
		fmt.Fprintf(ts.Stdout(), "%s ×%d %s [%s] %s%s\n", f.Severity, f.Count, strings.Join(at, " "), f.Summary, f.Resource, f.Image)
	}
}

// gitinit makes the folder a repository on branch main, with everything in it
// committed.
func gitInit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: gitinit FOLDER")
	}
	dir := ts.MkAbs(args[0])
	for _, line := range []string{
		"init -q -b main", "remote add origin https://user:secret@git.example/shop.git", "add -A", "commit -q -m start",
	} {
		ts.Check(ts.Exec("git", append([]string{"-C", dir}, strings.Fields(line)...)...))
	}
}

// head NAME [REV] sets a variable to the full hash of HEAD, or of a revision, in the current
// folder.
func setHead(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: head NAME [REV]")
	}
	ts.Setenv(args[0], hashIn(ts, append(args, "HEAD")[1]))
}

func hashIn(ts *testscript.TestScript, rev string) string {
	ts.Check(ts.Exec("git", "rev-parse", "--verify", rev))
	return strings.TrimSpace(ts.ReadFile("stdout"))
}

// event FILE makes a file of $WORK the event of the job: its $BASE is the commit of origin/main in
// the current folder, and $HEAD that of topic.
func writeEvent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: event FILE")
	}
	work := ts.Getenv("WORK")
	text := strings.NewReplacer("$BASE", hashIn(ts, "origin/main"), "$HEAD", hashIn(ts, "topic")).Replace(ts.ReadFile(filepath.Join(work, args[0])))
	ts.Check(os.WriteFile(filepath.Join(work, "event.json"), []byte(text), 0o600))
}

// recorder counts what a service was asked.
type recorder struct {
	mu    sync.Mutex
	lines []string
	ahead time.Duration // by which its clock is
	seen  int           // the lines that a script has waited for
	next  http.Handler
}

func (r *recorder) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Add(r.ahead)
}

// asked reports whether a request that begins like this has come of late.
func (r *recorder) asked(prefix string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.lines[r.seen:], func(line string) bool { return strings.HasPrefix(line, prefix) })
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	r.lines = append(r.lines, req.Method+" "+req.URL.RequestURI())
	r.mu.Unlock()
	r.next.ServeHTTP(w, req)
}

// services holds the recorder of each script, by its work folder.
var services sync.Map

// startService MODE… starts an emulator with the given faults and sets ENDPOINT.
func startService(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: service MODE…")
	}
	rec := &recorder{}
	rec.next = faulty(ts, rec.now, args)
	srv := httptest.NewServer(rec)
	ts.Defer(srv.Close)
	services.Store(ts.Getenv("WORK"), rec)
	ts.Setenv("ENDPOINT", srv.URL)
}

// recorderOf returns the recorder of the script's service.
func recorderOf(ts *testscript.TestScript) *recorder {
	v, ok := services.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("there is no service yet")
	}
	return v.(*recorder)
}

// later DURATION sets the service's clock forward.
func later(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: later DURATION")
	}
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	rec := recorderOf(ts)
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.ahead += d
}

// asked PREFIX… waits until the service was asked for each, after what an
// earlier asked has waited for.
func asked(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: asked PREFIX…")
	}
	rec := recorderOf(ts)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for _, prefix := range args {
		for tries := 0; !rec.asked(prefix); tries++ {
			if tries > 3000 {
				ts.Fatalf("there was no request for %s", prefix)
			}
			<-tick.C
		}
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.seen = len(rec.lines)
}

// startProxy STATUS starts a proxy that answers everything with a status, and
// sets HTTPS_PROXY.
func startProxy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: proxy STATUS")
	}
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	rec := &recorder{next: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })}
	srv := httptest.NewServer(rec)
	ts.Defer(srv.Close)
	services.Store(ts.Getenv("WORK"), rec)
	ts.Setenv("HTTPS_PROXY", "http://user:pr0xy-pass@"+srv.Listener.Addr().String())
}

// requests prints what the service was asked, a line each, to standard output.
func requests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: requests, after service")
	}
	rec := recorderOf(ts)
	rec.mu.Lock()
	defer rec.mu.Unlock()
	io.WriteString(ts.Stdout(), strings.Join(append(rec.lines, ""), "\n"))
}
