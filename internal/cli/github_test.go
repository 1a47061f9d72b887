package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
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
		network := transporttest.Serve(t, beside(hub, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/detailedReport") && once.CompareAndSwap(false, true) {
				signals <- os.Interrupt
				<-r.Context().Done()
				return
			}
			next.ServeHTTP(w, r)
		})))
		r := scanOf(t, tree, plainEndpoint, func(s *cli.System) { s.Dial, s.Signals, s.Environ = network.Dial, signals, environ }, "--comment")
		r.wants(t, 130, "INTERRUPTED (exit 130)")
	})
	got := setOutputs(t, dir)
	if got["verdict"] != "interrupted" || got["exit-code"] != "130" || got["planned"] != "1" {
		t.Errorf("outputs %v", got)
	}
	if n := len(hub.Requests()); n != 0 {
		t.Errorf("%d requests to GitHub after the signal", n)
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
