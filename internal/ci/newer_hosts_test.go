package ci_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/ci"
)

func TestGitHubBranch(t *testing.T) {
	t.Parallel()
	pull := func(head string) string { return `{"pull_request": {"number": 7, "head": ` + head + `}}` }
	tests := map[string]struct {
		env   vars
		event string
		want  string
	}{
		"a branch":                   {vars{"GITHUB_REF": "refs/heads/feature/x", "GITHUB_REF_NAME": "feature/x"}, `{}`, "feature/x"},
		"a tag":                      {vars{"GITHUB_REF": "refs/tags/main", "GITHUB_REF_NAME": "main"}, `{}`, "refs/tags/main"},
		"a pull request":             {vars{"GITHUB_HEAD_REF": "x"}, pull(`{"ref": "x", "repo": {"full_name": "acme/shop"}}`), "x"},
		"other letters":              {vars{"GITHUB_HEAD_REF": "x"}, pull(`{"ref": "x", "repo": {"full_name": "Acme/Shop"}}`), "x"},
		"a fork":                     {vars{"GITHUB_HEAD_REF": "main"}, pull(`{"ref": "main", "repo": {"full_name": "carol/shop"}}`), "carol/shop:main"},
		"a fork that was deleted":    {vars{"GITHUB_HEAD_REF": "main"}, pull(`{"ref": "main", "repo": null}`), "pull/7:main"},
		"a review of a fork":         {vars{"GITHUB_REF": "refs/pull/7/merge"}, pull(`{"ref": "main", "repo": {"full_name": "carol/shop"}}`), "carol/shop:main"},
		"without the event":          {vars{"GITHUB_HEAD_REF": "main", "GITHUB_REF": "refs/pull/7/merge"}, `{}`, "pull/7:main"},
		"no name of the head at all": {vars{"GITHUB_REF": "refs/pull/7/merge"}, `{}`, "refs/pull/7/merge"},
		"a merge group":              {vars{"GITHUB_REF": "refs/heads/gh-readonly-queue/release/1/pr-7-" + hash}, `{}`, "gh-readonly-queue/release/1/pr-7"},
		"workflow_run for a fork": {
			vars{"GITHUB_EVENT_NAME": "workflow_run", "GITHUB_REF": "refs/heads/main"},
			`{"workflow_run": {"head_branch": "main", "head_repository": {"full_name": "carol/shop"}}}`, "carol/shop:main",
		},
		"workflow_run for a merge group": {
			vars{"GITHUB_EVENT_NAME": "workflow_run", "GITHUB_REF": "refs/heads/main"},
			`{"workflow_run": {"head_branch": "gh-readonly-queue/main/pr-7-` + hash + `", "head_repository": {"full_name": "acme/shop"}}}`, "gh-readonly-queue/main/pr-7",
		},
		"workflow_run for a branch": {
			vars{"GITHUB_EVENT_NAME": "workflow_run", "GITHUB_REF": "refs/heads/main"},
			`{"workflow_run": {"head_branch": "x", "head_repository": {"full_name": "acme/shop"}}}`, "x",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := onGitHubWith(tt.env).and(vars{"GITHUB_EVENT_PATH": eventFile(t, tt.event)})
			if got := ci.Detect(env.get).Metadata(t.Context(), nil).Branch; got != tt.want {
				t.Errorf("branch %q, want %q", got, tt.want)
			}
		})
	}
}

// GITHUB_SHA is not the commit that is judged in these events.
func TestGitHubCommit(t *testing.T) {
	t.Parallel()
	for event, want := range map[string]string{"push": mergeID, "pull_request": mergeID, "pull_request_target": "", "workflow_run": ""} {
		env := onGitHubWith(vars{"GITHUB_EVENT_NAME": event})
		if got := ci.Detect(env.get).Metadata(t.Context(), nil).Commit; got != want {
			t.Errorf("%s: commit %q, want %q", event, got, want)
		}
	}
}

