package ci_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/ci"
)

func TestCategory(t *testing.T) {
	t.Parallel()
	type vars = map[string]string
	github := func(more vars) vars {
		all := vars{
			"GITHUB_ACTIONS": "true", "GITHUB_WORKFLOW": "gates", "GITHUB_JOB": "gate",
			"GITHUB_WORKFLOW_REF": "acme/shop/.github/workflows/gates.yml@refs/pull/7/merge",
		}
		for name, value := range more {
			all[name] = value
		}
		return all
	}
	tests := map[string]struct {
		vars vars
		part string
		want string
	}{
		"nowhere":             {nil, "", "scangate/"},
		"a folder":            {nil, "infra/prod", "scangate/path:infra/prod/"},
		"GitHub":              {github(nil), "", "scangate/.github/workflows/gates.yml:gate/"},
		"GitHub folder":       {github(nil), "infra", "scangate/.github/workflows/gates.yml:gate/path:infra/"},
		"GitHub matrix":       {github(vars{"SCANGATE_MATRIX": `{"os": "linux", "n": 1, "deep": {"b": [1]}}`}), "", `scangate/.github/workflows/gates.yml:gate/deep:{"b":[1]}/n:1/os:linux/`},
		"GitHub no matrix":    {github(vars{"SCANGATE_MATRIX": "null"}), "", "scangate/.github/workflows/gates.yml:gate/"},
		"GitHub broken":       {github(vars{"SCANGATE_MATRIX": "{"}), "", "scangate/.github/workflows/gates.yml:gate/"},
		"GitHub by name":      {github(vars{"GITHUB_WORKFLOW_REF": ""}), "", "scangate/gates:gate/"},
		"GitLab":              {vars{"GITLAB_CI": "true", "CI_JOB_NAME": "gate: [linux, infra]"}, "", "scangate/gate: [linux, infra]/"},
		"Azure":               {vars{"TF_BUILD": "True", "BUILD_DEFINITIONNAME": "shop", "SYSTEM_STAGENAME": "build", "SYSTEM_PHASENAME": "gate", "SYSTEM_JOBNAME": "__default"}, "", "scangate/shop/build/gate/"},
		"Azure matrix":        {vars{"TF_BUILD": "True", "BUILD_DEFINITIONNAME": "shop", "SYSTEM_PHASENAME": "gate", "SYSTEM_JOBNAME": "linux"}, "", "scangate/shop/gate/linux/"},
		"CircleCI":            {vars{"CIRCLECI": "true", "CIRCLE_JOB": "gate", "CIRCLE_NODE_INDEX": "1"}, "", "scangate/gate/1/"},
		"Buildkite":           {vars{"BUILDKITE": "true", "BUILDKITE_PIPELINE_SLUG": "shop", "BUILDKITE_LABEL": ":lock: gate"}, "", "scangate/shop/:lock: gate/"},
		"Buildkite key":       {vars{"BUILDKITE": "true", "BUILDKITE_PIPELINE_SLUG": "shop", "BUILDKITE_STEP_KEY": "gate", "BUILDKITE_LABEL": "build 7"}, "", "scangate/shop/gate/"},
		"CodeBuild":           {vars{"CODEBUILD_BUILD_ID": "shop:b1e6661e-e4f2-4156-9ab9-82a19EXAMPLE", "CODEBUILD_BATCH_BUILD_IDENTIFIER": "gate"}, "", "scangate/shop/gate/"},
		"Drone":               {vars{"DRONE": "true", "DRONE_STAGE_NAME": "default", "DRONE_STEP_NAME": "gate"}, "", "scangate/default/gate/"},
		"Woodpecker":          {vars{"CI": "woodpecker", "CI_WORKFLOW_NAME": "gates", "CI_STEP_NAME": "gate"}, "", "scangate/gates/gate/"},
		"TeamCity":            {vars{"TEAMCITY_VERSION": "2026.1", "TEAMCITY_PROJECT_NAME": "shop", "TEAMCITY_BUILDCONF_NAME": "gate"}, "", "scangate/shop/gate/"},
		"Bitbucket":           {vars{"BITBUCKET_BUILD_NUMBER": "7"}, "", "scangate/"},
		"Jenkins":             {vars{"BUILD_ID": "1", "JENKINS_URL": "x", "JOB_NAME": "acme/shop", "STAGE_NAME": "gate"}, "", "scangate/acme/shop/gate/"},
		"Jenkins multibranch": {vars{"BUILD_ID": "1", "JENKINS_URL": "x", "JOB_NAME": "acme/shop/PR-7", "BRANCH_NAME": "PR-7"}, "", "scangate/acme/shop/"},
		"Jenkins nonsense":    {vars{"BUILD_ID": "1", "JENKINS_URL": "x", "JOB_NAME": "shop", "BRANCH_NAME": "PR-7"}, "", "scangate/"},
		"line break":          {vars{"GITLAB_CI": "true", "CI_JOB_NAME": "a\nb\xff"}, "", "scangate/a b/"},
	}
	for name, tt := range tests {
		if got := ci.Category(func(name string) string { return tt.vars[name] }, tt.part); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// Gates that differ in one of workflow, job, matrix and part have different categories, and none
// is longer than a comment's marker may be.
func TestCategoriesDiffer(t *testing.T) {
	t.Parallel()
	name := rapid.StringMatching(`[a-z]{1,3}|[a-z]{250}[a-c]`)
	rapid.Check(t, func(t *rapid.T) {
		gate := func(label string) (string, string) {
			workflow, job, os, part := name.Draw(t, label), name.Draw(t, label), name.Draw(t, label), name.Draw(t, label)
			vars := map[string]string{
				"GITHUB_ACTIONS": "true", "GITHUB_WORKFLOW_REF": "a/b/" + workflow + "@c", "GITHUB_JOB": job, "SCANGATE_MATRIX": `{"os":"` + os + `"}`,
			}
			return workflow + " " + job + " " + os + " " + part, ci.Category(func(name string) string { return vars[name] }, part)
		}
		a, first := gate("a")
		b, second := gate("b")
		if (a == b) != (first == second) || len(first) > 230 || !strings.HasSuffix(first, "/") {
			t.Fatalf("%q and %q: %q and %q", a, b, first, second)
		}
	})
}

func TestCheckMatrix(t *testing.T) {
	t.Parallel()
	for text, why := range map[string]string{
		"": "", "null": "", `{"os":"linux"}`: "",
		"linux": "invalid character 'l' looking for beginning of value",
		"[1]":   "json: cannot unmarshal array into Go value of type map[string]interface {}",
		`"a"`:   "json: cannot unmarshal string into Go value of type map[string]interface {}",
		"{":     "unexpected end of JSON input",
	} {
		want := ""
		if why != "" {
			want = "SCANGATE_MATRIX is not the JSON object of a matrix: " + why + `; fix: give the step env: {SCANGATE_MATRIX: "${{ toJSON(matrix) }}"}`
		}
		got := ""
		if err := ci.CheckMatrix(func(string) string { return text }); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("CheckMatrix with %q: %s, want %s", text, got, want)
		}
	}
}
