package git

import (
	"errors"
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