func TestGiteaAndForgejo(t *testing.T) {
	t.Parallel()
	event := eventFile(t, `{"pull_request": {"number": 7, "base": {"ref": "main", "sha": "`+baseID+`"},
		"head": {"ref": "main", "sha": "`+headID+`", "repo": {"full_name": "carol/shop"}}}, "repository": {"default_branch": "main"}}`)
	job := vars{
		"GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "GITHUB_SERVER_URL": "https://git.acme.example", "GITHUB_REPOSITORY": "acme/shop",
		"GITHUB_REF": "refs/pull/7/head", "GITHUB_SHA": headID, "GITHUB_HEAD_REF": "main", "GITHUB_ACTOR": "carol", "GITHUB_TOKEN": jobToken, "GITHUB_EVENT_PATH": event,
	}
	want := ci.Metadata{
		RepoURL: "https://git.acme.example/acme/shop", Branch: "carol/shop:main", Commit: headID,
		CommitterName: "carol", CommitterEmail: "carol@noreply.git.acme.example",
	}
	checkHost(t, "gitea", map[string]hostCase{"pull request": {job, want}})
	// Its runner sets the variables of all three.
	checkHost(t, "forgejo", map[string]hostCase{"pull request": {job.and(vars{"FORGEJO_ACTIONS": "true"}), want}})
	target, err := ci.TargetOf(job.get)
	wantTarget := summary{Branch: "main", URL: "https://git.acme.example/acme/shop.git", Commit: baseID, Head: headID, User: "x-access-token", Token: true}
	if diff := cmp.Diff(wantTarget, summarize(target)); err != nil || diff != "" {
		t.Errorf("%v, target (-want +got):\n%s", err, diff)
	}
}

func TestDrone(t *testing.T) {
	t.Parallel()
	build := vars{
		"CI": "true", "DRONE": "true", "DRONE_BUILD_EVENT": "push", "DRONE_BRANCH": "feature/develop", "DRONE_COMMIT_SHA": hash, "DRONE_REPO_BRANCH": "master",
		"DRONE_REPO_LINK": "https://github.com/octocat/hello-world", "DRONE_GIT_HTTP_URL": "https://github.com/octocat/hello-world.git",
		"DRONE_COMMIT_AUTHOR": "octocat", "DRONE_COMMIT_AUTHOR_NAME": "The Octocat", "DRONE_COMMIT_AUTHOR_EMAIL": "octocat@github.com",
	}
	at := func(branch string) ci.Metadata {
		return ci.Metadata{
			RepoURL: "https://github.com/octocat/hello-world", Branch: branch, Commit: hash,
			CommitterName: "The Octocat", CommitterEmail: "octocat@github.com",
		}
	}
	pull := vars{"DRONE_BUILD_EVENT": "pull_request", "DRONE_PULL_REQUEST": "42", "DRONE_BRANCH": "master", "DRONE_SOURCE_BRANCH": "master", "DRONE_TARGET_BRANCH": "master"}
	checkHost(t, "drone", map[string]hostCase{
		"branch":       {build, at("feature/develop")},
		"tag":          {build.and(vars{"DRONE_BUILD_EVENT": "tag", "DRONE_TAG": "v1.0.0", "DRONE_BRANCH": "master"}), at("refs/tags/v1.0.0")},
		"pull request": {build.and(pull), at("pull/42:master")},
	})
}

