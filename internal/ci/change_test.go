package ci

import (
	"strings"
	"testing"
)

func TestJudgesChange(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		env, branch string
		want        bool
	}{
		"no host":                            {"", "main", true},
		"no host, a tag":                     {"", "refs/tags/v1", false},
		"merge request":                      {"GITLAB_CI=true CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main CI_PROJECT_URL=https://g.example/a", "topic", true},
		"branch":                             {"GITLAB_CI=true CI_COMMIT_BRANCH=topic CI_DEFAULT_BRANCH=main CI_PROJECT_URL=https://g.example/a", "topic", true},
		"default branch":                     {"GITLAB_CI=true CI_COMMIT_BRANCH=main CI_DEFAULT_BRANCH=main CI_PROJECT_URL=https://g.example/a", "main", false},
		"protected branch":                   {"GITLAB_CI=true CI_COMMIT_BRANCH=live CI_COMMIT_REF_PROTECTED=true CI_DEFAULT_BRANCH=main", "live", false},
		"tag":                                {"GITLAB_CI=true CI_COMMIT_TAG=v1 CI_DEFAULT_BRANCH=main CI_PROJECT_URL=https://g.example/a", "refs/tags/v1", false},
		"tag, another --branch":              {"GITLAB_CI=true CI_COMMIT_TAG=v1 CI_DEFAULT_BRANCH=main CI_PROJECT_URL=https://g.example/a", "topic", false},
		"schedule":                           {"GITLAB_CI=true CI_PIPELINE_SOURCE=schedule CI_COMMIT_BRANCH=x CI_DEFAULT_BRANCH=main", "x", false},
		"default branch's name is not known": {"CIRCLECI=true CIRCLE_BRANCH=topic", "topic", false},
		"an event that can't be read":        {"GITHUB_ACTIONS=true GITHUB_EVENT_PATH=/nowhere/event.json", "topic", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{}
			for _, pair := range strings.Fields(tt.env) {
				key, value, _ := strings.Cut(pair, "=")
				env[key] = value
			}
			if got := JudgesChange(func(name string) string { return env[name] }, tt.branch); got != tt.want {
				t.Errorf("got %t, want %t", got, tt.want)
			}
		})
	}
}
