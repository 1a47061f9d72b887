package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/ci/citest"
	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// jobOf are the variables of a step of a job for pull request 7, and the folder
// of its files.
func jobOf(t *testing.T) (dir string, environ []string) {
	t.Helper()
	dir = t.TempDir()
	return dir, []string{
		"SCANGATE_API_KEY=0123456789-key-123", "CI=true", "GITHUB_ACTIONS=true", "GITHUB_REPOSITORY=acme/shop", "GITHUB_TOKEN=" + githubToken,
		"GITHUB_REF=refs/pull/7/merge", "GITHUB_API_URL=" + plainEndpoint, "GITHUB_OUTPUT=" + filepath.Join(dir, "outputs"),
		"GITHUB_STEP_SUMMARY=" + filepath.Join(dir, "summary"),
	}
}

// setOutputs are the outputs that a run has set, as the runner reads them.
func setOutputs(t *testing.T, dir string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "outputs"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := citest.ParseOutputs(string(text))
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return all
}

// beside answers for the service and for GitHub on one network.
func beside(hub http.Handler, service http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/repos/") || r.URL.Path == "/user" {
			hub.ServeHTTP(w, r)
			return
		}
		service.ServeHTTP(w, r)
	})
}

// Whatever files, images and the service's words are called: the runner finds the
// gate's commands in the log and no others, and the outputs are the gate's.
func TestHostileTextOnGitHub(t *testing.T) {
	t.Parallel()
	ours := map[string]bool{"group": true, "endgroup": true, "error": true, "warning": true, "notice": true, "add-mask": true}
	for _, mode := range []string{"answers", "refuses", "fails"} {
		for _, args := range [][]string{{"-v"}, {"--debug"}, {"-o", "json"}, {"--dry-run"}} {
			t.Run(mode+" "+strings.Join(args, " "), func(t *testing.T) {
				t.Parallel()
				tree := hostileTree(t)
				dir, environ := jobOf(t)
				hub := &citest.API{Repository: "acme/shop", Token: githubToken, Account: "github-actions[bot]", App: true}
				synctest.Test(t, func(t *testing.T) {
					network := transporttest.Serve(t, beside(hub, hostileService(mode)))
					r := scanOf(t, tree, plainEndpoint, func(s *cli.System) { s.Dial, s.Environ = network.Dial, environ },
						append(args, "--timeout", "5m", "--comment", "--category", "\x7e --> ::error::@all")...)
					for line := range strings.Lines(r.stdout + r.stderr) {
						if c := citest.ParseLine(strings.TrimRight(line, "\n")); c != nil && !ours[c.Name] {
							t.Errorf("a command in the log: %+v", c)
						}
						if strings.Contains(line, "##[") || strings.Contains(line, "\r") {
							t.Errorf("%q", line)
						}
					}
					got := setOutputs(t, dir)
					if got["exit-code"] != fmt.Sprint(r.code) || got["verdict"] == "pass" || len(got) != outputCount() {
						t.Errorf("exit %d, outputs %v", r.code, got)
					}
				})
				want := 1
				if args[0] == "--dry-run" {
					want = 0
				}
				if n := len(hub.Comments(7)); n != want {
					t.Errorf("%d comments, want %d", n, want)
				}
				for _, c := range hub.Comments(7) {
					if strings.Contains(c.Body, "@all") || strings.Count(c.Body, "-->") != 1 {
						t.Errorf("the comment: %s", c.Body)
					}
				}
			})
		}
	}
}

// After a signal the outputs say so, and no comment is written.
func TestSignalOnGitHub(t *testing.T) {
	t.Parallel()
	tree := treeOf(t, map[string]string{"main.tf": bucketTF})
	dir, environ := jobOf(t)
	hub := &citest.API{Repository: "acme/shop", Token: githubToken, Account: "github-actions[bot]", App: true}
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan os.Signal, 1)
		next := optixInMemory(nil)
		var once atomic.Bool
		asked := 0
		network := transporttest.Serve(t, beside(hub, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/detailedReport") && once.CompareAndSwap(false, true) {
				asked = len(hub.Requests())
				signals <- os.Interrupt
				<-r.Context().Done()
				return
			}
			next.ServeHTTP(w, r)
		})))
		r := scanOf(t, tree, plainEndpoint, func(s *cli.System) { s.Dial, s.Signals, s.Environ = network.Dial, signals, environ }, "--comment")
		r.wants(t, 130, "INTERRUPTED (exit 130)")
		if n := len(hub.Requests()) - asked; n != 0 {
			t.Errorf("%d requests to GitHub after the signal", n)
		}
	})
	got := setOutputs(t, dir)
	if got["verdict"] != "interrupted" || got["exit-code"] != "130" || got["planned"] != "1" {
		t.Errorf("outputs %v", got)
	}
	if n := len(hub.Comments(7)); n != 0 {
		t.Errorf("%d comments", n)
	}
}

