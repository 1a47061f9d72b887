package ci

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	for name, env := range map[string]map[string]string{
		"Buildkite":  {"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST_LABELS": "bug,scangate-approve-0011223344556677"},
		"Woodpecker": {"CI": "woodpecker", "CI_COMMIT_PULL_REQUEST_LABELS": "scangate-approve-0011223344556677"},
	} {
		if got := Approvals(t.Context(), get(env), transport.Config{}); !slices.Equal(got, []string{"0011223344556677"}) || !HasLabels(get(env)) {
			t.Errorf("%s: %q", name, got)
		}
	}
	azure := map[string]string{"TF_BUILD": "True", "BUILDKITE_PULL_REQUEST_LABELS": "scangate-approve-0011223344556677"}
	if got := Approvals(t.Context(), get(azure), transport.Config{}); got != nil || HasLabels(get(azure)) {
		t.Errorf("Azure: %q", got)
	}
	delete(gitlab, "GITLAB_CI")
	if got := Approvals(t.Context(), get(gitlab), transport.Config{}); got != nil {
		t.Errorf("plain: %q", got)
	}
}

// GitLab is asked with the job's token, then without, and else the variable counts. The token goes
// to the server of the job alone.
func TestApprovalsOnGitLab(t *testing.T) {
	t.Parallel()
	const now, event = "0011223344556677", "8899aabbccddeeff"
	answer := `{"iid": 7, "labels": ["bug", "scangate-approve-` + now + `"]}`
	tests := map[string]struct {
		// with and without are the answers to a request with and without the token.
		with, without string
		env           map[string]string
		want          string
	}{
		"the token may":          {answer, "", nil, now},
		"anybody may":            {"", answer, nil, now},
		"nobody may":             {"", "", nil, event},
		"no labels":              {`{"labels": []}`, "", nil, ""},
		"an answer without them": {`{"iid": 7}`, "", nil, event},
		"no JSON":                {`<html>`, answer, nil, event},
		"another server":         {answer, "", map[string]string{"CI_SERVER_URL": "https://gitlab.example"}, event},
		"another server, public": {"", answer, map[string]string{"CI_SERVER_URL": "https://gitlab.example"}, now},
		"no merge request":       {answer, answer, map[string]string{"CI_MERGE_REQUEST_IID": ""}, event},
		"a path for a number":    {answer, answer, map[string]string{"CI_MERGE_REQUEST_IID": "7/../8"}, event},
		"no address":             {answer, answer, map[string]string{"CI_API_V4_URL": ""}, event},
		"plain http":             {answer, answer, map[string]string{"CI_API_V4_URL": "http://gitlab.example/api/v4"}, event},
	}
	via := transport.Config{Retry: transport.RetryPolicy{First: time.Millisecond, Longest: time.Millisecond, Connect: time.Millisecond}}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body := tt.without
				if r.Header.Get("JOB-TOKEN") == "job-token-0123456789" {
					body = tt.with
				}
				if r.URL.Path != "/api/v4/projects/42/merge_requests/7" || body == "" {
					w.WriteHeader(http.StatusUnauthorized)
					return
				}
				_, _ = w.Write([]byte(body))
			}))
			defer server.Close()
			env := map[string]string{
				"GITLAB_CI": "true", "CI_SERVER_URL": server.URL, "CI_API_V4_URL": server.URL + "/api/v4", "CI_JOB_TOKEN": "job-token-0123456789",
				"CI_MERGE_REQUEST_PROJECT_ID": "42", "CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_LABELS": "bug,scangate-approve-" + event,
			}
			maps.Copy(env, tt.env)
			got := Approvals(t.Context(), func(name string) string { return env[name] }, via)
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
