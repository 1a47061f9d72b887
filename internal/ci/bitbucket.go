package ci

import (
	"cmp"
	"strings"
)

func bitbucketProfile() Profile {
	return Profile{
		Name: "bitbucket", Title: "Bitbucket Pipelines", Signal: "`BITBUCKET_BUILD_NUMBER`",
		Base: "`FETCH_HEAD` after `git fetch origin \"$BITBUCKET_PR_DESTINATION_BRANCH\"`, with `clone: {depth: full}`",
		// https://support.atlassian.com/bitbucket-cloud/docs/git-clone-behavior/
		FullHistory: "give the step all of the history, with clone: {depth: full}",
		matches:     onBitbucket, read: bitbucket,
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
		RepoURL: getenv("BITBUCKET_GIT_HTTP_ORIGIN"),
		Branch:  cmp.Or(getenv("BITBUCKET_BRANCH"), getenv("BITBUCKET_TAG")),
		Commit:  getenv("BITBUCKET_COMMIT"),
	}
	// The variable says http, but repositories are cloned and opened by https. To the service, two
	// spellings are two repositories.
	if rest, ok := strings.CutPrefix(m.RepoURL, "http://bitbucket.org/"); ok {
		m.RepoURL = "https://bitbucket.org/" + rest
	}
	return m, person{}
}
