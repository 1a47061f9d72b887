package git

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/git/gittest"
)

// Changing the owner of a folder needs privileges. Git's own tests have a variable
// that assumes another owner; childEnv would drop it, so it is added here.
func TestCheckoutIsASafeDirectory(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	r, err := Open(t.Context(), g.Dir, gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	other := &Repo{git: r.git, root: r.root, env: append(r.env, "GIT_TEST_ASSUME_DIFFERENT_OWNER=1")}
	if err := other.List(t.Context(), "", func(Entry) {}); err != nil {
		t.Errorf("the checkout is not trusted: %v", err)
	}
	elsewhere := *other
	elsewhere.root = gittest.New(t).Dir
	_, err = elsewhere.run(t.Context(), "look", "-C", g.Dir, "rev-parse", "--show-toplevel")
	var failed *Error
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "safe.directory") {
		t.Errorf("err = %v: want another folder to stay untrusted, with advice", err)
	}
}

// A server may send without end.
func TestFetchIsBounded(t *testing.T) {
	t.Parallel()
	env := append(gittest.Env(), "TMPDIR="+t.TempDir())
	f, err := newFetcher(Remote{URL: "https://localhost:1/shop.git", Env: env})
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	f.limit = 0
	_, err = f.tip(t.Context(), "main")
	if want := `git can't ask https://localhost:1/shop.git for the tip of the branch "main": it took more than 0s`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// A folder that can't be looked into may hold a .git: then its files must not be taken without git.
func TestClosedFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("every folder is open")
	}
	dir := gittest.New(t).Dir
	if err := os.Chmod(dir, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	want := "git can't look for a repository: lstat " + dir + "/.git: permission denied; fix: let this user enter the folder: chmod u+rx '" + dir + "'"
	if _, err := Open(t.Context(), dir, gittest.Env()); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if _, _, err := OpenStored(t.Context(), dir, gittest.Env()); err == nil || err.Error() != want {
		t.Errorf("of a commit: error %v, want %s", err, want)
	}
}

func TestChildEnv(t *testing.T) {
	t.Parallel()
	env := childEnv([]string{
		"PATH=/bin", "GIT_DIR=/x", "GIT_CONFIG_PARAMETERS='core.bare=true'", "GIT_SSH_COMMAND=evil",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_EXTERNAL_DIFF=evil", "SCANGATE_API_KEY=evil", "GITHUB_TOKEN=evil",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN=evil", "AWS_SECRET_ACCESS_KEY=evil", "HTTPS_PROXY=http://u:evil@p", "SSH_ASKPASS=evil",
	})
	for _, kv := range []string{"PATH=/bin", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C"} {
		if !slices.Contains(env, kv) {
			t.Errorf("%s is missing in %q", kv, env)
		}
	}
	for _, kv := range env {
		if strings.Contains(kv, "evil") || strings.Contains(kv, "GIT_DIR") || strings.Contains(kv, "PARAMETERS") {
			t.Errorf("%s was passed on", kv)
		}
	}
}

func TestFirstLines(t *testing.T) {
	t.Parallel()
	got := firstLines([]byte("fatal: one\ntwo\nthree\nfour\n"))
	if got != "one two three" {
		t.Errorf("firstLines = %q", got)
	}
	if long := firstLines([]byte(strings.Repeat("x", 1000))); len(long) != 500 {
		t.Errorf("%d bytes are kept, want 500", len(long))
	}
}