func TestWoodpecker(t *testing.T) {
	t.Parallel()
	build := vars{
		"CI": "woodpecker", "CI_PIPELINE_EVENT": "push", "CI_COMMIT_BRANCH": "issue-branch", "CI_COMMIT_SHA": hash, "CI_REPO_DEFAULT_BRANCH": "main",
		"CI_REPO_URL": "https://git.example.com/john-doe/my-repo", "CI_REPO_CLONE_URL": "https://git.example.com/john-doe/my-repo.git",
		"CI_COMMIT_AUTHOR": "john-doe", "CI_COMMIT_AUTHOR_EMAIL": "john-doe@example.com",
	}
	at := func(branch string) ci.Metadata {
		return ci.Metadata{
			RepoURL: "https://git.example.com/john-doe/my-repo", Branch: branch, Commit: hash,
			CommitterName: "john-doe", CommitterEmail: "john-doe@example.com",
		}
	}
	pull := vars{"CI_COMMIT_PULL_REQUEST": "1", "CI_COMMIT_BRANCH": "main", "CI_COMMIT_SOURCE_BRANCH": "main", "CI_COMMIT_TARGET_BRANCH": "main"}
	checkHost(t, "woodpecker", map[string]hostCase{
		"branch":       {build, at("issue-branch")},
		"tag":          {build.and(vars{"CI_PIPELINE_EVENT": "tag", "CI_COMMIT_TAG": "v1.10.3", "CI_COMMIT_BRANCH": ""}), at("refs/tags/v1.10.3")},
		"pull request": {build.and(pull).and(vars{"CI_PIPELINE_EVENT": "pull_request"}), at("pull/1:main")},
		"its labels":   {build.and(pull).and(vars{"CI_PIPELINE_EVENT": "pull_request_metadata"}), at("pull/1:main")},
	})
}

func TestTeamCity(t *testing.T) {
	t.Parallel()
	build := vars{"TEAMCITY_VERSION": "2026.1 (build 200000)", "BUILD_NUMBER": "7", "BUILD_VCS_NUMBER": hash, "TEAMCITY_PROJECT_NAME": "Shop"}
	checkHost(t, "teamcity", map[string]hostCase{"a build": {build, ci.Metadata{Commit: hash}}})
}

func TestCodeBuild(t *testing.T) {
	t.Parallel()
	build := vars{
		"CODEBUILD_BUILD_ID": "shop:b1e6661e-e4f2-4156-9ab9-82a19EXAMPLE", "CODEBUILD_SOURCE_REPO_URL": "https://github.com/acme/shop.git",
		"CODEBUILD_RESOLVED_SOURCE_VERSION": hash, "CODEBUILD_SOURCE_VERSION": hash,
	}
	at := func(branch string) ci.Metadata {
		return ci.Metadata{RepoURL: "https://github.com/acme/shop", Branch: branch, Commit: hash}
	}
	checkHost(t, "codebuild", map[string]hostCase{
		"started by hand": {build, at("")},
		"push":            {build.and(vars{"CODEBUILD_WEBHOOK_EVENT": "PUSH", "CODEBUILD_WEBHOOK_TRIGGER": "branch/x", "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/x"}), at("x")},
		"tag":             {build.and(vars{"CODEBUILD_WEBHOOK_EVENT": "PUSH", "CODEBUILD_WEBHOOK_TRIGGER": "tag/v1", "CODEBUILD_WEBHOOK_HEAD_REF": "refs/tags/v1"}), at("refs/tags/v1")},
		"pull request": {
			build.and(vars{
				"CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_UPDATED", "CODEBUILD_WEBHOOK_TRIGGER": "pr/12",
				"CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/main", "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main",
			}), at("pull/12:main"),
		},
	})
}

