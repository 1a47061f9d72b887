package ci

import (
	"cmp"
	"strings"
)

func woodpeckerProfile() Profile {
	return Profile{
		Name: "woodpecker", Title: "Woodpecker", Signal: "`CI=woodpecker`",
		Base:     "`CI_COMMIT_TARGET_BRANCH` in pull requests; else `CI_REPO_DEFAULT_BRANCH`",
		Identity: "`CI_REPO_URL`, `CI_COMMIT_SOURCE_BRANCH` and `CI_COMMIT_PULL_REQUEST`, `CI_COMMIT_BRANCH`, `CI_COMMIT_TAG`",
		Surface:  "the log",
		// https://woodpecker-ci.org/plugins/git-clone
		FullHistory: "give the clone step all of the history, with the setting partial: false",
		Labels:      "CI_COMMIT_PULL_REQUEST_LABELS",
		matches:     onWoodpecker, read: woodpecker, target: woodpeckerTarget,
	}
}

func onWoodpecker(getenv func(string) string) bool { return getenv("CI") == "woodpecker" }

// woodpecker reads Woodpecker's variables (https://woodpecker-ci.org/docs/usage/environment).
// CI_COMMIT_BRANCH of a pull request is its target. No variable names the repository of a fork.
func woodpecker(getenv func(string) string) (Metadata, person) {
	m := Metadata{
		RepoURL: cmp.Or(getenv("CI_REPO_URL"), getenv("CI_REPO_CLONE_URL")),
		Branch:  cmp.Or(tagRef(getenv("CI_COMMIT_TAG")), getenv("CI_COMMIT_BRANCH")), Commit: getenv("CI_COMMIT_SHA"),
		CommitterName: getenv("CI_COMMIT_AUTHOR"), CommitterEmail: getenv("CI_COMMIT_AUTHOR_EMAIL"),
	}
	if isWoodpeckerRequest(getenv) {
		m.Branch = ofUnknownHead(getenv("CI_COMMIT_PULL_REQUEST"), getenv("CI_COMMIT_SOURCE_BRANCH"))
	}
	return m, person{}
}

// isWoodpeckerRequest reports whether the event is pull_request, pull_request_closed or
// pull_request_metadata.
func isWoodpeckerRequest(getenv func(string) string) bool {
	return strings.HasPrefix(getenv("CI_PIPELINE_EVENT"), "pull_request")
}

// woodpeckerTarget reads the target of a pull request, else the default branch.
func woodpeckerTarget(getenv func(string) string) (Target, error) {
	return eventTarget(event{
		address: cmp.Or(getenv("CI_REPO_CLONE_URL"), getenv("CI_REPO_URL")),
		request: isWoodpeckerRequest(getenv), target: getenv("CI_COMMIT_TARGET_BRANCH"),
		branch: getenv("CI_COMMIT_BRANCH"), standard: getenv("CI_REPO_DEFAULT_BRANCH"), tag: getenv("CI_COMMIT_TAG"),
		scheduled: getenv("CI_PIPELINE_EVENT") == "cron",
	}), nil
}
