package ci

import (
	"os"
	"strings"
	"testing"
)

func TestNodeOf(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		env          string
		index, total int
		wrong        string
	}{
		"gitlab":               {"GITLAB_CI=true CI_NODE_INDEX=3 CI_NODE_TOTAL=8", 3, 8, ""},
		"gitlab, not parallel": {"GITLAB_CI=true CI_NODE_TOTAL=1", 1, 1, ""},
		"no known host":        {"CI_NODE_INDEX=8 CI_NODE_TOTAL=8", 8, 8, ""},
		"circleci":             {"CIRCLECI=true CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=4", 1, 4, ""},
		"buildkite":            {"BUILDKITE=true BUILDKITE_PARALLEL_JOB=3 BUILDKITE_PARALLEL_JOB_COUNT=4", 4, 4, ""},
		"bitbucket":            {"BITBUCKET_BUILD_NUMBER=1 BITBUCKET_REPO_FULL_NAME=a/b BITBUCKET_PARALLEL_STEP=1 BITBUCKET_PARALLEL_STEP_COUNT=2", 2, 2, ""},
		"azure":                {"TF_BUILD=True SYSTEM_JOBPOSITIONINPHASE=1 SYSTEM_TOTALJOBSINPHASE=5", 1, 5, ""},
		"github":               {`GITHUB_ACTIONS=true SCANGATE_STRATEGY={"fail-fast":false,"job-index":7,"job-total":8}`, 8, 8, ""},
		"github, no matrix":    {`GITHUB_ACTIONS=true SCANGATE_STRATEGY={"job-index":0,"job-total":1}`, 1, 1, ""},
		"gitea":                {`GITEA_ACTIONS=true GITHUB_ACTIONS=true SCANGATE_STRATEGY={"job-index":0,"job-total":2}`, 1, 2, ""},

		"github's run step": {"GITHUB_ACTIONS=true CI_NODE_INDEX=1 CI_NODE_TOTAL=2", 0, 0, "SCANGATE_STRATEGY is not set: the step needs env: {SCANGATE_STRATEGY: \"${{ toJSON(strategy) }}\"}"},
		"no job-index":      {`GITHUB_ACTIONS=true SCANGATE_STRATEGY={"fail-fast":true}`, 0, 0, "has the job-index 0 and the job-total 0: no job has this number"},
		"no strategy":       {"GITHUB_ACTIONS=true SCANGATE_STRATEGY=null", 0, 0, "no job has this number"},
		"beyond the matrix": {`GITHUB_ACTIONS=true SCANGATE_STRATEGY={"job-index":8,"job-total":8}`, 0, 0, "no job has this number"},
		"another document":  {"GITHUB_ACTIONS=true SCANGATE_STRATEGY=[1]", 0, 0, "SCANGATE_STRATEGY must be toJSON(strategy): json: cannot unmarshal"},
		"nothing":           {"", 0, 0, "CI_NODE_INDEX is not set"},
		"no total":          {"CI_NODE_INDEX=1", 0, 0, "CI_NODE_TOTAL is not set"},
		"no number":         {"CI_NODE_INDEX=one CI_NODE_TOTAL=2", 0, 0, `CI_NODE_INDEX must be an integer >= 0, got "one"`},
		"negative":          {"CI_NODE_INDEX=1 CI_NODE_TOTAL=-2", 0, 0, `CI_NODE_TOTAL must be an integer >= 0, got "-2"`},
		"zero where from 1": {"GITLAB_CI=true CI_NODE_INDEX=0 CI_NODE_TOTAL=2", 0, 0, `CI_NODE_INDEX is "0" and CI_NODE_TOTAL is "2": no job has this number`},
		"beyond the last":   {"CIRCLECI=true CIRCLE_NODE_INDEX=4 CIRCLE_NODE_TOTAL=4", 0, 0, "no job has this number"},
		"another host's":    {"CIRCLECI=true CI_NODE_INDEX=1 CI_NODE_TOTAL=4", 0, 0, "CIRCLE_NODE_INDEX is not set"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{}
			for _, pair := range strings.Fields(tt.env) {
				key, value, _ := strings.Cut(pair, "=")
				env[key] = value
			}
			index, total, err := NodeOf(func(name string) string { return env[name] })
			said := ""
			if err != nil {
				said = err.Error()
			}
			if index != tt.index || total != tt.total || (tt.wrong == "") != (said == "") || !strings.Contains(said, tt.wrong) {
				t.Errorf("%d/%d, %v; want %d/%d, %s", index, total, err, tt.index, tt.total, tt.wrong)
			}
		})
	}
}

// The help topic names the variables of every host.
func TestNodesAreInTheHelp(t *testing.T) {
	t.Parallel()
	topic, err := os.ReadFile("../cli/help/shards.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range Profiles() {
		if p.nodes != (nodes{}) && (!strings.Contains(string(topic), p.Nodes()) || !strings.Contains(string(topic), p.Title)) {
			t.Errorf("%s: %s is not in the topic", p.Title, p.Nodes())
		}
	}
}
