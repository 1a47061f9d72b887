package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// An answer that ends too early, or says that the next one may be another, is asked for again.
func TestBringRetries(t *testing.T) {
	t.Parallel()
	const half = len(released) / 2
	hijack := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = fmt.Fprint(conn, text)
				_ = conn.Close()
			}
		}
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, first := range map[string]http.HandlerFunc{
		"truncated":                  hijack(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(released), released[:half])),
		"truncated chunks":           hijack(fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", half, released[:half])),
		"truncated without a length": hijack("HTTP/1.0 200 OK\r\n\r\n" + released[:half]),
		"no answer":                  hijack(""),
		"too many requests":          status(http.StatusTooManyRequests),
		"server error":               status(http.StatusBadGateway),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t)
			whole := r.answer
			r.answer = func(w http.ResponseWriter, req *http.Request) {
				if r.asked.Load() < 4 {
					first(w, req)
					return
				}
				whole(w, req)
			}
			r.isReleased(t, r.bring(t, 0, "retry 3 of 3", "downloaded, SHA-256 verified"), 4)
			if got := contentOf(t, r.fakeSleep+".args"); got != "2\n4\n8\n" {
				t.Errorf("paused for %q seconds", got)
			}
		})
	}
}

// A mirror that always sends another file is refused, and its file is not built instead.
func TestBringRefusesAfterRetries(t *testing.T) {
	t.Parallel()
	r := newRunner(t)
	r.answer = func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, released[:3]) }
	r.bring(t, 3, "is not the released file", "It was not run")
	if r.asked.Load() != 4 || contentOf(t, r.kept) != "" || contentOf(t, r.fakeGo+".args") != "" {
		t.Errorf("%d requests, cached %q", r.asked.Load(), contentOf(t, r.kept))
	}
}

// mirror makes the runner's server ask for credentials, and returns what it was given.
func (r *runner) mirror(want string) *atomic.Value {
	given, whole := new(atomic.Value), r.answer
	given.Store("")
	r.answer = func(w http.ResponseWriter, req *http.Request) {
		given.Store(req.Header.Get("Authorization"))
		if req.Header.Get("Authorization") != want {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		whole(w, req)
	}
	return given
}

// The credentials reach the mirror as they are. They show neither in the log nor in the arguments
// of a program, and curl's own settings can't change that.
func TestBringHasCredentials(t *testing.T) {
	t.Parallel()
	const token = `s3cret "quoted" \n \ $(touch x) %0A 'x' --insecure`
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("there is no curl here: ", err)
	}
	for user, want := range map[string]string{"": "Bearer " + token, `a"b\`: basic(`a"b\`, token)} {
		r := newRunner(t)
		given := r.mirror(want)
		r.env["DOWNLOAD_USER"], r.env["DOWNLOAD_TOKEN"] = user, token
		fakeCurl := filepath.Join(filepath.Dir(r.fakeGo), "curl")
		writeFiles(t, map[string]string{
			fakeCurl:                                "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$0.args\"\nexec '" + filepath.ToSlash(curl) + "' \"$@\"\n",
			filepath.Join(r.env["HOME"], ".curlrc"): "verbose\nheader = \"X-Injected: yes\"\n",
		})
		writeFiles(t, map[string]string{r.env["GITHUB_OUTPUT"]: ""})
		code, said := runScript(t, 0, r.env)
		if code != 0 || given.Load() != want {
			t.Fatalf("exit %d, the mirror got %q, want %q\n%s", code, given.Load(), want, said)
		}
		if args := contentOf(t, fakeCurl+".args"); strings.Contains(said+args+contentOf(t, r.env["GITHUB_OUTPUT"]), "s3cret") || args == "" {
			t.Errorf("the token shows in\n%s\nor in\n%s", said, args)
		}
	}
}

func basic(user, password string) string {
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	req.SetBasicAuth(user, password)
	return req.Header.Get("Authorization")
}

// A mirror that sends on to another host (as those do that keep files elsewhere), or to another
// port, does not send the credentials there.
func TestBringKeepsCredentialsFromOtherHosts(t *testing.T) {
	t.Parallel()
	for name, host := range map[string]string{"another host": "localhost", "another port": "127.0.0.1"} {
		for _, user := range []string{"", "ada"} {
			t.Run(name+user, func(t *testing.T) {
				t.Parallel()
				r := newRunner(t)
				leaked := make(chan string, 1)
				other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					leaked <- req.Header.Get("Authorization")
					_, _ = fmt.Fprint(w, released)
				}))
				t.Cleanup(other.Close)
				r.answer = func(w http.ResponseWriter, req *http.Request) {
					if req.Header.Get("Authorization") == "" {
						t.Error("the mirror got no credentials")
					}
					http.Redirect(w, req, strings.Replace(other.URL, "127.0.0.1", host, 1)+"/signed", http.StatusFound)
				}
				r.env["DOWNLOAD_USER"], r.env["DOWNLOAD_TOKEN"] = user, "s3cret"
				r.isReleased(t, r.bring(t, 0, "downloaded, SHA-256 verified"), 1)
				if got := <-leaked; got != "" {
					t.Errorf("the other host got %q", got)
				}
			})
		}
	}
}

