// Package gittest makes git repositories for tests. It runs the git command without
// the configuration of the machine and the user.
package gittest

import (
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Repo is a repository in a temporary folder.
type Repo struct {
	// Dir is the top level, with symbolic links resolved.
	Dir string
	t   testing.TB
}

// New makes a repository with the branch main and no commit.
func New(t testing.TB) *Repo {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &Repo{Dir: dir, t: t}
	r.Git("init", "--quiet", "--initial-branch=main")
	return r
}

// At returns the repository whose top level is dir.
func At(t testing.TB, dir string) *Repo { return &Repo{Dir: dir, t: t} }

// Env returns an environment in which git reads only the repository's configuration.
func Env() []string {
	env := slices.DeleteFunc(exec.Command("git").Environ(), func(kv string) bool {
		return strings.HasPrefix(kv, "GIT_") || strings.HasPrefix(kv, "HOME=") || strings.HasPrefix(kv, "XDG_")
	})
	return append(env, "HOME="+os.DevNull, "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
}

// Serve serves the repository by smart http on loopback, and returns its address. The test is
// skipped where git can't serve. change may wrap the handler; nil leaves it as it is.
func (r *Repo) Serve(change func(http.Handler) http.Handler) string {
	r.t.Helper()
	out, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		r.t.Fatal(err)
	}
	backend := filepath.Join(strings.TrimSpace(string(out)), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		r.t.Skip("git-http-backend is not installed")
	}
	env := append(Env(), "GIT_PROJECT_ROOT="+r.Dir, "GIT_HTTP_EXPORT_ALL=1")
	var handler http.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		// The backend learns of the protocol's version by this variable.
		protocol := "GIT_PROTOCOL=" + req.Header.Get("Git-Protocol")
		(&cgi.Handler{Path: backend, Dir: r.Dir, Env: append(slices.Clone(env), protocol)}).ServeHTTP(w, req)
	})
	if change != nil {
		handler = change(handler)
	}
	srv := httptest.NewServer(handler)
	r.t.Cleanup(srv.Close)
	return srv.URL + "/.git"
}

// Git runs a git command at the top level. The test fails if the command does.
func (r *Repo) Git(args ...string) {
	r.t.Helper()
	if out, err := r.Try(args...); err != nil {
		r.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// Try runs a git command at the top level and returns its combined output.
func (r *Repo) Try(args ...string) (string, error) {
	// Maintenance in the background would write to folders that the test removes.
	quiet := []string{"-c", "gc.auto=0", "-c", "maintenance.auto=false"}
	cmd := exec.Command("git", append(quiet, args...)...)
	cmd.Dir = r.Dir
	cmd.Env = append(Env(),
		"GIT_AUTHOR_NAME=Ada Example", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_AUTHOR_DATE=2026-01-02T03:04:05Z",
		"GIT_COMMITTER_NAME=Bob Example", "GIT_COMMITTER_EMAIL=bob@example.org", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z",
	)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Hash returns the full hash of a revision.
func (r *Repo) Hash(rev string) string {
	r.t.Helper()
	out, err := r.Try("rev-parse", "--verify", rev)
	if err != nil {
		r.t.Fatalf("%s: %v\n%s", rev, err, out)
	}
	return strings.TrimSpace(out)
}

// Write writes a file and makes its folders; path has slashes.
func (r *Repo) Write(path, content string) {
	r.t.Helper()
	Write(r.t, r.Dir, path, content)
}

// Commit adds everything that is not ignored, and commits.
func (r *Repo) Commit() {
	r.t.Helper()
	r.Git("add", "--all")
	r.Git("commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message=test")
}

// Write writes a file below dir and makes its folders; path has slashes. It skips
// the test if the operating system can't have a file of that name.
func Write(t testing.TB, dir, path, content string) {
	t.Helper()
	SkipNames(t, path)
	name := filepath.Join(dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// SkipNames skips a test on Windows if it needs a file name that Windows can't have
// (https://learn.microsoft.com/windows/win32/fileio/naming-a-file).
func SkipNames(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		odd := strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || strings.ContainsRune(`<>:"|?*\`, r) })
		if runtime.GOOS == "windows" && (odd || !utf8.ValidString(name)) {
			t.Skipf("Windows has no file named %q", name)
		}
	}
}
