package ci

import "cmp"

func bitbucketProfile() Profile {
	return Profile{
		Name: "bitbucket", Title: "Bitbucket Pipelines", Signal: "`BITBUCKET_BUILD_NUMBER`",
		Base:     "`BITBUCKET_PR_DESTINATION_COMMIT`, else `BITBUCKET_PR_DESTINATION_BRANCH`",
		Identity: "`BITBUCKET_GIT_HTTP_ORIGIN`, `BITBUCKET_BRANCH`, `BITBUCKET_TAG`",
		Surface:  "`bitbucket-insights`, `junit`",
		// https://support.atlassian.com/bitbucket-cloud/docs/git-clone-behavior/
		FullHistory: "give the step all of the history, with clone: {depth: full}",
		// https://support.atlassian.com/bitbucket-cloud/docs/set-up-or-run-parallel-steps/
		nodes:   nodes{index: "BITBUCKET_PARALLEL_STEP", total: "BITBUCKET_PARALLEL_STEP_COUNT"},
		matches: onBitbucket, read: bitbucket, target: bitbucketTarget,
	}
}

// onBitbucket reports whether Bitbucket Pipelines runs the program. No single variable says so.
func onBitbucket(getenv func(string) string) bool {
	return getenv("BITBUCKET_BUILD_NUMBER") != "" && getenv("BITBUCKET_REPO_FULL_NAME") != ""
}

// bitbucket reads the default variables of Bitbucket Pipelines
// (https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/). BITBUCKET_BRANCH is
// the source branch in pull requests too, and empty for tags. BITBUCKET_COMMIT has been an
// abbreviation in pull requests. No variable names a person.
func bitbucket(getenv func(string) string) (Metadata, person) {
	m := Metadata{
		RepoURL: getenv("BITBUCKET_GIT_HTTP_ORIGIN"), // says http
		Branch:  cmp.Or(getenv("BITBUCKET_BRANCH"), tagRef(getenv("BITBUCKET_TAG"))),
		Commit:  getenv("BITBUCKET_COMMIT"),
	}
	return m, person{}
}

// bitbucketTarget reads the target of a pull request. BITBUCKET_PR_DESTINATION_COMMIT is the tip of
// its branch, often the first 12 digits alone, which Pipelines merges into the work tree. No
// variable names the default branch.
func bitbucketTarget(getenv func(string) string) (Target, error) {
	branch := getenv("BITBUCKET_PR_DESTINATION_BRANCH")
	if branch == "" {
		return Target{Whole: noBase("Bitbucket Pipelines", "a run that is not for a pull request")}, nil
	}
	t := tracked(getenv("BITBUCKET_GIT_HTTP_ORIGIN"), branch)
	t.Commit = getenv("BITBUCKET_PR_DESTINATION_COMMIT")
	return t, nil
}