func TestBringSaysThatAccessWasDenied(t *testing.T) {
	t.Parallel()
	r := newRunner(t)
	r.mirror("Bearer s3cret")
	url := r.env["DOWNLOAD_URL"]
	withoutGo(t, r)
	r.env["DOWNLOAD_URL"] = url
	r.bring(t, 3, "access was denied", "pull requests of forks get no secrets")
	if got := r.asked.Load(); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

// Inputs that can't be right end the step before anything is asked for, and are not repeated where
// they may hold a secret.
func TestBringChecksItsInputs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, value, says string }{
		{"COMMAND", "help\n::error::x", `must be scan, alerts, verdict, report, diff or none, got "help ::error::x"`},
		{"COMMAND", "NONE", "input command"},
		{"COMMAND", "--version", "input command"},
		{"DOWNLOAD_URL", "https://ada:s3cret@mirror.example/x", "must be one URL without credentials"},
		{"DOWNLOAD_URL", "https://mirror.example/x\n::add-mask::fail", "must be one URL"},
		{"DOWNLOAD_URL", "https://mirror.example/x --output /etc/passwd", "must be one URL"},
		{"DOWNLOAD_TOKEN", "s3cret\nurl = https://evil.example", "must be one line each"},
		{"DOWNLOAD_USER", "s3cret\r\noutput = /etc/passwd", "must be one line each"},
	} {
		r := newRunner(t)
		r.env[tt.name] = tt.value
		r.bring(t, 2, tt.says)
		writeFiles(t, map[string]string{r.env["GITHUB_OUTPUT"]: ""})
		_, said := runScript(t, 0, r.env)
		if strings.Contains(said, "s3cret") || strings.Count(said, "::") != 2 && tt.name != "COMMAND" || strings.Count(said, "\n") != 1 || r.asked.Load() != 0 {
			t.Errorf("%s=%q: %d requests, said\n%s", tt.name, tt.value, r.asked.Load(), said)
		}
	}
}

// With command: none the program is there, and no verdict is expected.
func TestBringOnlyInstalls(t *testing.T) {
	t.Parallel()
	r := newRunner(t)
	r.env["COMMAND"] = "none"
	r.isReleased(t, r.bring(t, 0), 1)
}

// With --on-error warn a program that can't be had leaves the job green and the verdict unverified;
// another file than the released one, and what takes no verdict, still fail.
func TestBringOnErrorWarn(t *testing.T) {
	t.Parallel()
	run := func(change func(*runner)) (code int, outputs string) {
		r := newRunner(t)
		r.env["ON_ERROR"] = "warn"
		r.env["DOWNLOAD_URL"] += "elsewhere"
		writeFiles(t, map[string]string{r.fakeGo: "#!/bin/sh\nexit 1\n"})
		change(r)
		code, _ = runScript(t, 0, r.env)
		return code, contentOf(t, r.env["GITHUB_OUTPUT"])
	}
	const unverified, incomplete = "verdict=unverified\nexit-code=0\n", "verdict=incomplete\nexit-code=3\n"
	for name, tt := range map[string]struct {
		change  func(*runner)
		code    int
		outputs string
	}{
		"input":           {func(*runner) {}, 0, unverified},
		"verdict":         {func(r *runner) { r.env["COMMAND"] = "verdict" }, 0, unverified},
		"variable":        {func(r *runner) { r.env["ON_ERROR"], r.env["SCANGATE_ON_ERROR"] = "", "warn" }, 0, unverified},
		"input is first":  {func(r *runner) { r.env["ON_ERROR"], r.env["SCANGATE_ON_ERROR"] = "fail", "warn" }, 3, incomplete},
		"another word":    {func(r *runner) { r.env["ON_ERROR"] = "Warn" }, 3, incomplete},
		"only to install": {func(r *runner) { r.env["COMMAND"] = "none" }, 3, incomplete},
		"report":          {func(r *runner) { r.env["COMMAND"] = "report" }, 3, incomplete},
		"another file":    {func(r *runner) { writeFiles(t, map[string]string{r.fakeGo: fakeGo("evil")}) }, 3, incomplete},
	} {
		if code, outputs := run(tt.change); code != tt.code || outputs != tt.outputs {
			t.Errorf("%s: exit %d, outputs %q, want %d, %q", name, code, outputs, tt.code, tt.outputs)
		}
	}
}

// No folder of the workspace in PATH gives the programs that fetch, check and build: a pull request
// could bring a sha256sum of its own.
func TestBringRunsNothingOfTheWorkspace(t *testing.T) {
	t.Parallel()
	r := newRunner(t)
	work := r.env["GITHUB_WORKSPACE"]
	ran := filepath.Join(filepath.Dir(work), "ran")
	for _, dir := range []string{"bin", "."} {
		for _, name := range []string{"curl", "cut", "go", "grep", "mktemp", "cp", "chmod", "mkdir", "mv", "sed", "sha256sum", "shasum", "sleep", "env"} {
			writeFiles(t, map[string]string{filepath.Join(work, dir, name): "#!/bin/sh\necho \"$0\" >>'" + filepath.ToSlash(ran) + "'\n"})
		}
	}
	list := string(os.PathListSeparator)
	r.env["PATH"] = filepath.Join(work, "bin") + list + "." + list + "bin" + list + r.env["PATH"]
	r.env["CDPATH"] = work
	script := scriptCommand(t, 0, r.env)
	script.Dir = work
	said, err := script.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "downloaded, SHA-256 verified") || contentOf(t, ran) != "" {
		t.Errorf("%v, programs that ran: %q\n%s", err, contentOf(t, ran), said)
	}
}
