package ci

import "strings"

func buildkiteProfile() Profile {
	return Profile{
		Name: "buildkite", Title: "Buildkite", Signal: "`BUILDKITE`",
		Base:     "`BUILDKITE_MERGE_QUEUE_BASE_COMMIT`, else `BUILDKITE_PULL_REQUEST_BASE_BRANCH`; else `BUILDKITE_PIPELINE_DEFAULT_BRANCH`",
		Identity: "`BUILDKITE_REPO`, `BUILDKITE_PULL_REQUEST_REPO`, `BUILDKITE_BRANCH`, `BUILDKITE_TAG`",
		Surface:  "`buildkite-annotation`, `junit`",
		Labels:   "BUILDKITE_PULL_REQUEST_LABELS",
		nodes:    nodes{index: "BUILDKITE_PARALLEL_JOB", total: "BUILDKITE_PARALLEL_JOB_COUNT"},
		matches:  isSet("BUILDKITE"), read: buildkite, target: buildkiteTarget,
	}
}

// buildkite reads Buildkite's variables
// (https://buildkite.com/docs/pipelines/configure/environment-variables). BUILDKITE_COMMIT can be a
// symbolic name such as HEAD. The author can be blank, and is as unverified as git's.
func buildkite(getenv func(string) string) (Metadata, person) {
	m := Metadata{
		RepoURL:        getenv("BUILDKITE_REPO"),
		Branch:         buildkiteBranch(getenv),
		Commit:         getenv("BUILDKITE_COMMIT"),
		CommitterName:  getenv("BUILDKITE_BUILD_AUTHOR"),
		CommitterEmail: getenv("BUILDKITE_BUILD_AUTHOR_EMAIL"),
	}
	return m, person{name: getenv("BUILDKITE_BUILD_CREATOR"), email: getenv("BUILDKITE_BUILD_CREATOR_EMAIL")}
}

// buildkiteBranch names the branch. That of a fork has the owner in front, if the pipeline is set
// to do so.
func buildkiteBranch(getenv func(string) string) string {
	branch := getenv("BUILDKITE_BRANCH")
	own, head := repositoryPath(getenv("BUILDKITE_REPO")), repositoryPath(getenv("BUILDKITE_PULL_REQUEST_REPO"))
	switch {
	case getenv("BUILDKITE_TAG") != "":
		return tagRef(getenv("BUILDKITE_TAG"))
	case head == "" || strings.Contains(branch, ":"):
		return ofQueue(branch)
	}
	return ofHead(head, own, branch)
}

// buildkiteTarget reads the target of a merge queue, a pull request or a branch.
// BUILDKITE_PULL_REQUEST is "false" outside of pull requests, and the base branch may be "" in one.
func buildkiteTarget(getenv func(string) string) (Target, error) {
	number := getenv("BUILDKITE_PULL_REQUEST")
	if queue := getenv("BUILDKITE_MERGE_QUEUE_BASE_BRANCH"); queue != "" {
		t := tracked(getenv("BUILDKITE_REPO"), queue)
		t.Commit = getenv("BUILDKITE_MERGE_QUEUE_BASE_COMMIT")
		return t, nil
	}
	return eventTarget(event{
		address: getenv("BUILDKITE_REPO"),
		request: number != "" && number != "false", target: getenv("BUILDKITE_PULL_REQUEST_BASE_BRANCH"),
		branch: getenv("BUILDKITE_BRANCH"), standard: getenv("BUILDKITE_PIPELINE_DEFAULT_BRANCH"), tag: getenv("BUILDKITE_TAG"),
		scheduled: getenv("BUILDKITE_SOURCE") == "schedule",
	}), nil
}