// A GitHub that doesn't answer, or answers nonsense, costs half a minute at most
// and changes nothing.
func TestCommentNeverChangesTheVerdict(t *testing.T) {
	t.Parallel()
	faults := map[string]http.HandlerFunc{
		"hangs": func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body); <-r.Context().Done() },
		"fails": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"limits": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		"nonsense": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
		"redirects": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusFound)
		},
		"endless pages": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Link", `<x>; rel="next"`)
			_, _ = io.WriteString(w, "[]")
		},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := treeOf(t, map[string]string{"main.tf": "resource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n"})
			dir, environ := jobOf(t)
			synctest.Test(t, func(t *testing.T) {
				network := transporttest.Serve(t, beside(fault, optixInMemory(nil)))
				r := scanOf(t, tree, plainEndpoint, func(s *cli.System) { s.Dial, s.Environ = network.Dial, environ }, "--comment", "--fail-on", "none")
				r.wants(t, 0, "warning: no comment on pull request 7", "::warning title=scangate%3A warning::no comment", "PASS (exit 0)")
				if r.took > time.Minute {
					t.Errorf("it took %v", r.took)
				}
			})
			if got := setOutputs(t, dir); got["verdict"] != "pass" || got["exit-code"] != "0" {
				t.Errorf("outputs %v", got)
			}
		})
	}
}

// Before anything is sent, a run says why there can be no comment, once. The verdict stands.
func TestCommentIsCheckedBeforeItAsks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(hub *citest.API)
		env    string
		says   string
	}{
		"it may":         {says: ""},
		"a fork":         {change: func(hub *citest.API) { hub.Forbidden = true }, says: "no comment on pull request 7: status 403 Forbidden (the answer says: Resource not accessible by integration)"},
		"a wrong token":  {env: "GITHUB_TOKEN=ghs_another0123456789", says: "no comment on pull request 7: status 401"},
		"no token":       {env: "GITHUB_TOKEN=", says: "there is no GITHUB_TOKEN to comment with; fix: give the step env"},
		"no number":      {env: "GITHUB_REF=refs/heads/main", says: "--comment: this job does not run for a pull request"},
		"another's":      {env: "GITHUB_REPOSITORY=acme/other", says: "no comment on pull request 7: status 404"},
		"no GitHub":      {env: "GITHUB_ACTIONS=", says: "--comment does nothing here"},
		"not reachable":  {env: "GITHUB_API_URL=https://localhost:1", says: "can't ask GitHub whether this job may comment on pull request 7: "},
		"a hostile name": {env: "GITHUB_REPOSITORY=acme/../\x1b[2J", says: "GITHUB_REPOSITORY is "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := treeOf(t, map[string]string{"main.tf": "resource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n"})
			_, environ := jobOf(t)
			hub := &citest.API{Repository: "acme/shop", Token: githubToken, Account: "github-actions[bot]", App: true}
			if tc.change != nil {
				tc.change(hub)
			}
			var said bytes.Buffer
			before, uploads := "", 0
			synctest.Test(t, func(t *testing.T) {
				service := optixInMemory(nil)
				network := transporttest.Serve(t, beside(hub, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if uploads++; uploads == 1 {
						before = said.String()
					}
					service.ServeHTTP(w, r)
				})))
				r := scanOf(t, tree, plainEndpoint, func(s *cli.System) {
					s.Dial, s.Environ, s.Stderr = network.Dial, slices.Concat(environ, []string{tc.env}), &said
				}, "--comment", "--fail-on", "none")
				if r.code != 0 {
					t.Errorf("exit %d: %s", r.code, said.String())
				}
			})
			if tc.says == "" {
				if before != "" || len(hub.Comments(7)) != 1 {
					t.Errorf("said %q, comments %v", before, hub.Comments(7))
				}
				return
			}
			if !strings.HasPrefix(before, "scangate: warning: "+tc.says) || strings.Contains(before, "\x1b") {
				t.Errorf("before the first upload: %q", before)
			}
			if n := strings.Count(said.String(), "warning: "); n != 1 && name != "not reachable" {
				t.Errorf("%d warnings: %s", n, said.String())
			}
			if !strings.Contains(said.String(), "PASS (exit 0)") {
				t.Errorf("no verdict: %s", said.String())
			}
		})
	}
}

// What the runner reads and can't be written is found before anything is sent.
func TestRunnersFilesAreCheckedBeforeItAsks(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			dir, environ := jobOf(t)
			runOf(t, func(s *cli.System) { s.Environ = slices.Concat(environ, []string{variable + "=" + dir}) }, "scan", "--endpoint", "http://127.0.0.1:1", dir).
				wants(t, 2, "USAGE (exit 2): can't write the file that "+variable+" names: ", "is a directory; fix: mount the folder")
			runOf(t, func(s *cli.System) { s.Environ = slices.Concat(environ, []string{variable + "=" + dir}) }, "doctor", "--endpoint", "embedded", dir).
				wants(t, 3, "problem host can't write the file that "+variable+" names: ")
		})
	}
}
