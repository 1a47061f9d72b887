package ci_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
)

// clone is a clone of a repository with main of three commits, and feature that leaves it at the
// first. HEAD is feature; merge is the merge of feature into the second commit of main.
type clone struct {
	*gittest.Repo
	first, second, tip, feature, merge string
}

func newClone(t *testing.T) clone {
	t.Helper()
	g := gittest.New(t)
	c := clone{Repo: g}
	commit := func(file string) string { g.Write(file, file); g.Commit(); return g.Hash("HEAD") }
	c.first = commit("a")
	g.Git("checkout", "--quiet", "-b", "feature")
	c.feature = commit("b")
	g.Git("checkout", "--quiet", "main")
	c.second = commit("c")
	g.Git("checkout", "--quiet", "--detach")
	g.Git("merge", "--quiet", "--no-ff", "-m", "merge", "feature")
	c.merge = g.Hash("HEAD")
	g.Git("checkout", "--quiet", "main")
	c.tip = commit("d")
	g.Git("update-ref", "refs/remotes/origin/main", c.tip)
	g.Git("checkout", "--quiet", "feature")
	return c
}

func (c clone) open(t *testing.T) *git.Repo {
	t.Helper()
	repo, err := git.Open(t.Context(), c.Dir, gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

// eventFile writes the event of a job.
func eventFile(t *testing.T, event string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(path, []byte(event), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBase(t *testing.T) {
	t.Parallel()
	c := newClone(t)
	tracking := c.tip
	c.Git("update-ref", "refs/remotes/upstream/main", c.first)
	c.Git("tag", "origin/main", c.feature)
	c.Git("tag", "refs/remotes/origin/main", c.feature)
	pull := func(base, head string) string {
		return `{"pull_request": {"number": 7, "base": {"ref": "main", "sha": "` + base + `"}, "head": {"ref": "feature", "sha": "` + head + `"}}, "repository": {"default_branch": "main"}}`
	}
	github := func(event string, v vars) vars {
		return onGitHubWith(v).and(vars{"GITHUB_EVENT_PATH": eventFile(t, event)})
	}
	request := onGitLabWith(vars{"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"})
	buildkite := vars{"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main", "BUILDKITE_BRANCH": "main", "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main"}
	bitbucket := vars{"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_REPO_FULL_NAME": "a/b", "BITBUCKET_PR_DESTINATION_BRANCH": "main"}
	azure := vars{"TF_BUILD": "True", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"}
	push := `{"repository": {"default_branch": "main"}, "before": "` + c.first + `"}`
	tests := map[string]struct {
		env           vars
		head          string
		revision, why string
	}{
		"the merge commit": {
			github(pull(c.first, c.feature), vars{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": c.merge}), c.merge, c.second, "",
		},
		"the head of a pull request": {
			github(pull(c.tip, c.feature), vars{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": c.feature}), c.feature, c.tip, "",
		},
		"pull_request_target that checks out the head": {
			github(pull(c.tip, c.feature), vars{"GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_REF": "refs/heads/main", "GITHUB_BASE_REF": "main", "GITHUB_SHA": c.tip}),
			c.feature, c.tip, "",
		},
		"Gitea, without a merge commit": {
			github(pull(c.tip, c.feature), vars{"GITEA_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/head", "GITHUB_SHA": c.feature}), c.feature, c.tip, "",
		},
		"merge_group": {
			github(`{"merge_group": {"base_ref": "refs/heads/main", "base_sha": "`+c.second+`"}, "repository": {"default_branch": "main"}}`,
				vars{"GITHUB_EVENT_NAME": "merge_group", "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-7-" + c.second}), c.merge, c.second, "",
		},
		"a push to a branch":            {github(push, vars{"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/feature"}), c.feature, tracking, ""},
		"workflow_dispatch of a branch": {github(push, vars{"GITHUB_EVENT_NAME": "workflow_dispatch", "GITHUB_REF": "refs/heads/feature"}), c.feature, tracking, ""},
		"a push to the default branch":  {github(push, vars{"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"}), c.tip, "", `the default branch "main"`},
		"a push to a protected branch": {
			github(push, vars{"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/feature", "GITHUB_REF_PROTECTED": "true"}), c.feature, "", `the protected branch "feature"`,
		},
		"a branch without a change": {github(push, vars{"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/new"}), c.second, "", "main holds this commit already"},
		"a tag":                     {github(push, vars{"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/tags/v1"}), c.feature, "", `the tag "v1"`},
		"a schedule":                {github(push, vars{"GITHUB_EVENT_NAME": "schedule", "GITHUB_REF": "refs/heads/main"}), c.tip, "", `the default branch "main"`},
		"workflow_run":              {github(push, vars{"GITHUB_EVENT_NAME": "workflow_run", "GITHUB_REF": "refs/heads/main"}), c.feature, "", "workflow_run names no base"},
		"an event that says nothing": {
			github(`{}`, vars{"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/feature"}), c.feature, "", "no default branch",
		},
		"a merge group without the event": {
			github(`{}`, vars{"GITHUB_EVENT_NAME": "merge_group", "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-1-abc"}), c.feature, tracking, "",
		},

		"GitLab, merged results":     {request.and(vars{"CI_MERGE_REQUEST_TARGET_BRANCH_SHA": c.second, "CI_MERGE_REQUEST_DIFF_BASE_SHA": c.first}), c.merge, c.second, ""},
		"GitLab, a request":          {request.and(vars{"CI_MERGE_REQUEST_DIFF_BASE_SHA": c.first}), c.feature, c.first, ""},
		"GitLab, a request alone":    {request, c.feature, tracking, ""},
		"GitLab, a branch":           {onGitLabWith(vars{"CI_COMMIT_BRANCH": "feature", "CI_COMMIT_BEFORE_SHA": c.first}), c.feature, tracking, ""},
		"GitLab, the default":        {onGitLabWith(vars{"CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": c.first}), c.tip, "", `the default branch "main"`},
		"GitLab, a protected tag":    {onGitLabWith(vars{"CI_COMMIT_TAG": "v1", "CI_COMMIT_REF_PROTECTED": "true"}), c.tip, "", `the tag "v1"`},
		"GitLab, a schedule":         {onGitLabWith(vars{"CI_COMMIT_BRANCH": "feature", "CI_PIPELINE_SOURCE": "schedule"}), c.feature, "", "a scheduled run"},
		"Azure, the merge commit":    {azure.and(vars{"BUILD_SOURCEBRANCH": "refs/pull/1/merge", "BUILD_SOURCEVERSION": c.merge, "SYSTEM_PULLREQUEST_SOURCECOMMITID": c.feature}), c.merge, c.second, ""},
		"Azure, a short name":        {azure.and(vars{"SYSTEM_PULLREQUEST_TARGETBRANCH": "main"}), c.feature, tracking, ""},
		"Azure, a branch":            {vars{"TF_BUILD": "True", "BUILD_SOURCEBRANCH": "refs/heads/feature"}, c.feature, "", "Azure Pipelines names no base"},
		"Bitbucket, an abbreviation": {bitbucket.and(vars{"BITBUCKET_PR_DESTINATION_COMMIT": c.tip[:12]}), c.feature, c.tip, ""},
		"Bitbucket, the whole id":    {bitbucket.and(vars{"BITBUCKET_PR_DESTINATION_COMMIT": c.tip}), c.feature, c.tip, ""},
		"Bitbucket, no commit":       {bitbucket, c.feature, tracking, ""},
		"Buildkite, a fork's main":   {buildkite, c.feature, tracking, ""},
		"Buildkite, an empty base":   {buildkite.and(vars{"BUILDKITE_PULL_REQUEST_BASE_BRANCH": ""}), c.feature, tracking, ""},
		"Buildkite, a branch":        {buildkite.and(vars{"BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "", "BUILDKITE_BRANCH": "feature"}), c.feature, tracking, ""},
		"Buildkite, the default":     {buildkite.and(vars{"BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": ""}), c.tip, "", `the default branch "main"`},
		"Buildkite, a merge queue":   {buildkite.and(vars{"BUILDKITE_MERGE_QUEUE_BASE_BRANCH": "main", "BUILDKITE_MERGE_QUEUE_BASE_COMMIT": c.second}), c.merge, c.second, ""},
		"CircleCI":                   {vars{"CIRCLECI": "true", "CIRCLE_BRANCH": "feature"}, c.feature, "", "CircleCI names no base"},
		"Jenkins, a pull request":    {vars{"BUILD_ID": "1", "BUILD_TAG": "jenkins-a-1", "CHANGE_ID": "7", "CHANGE_TARGET": "main"}, c.feature, tracking, ""},
		"Jenkins, a clone of the fork": {
			vars{"BUILD_ID": "1", "BUILD_TAG": "jenkins-a-1", "CHANGE_ID": "7", "CHANGE_TARGET": "main", "CHANGE_FORK": "carol/shop", "GIT_URL": "git@bitbucket.org:carol/shop.git"},
			c.feature, c.first, "",
		},
		"GitLab, a fork that states no commit": {
			request.and(vars{"CI_PROJECT_URL": "https://gitlab.acme.example/carol/shop", "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.acme.example/acme/shop"}),
			c.feature, "", "GitLab CI names no base",
		},
		"Jenkins, the default":  {vars{"BUILD_ID": "1", "BUILD_TAG": "jenkins-a-1", "BRANCH_NAME": "main", "BRANCH_IS_PRIMARY": "true"}, c.tip, "", `the default branch "main"`},
		"Jenkins, a branch":     {vars{"BUILD_ID": "1", "BUILD_TAG": "jenkins-a-1", "BRANCH_NAME": "feature"}, c.feature, "", "Jenkins names no base"},
		"Drone, a pull request": {vars{"DRONE": "true", "DRONE_BUILD_EVENT": "pull_request", "DRONE_BRANCH": "main", "DRONE_TARGET_BRANCH": "main", "DRONE_REPO_BRANCH": "main"}, c.feature, tracking, ""},
		"Drone, a push":         {vars{"DRONE": "true", "DRONE_BUILD_EVENT": "push", "DRONE_BRANCH": "feature", "DRONE_COMMIT_BEFORE": c.first, "DRONE_REPO_BRANCH": "main"}, c.feature, tracking, ""},
		"Drone, the default":    {vars{"DRONE": "true", "DRONE_BUILD_EVENT": "push", "DRONE_BRANCH": "main", "DRONE_REPO_BRANCH": "main"}, c.tip, "", `the default branch "main"`},
		"Drone, a tag":          {vars{"DRONE": "true", "DRONE_BUILD_EVENT": "tag", "DRONE_TAG": "main", "DRONE_BRANCH": "main", "DRONE_REPO_BRANCH": "main"}, c.tip, "", `the tag "main"`},
		"a merge of something else": {
			github(pull(c.first, c.second), vars{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": c.merge}), c.merge, c.first, "",
		},
		"Drone, cron":               {vars{"DRONE": "true", "DRONE_BUILD_EVENT": "cron", "DRONE_BRANCH": "feature", "DRONE_REPO_BRANCH": "main"}, c.feature, "", "a scheduled run"},
		"Woodpecker, pull_request":  {vars{"CI": "woodpecker", "CI_PIPELINE_EVENT": "pull_request", "CI_COMMIT_BRANCH": "main", "CI_COMMIT_TARGET_BRANCH": "main", "CI_REPO_DEFAULT_BRANCH": "main"}, c.feature, tracking, ""},
		"Woodpecker, a tag":         {vars{"CI": "woodpecker", "CI_PIPELINE_EVENT": "tag", "CI_COMMIT_TAG": "v1", "CI_REPO_DEFAULT_BRANCH": "main"}, c.feature, "", `the tag "v1"`},
		"TeamCity":                  {vars{"TEAMCITY_VERSION": "2026.1"}, c.feature, "", "TeamCity names no base"},
		"CodeBuild, a pull request": {vars{"CODEBUILD_BUILD_ID": "a:1", "CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_UPDATED", "CODEBUILD_WEBHOOK_TRIGGER": "pr/7", "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main"}, c.feature, tracking, ""},
		"CodeBuild, a push":         {vars{"CODEBUILD_BUILD_ID": "a:1", "CODEBUILD_WEBHOOK_EVENT": "PUSH", "CODEBUILD_WEBHOOK_TRIGGER": "branch/main", "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main"}, c.feature, "", "AWS CodeBuild names no base"},
		"no host":                   {vars{}, c.feature, "", "no CI host is known"},
	}
	repo := c.open(t)
	// One work tree, so the cases run one after the other.
	for name, tt := range tests {
		c.Git("checkout", "--quiet", "--detach", tt.head)
		target, err := ci.TargetOf(tt.env.get)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := target.Base(t.Context(), repo)
		if err != nil || got.Revision != tt.revision || !strings.Contains(got.Whole, tt.why) || (got.Whole == "") != (tt.why == "") {
			t.Errorf("%s: %+v, %v, want %q and %q", name, got, err, tt.revision, tt.why)
		}
	}
}

// What a host states and the clone lacks is an error, with what helps at that host.
func TestBaseThatCannotBeHad(t *testing.T) {
	t.Parallel()
	c := newClone(t)
	zeros := strings.Repeat("0", 40)
	request := onGitLabWith(vars{"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"})
	pull := func(base, head string) vars {
		return onGitHubWith(vars{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": eventFile(t,
			`{"pull_request": {"base": {"ref": "main", "sha": "`+base+`"}, "head": {"sha": "`+head+`"}}}`)})
	}
	bitbucket := vars{"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_REPO_FULL_NAME": "a/b", "BITBUCKET_PR_DESTINATION_BRANCH": "main"}
	c.Git("tag", "0123456789ab", c.first)
	tests := map[string]struct {
		env  vars
		want []string
	}{
		"zeros":          {request.and(vars{"CI_MERGE_REQUEST_DIFF_BASE_SHA": zeros}), []string{zeros, "not the id of a commit", "GIT_DEPTH: 0", "SCANGATE_BASE"}},
		"another text":   {request.and(vars{"CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "--output=x"}), []string{`"--output=x"`, "not the id of a commit"}},
		"no commit here": {pull(baseID, ""), []string{baseID, "no such commit", "fetch-depth: 0"}},
		"stale":          {request.and(vars{"CI_MERGE_REQUEST_DIFF_BASE_SHA": c.tip}), []string{"this commit does not come from it", "another target branch"}},
		"another checkout": {pull(c.first, c.tip), []string{
			"git can't compare the change with main: this commit does not come from " + c.tip + ", where the change ends: something else is checked out; " +
				"fix: check out the commit of the change; for actions/checkout, ref: ${{ github.event.pull_request.head.sha }}",
		}},
		"an unknown branch":   {onGitLabWith(vars{"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "release/1"}), []string{"git fetch origin +refs/heads/release/1:refs/remotes/origin/release/1"}},
		"a name for a shell":  {onGitLabWith(vars{"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "a;b"}), []string{"GIT_DEPTH: 0; or name the base"}},
		"a tag like a commit": {bitbucket.and(vars{"BITBUCKET_PR_DESTINATION_COMMIT": "0123456789ab"}), []string{"begins with 0123456789ab", "clone: {depth: full}"}},
	}
	repo := c.open(t)
	for name, tt := range tests {
		target, err := ci.TargetOf(tt.env.get)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		base, err := target.Base(t.Context(), repo)
		for _, want := range tt.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %+v, %v, want %q in it", name, base, err, want)
			}
		}
	}
}

// No branch can have such a name, so no job with it is judged by its own policy.
func TestTargetOfNoBranch(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"ma in", "main\nx", "--upload-pack=x", "main~1", "a..b", "main^{tree}", "@{u}", "refs:main", "a//b", "/a", "a/", ".a", "a.lock", "ma\\in", "\x7f", "a*", "@",
	} {
		for host, env := range map[string]vars{
			"gitlab":  onGitLabWith(vars{"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": name}),
			"jenkins": {"BUILD_ID": "1", "BUILD_TAG": "jenkins-a-1", "CHANGE_TARGET": name},
		} {
			if target, err := ci.TargetOf(env.get); err == nil || !strings.Contains(err.Error(), "no branch can have that name") {
				t.Errorf("%s, %q: %+v, %v", host, name, target, err)
			}
		}
	}
}
