package ci

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/ci/citest"
	"github.com/scangate/scangate/internal/transport"
)

// The labels are those of now, which may differ from those of the event. Without a token that may
// read them, they are those of the event.
func TestApprovals(t *testing.T) {
	t.Parallel()
	g := newGitHub(t, func(a *citest.API) {
		a.Labels = map[int][]string{7: {"bug", "scangate-approve-0011223344556677"}, 8: {"scangate-approve-ffffffffffffffff"}}
	})
	event := filepath.Join(t.TempDir(), "event.json")
	text := `{"pull_request": {"number": 7, "labels": [{"name": "scangate-approve-8899aabbccddeeff"}, {"name": "x"}]}}`
	if err := os.WriteFile(event, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	via := transport.Config{Retry: transport.RetryPolicy{First: time.Millisecond, Longest: time.Millisecond, Connect: time.Millisecond}}
	for value, want := range map[string]string{token: "0011223344556677", "": "8899aabbccddeeff", "another-token-0123": "8899aabbccddeeff"} {
		env := map[string]string{
			"GITHUB_ACTIONS": "true", "GITHUB_API_URL": g.env["GITHUB_API_URL"], "GITHUB_REPOSITORY": "acme/shop",
			"GITHUB_EVENT_PATH": event, "GITHUB_TOKEN": value,
		}
		got := Approvals(t.Context(), func(name string) string { return env[name] }, via)
		if !slices.Equal(got, []string{want}) {
			t.Errorf("with the token %q: %q, want %s", value, got, want)
		}
	}
}

func TestApprovalsOnOtherHosts(t *testing.T) {
	t.Parallel()
	gitlab := map[string]string{"GITLAB_CI": "true", "CI_MERGE_REQUEST_LABELS": "bug,scangate-approve-0011223344556677"}
	get := func(env map[string]string) func(string) string { return func(name string) string { return env[name] } }
	if got := Approvals(t.Context(), get(gitlab), transport.Config{}); !slices.Equal(got, []string{"0011223344556677"}) {
		t.Errorf("GitLab: %q", got)
	}
	delete(gitlab, "GITLAB_CI")
	if got := Approvals(t.Context(), get(gitlab), transport.Config{}); got != nil {
		t.Errorf("plain: %q", got)
	}
}