// A merge request of a fork runs in the fork, or in the parent project.
func TestGitLabForks(t *testing.T) {
	t.Parallel()
	request := vars{
		"GITLAB_CI": "true", "CI_PROJECT_URL": "https://gitlab.com/acme/shop", "CI_PROJECT_PATH": "acme/shop", "CI_COMMIT_REF_NAME": "refs/merge-requests/7/head",
		"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "main", "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "carol/shop",
	}
	own := vars{"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "acme/shop", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "x"}
	fork := vars{"CI_PROJECT_URL": "https://gitlab.com/carol/shop", "CI_PROJECT_PATH": "carol/shop"}
	checkHost(t, "gitlab", map[string]hostCase{
		"in the parent project": {request, ci.Metadata{RepoURL: "https://gitlab.com/acme/shop", Branch: "carol/shop:main"}},
		"in the fork":           {request.and(fork), ci.Metadata{RepoURL: "https://gitlab.com/carol/shop", Branch: "main"}},
		"no fork":               {request.and(own), ci.Metadata{RepoURL: "https://gitlab.com/acme/shop", Branch: "x"}},
		"a tag":                 {vars{"GITLAB_CI": "true", "CI_COMMIT_TAG": "main", "CI_COMMIT_REF_NAME": "main"}, ci.Metadata{Branch: "refs/tags/main"}},
	})
}

// What other hosts state of the target for the policy.
func TestTrackedTargets(t *testing.T) {
	t.Parallel()
	at := func(branch, url string) summary { return summary{Branch: branch, URL: url, Tracked: true} }
	pull := at("main", "https://dev.azure.com/acme/_git/shop")
	pull.Merge, pull.Head = mergeID, headID
	bitbucket := at("main", "https://bitbucket.org/acme/shop.git")
	bitbucket.Abbreviated = baseID[:12]
	queue := at("release/1", "")
	queue.Commit = baseID
	tests := map[string]struct {
		env  vars
		want summary
	}{
		"Azure Repos": {
			vars{
				"TF_BUILD": "True", "BUILD_REPOSITORY_URI": "https://acme@dev.azure.com/acme/_git/shop", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
				"BUILD_SOURCEBRANCH": "refs/pull/1/merge", "BUILD_SOURCEVERSION": mergeID, "SYSTEM_PULLREQUEST_SOURCECOMMITID": headID,
			}, pull,
		},
		"Bitbucket": {
			vars{
				"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_REPO_FULL_NAME": "acme/shop", "BITBUCKET_GIT_HTTP_ORIGIN": "http://bitbucket.org/acme/shop",
				"BITBUCKET_PR_DESTINATION_BRANCH": "main", "BITBUCKET_PR_DESTINATION_COMMIT": baseID[:12],
			}, bitbucket,
		},
		"Buildkite's merge queue": {
			vars{
				"BUILDKITE": "true", "BUILDKITE_REPO": "git@github.com:acme/shop.git", "BUILDKITE_PULL_REQUEST": "false",
				"BUILDKITE_MERGE_QUEUE_BASE_BRANCH": "release/1", "BUILDKITE_MERGE_QUEUE_BASE_COMMIT": baseID, "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main",
			}, queue,
		},
		"Jenkins": {vars{"BUILD_ID": "1", "BUILD_TAG": "jenkins-a-1", "GIT_URL": "https://git.acme.example/shop", "CHANGE_TARGET": "main"}, at("main", "https://git.acme.example/shop.git")},
		// Its own branches are the author's.
		"Jenkins, a clone of the fork": {
			vars{"BUILD_ID": "1", "BUILD_TAG": "jenkins-a-1", "GIT_URL_1": "https://bitbucket.org/Carol/shop.git", "CHANGE_TARGET": "main", "CHANGE_FORK": "carol"}, at("main", ""),
		},
		"Jenkins, a fork in a clone of the target": {
			vars{"BUILD_ID": "1", "BUILD_TAG": "jenkins-a-1", "GIT_URL": "https://github.com/acme/shop.git", "CHANGE_TARGET": "main", "CHANGE_FORK": "carol"},
			at("main", "https://github.com/acme/shop.git"),
		},
		"Drone": {
			vars{"DRONE": "true", "DRONE_BUILD_EVENT": "push", "DRONE_BRANCH": "x", "DRONE_REPO_BRANCH": "main", "DRONE_GIT_HTTP_URL": "https://git.acme.example/shop.git"},
			at("main", "https://git.acme.example/shop.git"),
		},
	}
	for name, tt := range tests {
		target, err := ci.TargetOf(tt.env.get)
		if diff := cmp.Diff(tt.want, summarize(target)); err != nil || diff != "" {
			t.Errorf("%s: %v, target (-want +got):\n%s", name, err, diff)
		}
	}
}
