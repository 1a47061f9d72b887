package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// A run of an unchanged repository uploads no template, and has the findings of the run before.
// What changes is uploaded with the files that go along, and nothing else. The default branch and
// tags are scanned anew.
func TestUnchangedRepositoryIsNotUploadedAgain(t *testing.T) {
	t.Parallel()
	tree := map[string]string{"a/main.tf": bucketTF, "a/x.tfvars": "x = 1\n", "b/main.tf": bucketTF + "# alert HIGH Open port | somewhere\n", "c/main.tf": bucketTF}
	dir, out := treeOf(t, tree), t.TempDir()
	saved, state := filepath.Join(out, "r.json"), filepath.Join(out, "state")
	const merge = "GITLAB_CI=true CI_COMMIT_BRANCH=topic CI_DEFAULT_BRANCH=main CI_PROJECT_URL=https://git.example/x"
	synctest.Test(t, func(t *testing.T) {
		service := newNoting()
		network := transporttest.Serve(t, service)
		scan := func(env string, args ...string) (uploads int, findings []result.Finding) {
			t.Helper()
			before := service.uploads.Load()
			r := scanOf(t, dir, plainEndpoint, func(s *cli.System) {
				s.Dial = network.Dial
				s.Environ = append(s.Environ, strings.Fields(env)...)
			}, append([]string{"--only", "iac", "--state", state, "-o", "json=" + saved, "--fail-on", "none", "--policy-from", "worktree"}, args...)...)
			r.wants(t, 0, "PASS (exit 0)")
			return int(service.uploads.Load() - before), findingsIn(t, saved)
		}
		_, first := scan(merge)
		if len(first) != 1 {
			t.Fatalf("findings %+v", first)
		}
		for name, tt := range map[string]struct {
			env  string
			args []string
			want int
		}{
			"unchanged":          {merge, nil, 0},
			"no host":            {"", nil, 0},
			"another committer":  {merge, []string{"--committer-name", "other"}, 0},
			"default branch":     {strings.Replace(merge, "topic", "main", 1), nil, 3},
			"tag":                {"", []string{"--branch", "refs/tags/v1"}, 3},
			"another branch":     {merge, []string{"--branch", "other"}, 3},
			"another policy":     {merge, []string{"--iac-policy", "CIS"}, 3},
			"another repository": {merge, []string{"--repo-url", "https://git.example/y"}, 3},
			"another endpoint":   {merge, []string{"--endpoint", "http://127.0.0.1:8"}, 3},
			"saved results":      {merge, []string{"--save-results"}, 3},
			"a helper is gone":   {merge, []string{"--exclude", "a/x.tfvars"}, 1},
		} {
			uploads, findings := scan(tt.env, tt.args...)
			if uploads != tt.want {
				t.Errorf("%s: %d uploads, want %d", name, uploads, tt.want)
			}
			if diff := cmp.Diff(first, findings); diff != "" {
				t.Errorf("%s: findings (-first +again):\n%s", name, diff)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "a", "x.tfvars"), []byte("x = 2\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if uploads, _ := scan(merge); uploads != 1 {
			t.Errorf("%d uploads for one changed helper", uploads)
		}
		time.Sleep(time.Hour)
		if uploads, _ := scan(merge); uploads != 3 {
			t.Errorf("%d uploads after an hour", uploads)
		}
	})
	if text, err := os.ReadFile(state); err != nil || strings.Contains(string(text), "Open port") {
		t.Errorf("the state holds more than ids: %s, %v", text, err)
	}
}

func findingsIn(t *testing.T, path string) []result.Finding {
	t.Helper()
	text, err := os.ReadFile(path)
	var r result.Result
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r.Findings
}
