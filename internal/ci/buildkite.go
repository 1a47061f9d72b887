package ci

import "cmp"

func buildkiteProfile() Profile {
	return Profile{
		Name: "buildkite", Title: "Buildkite", Signal: "`BUILDKITE`",
		Base:    "`origin/$BUILDKITE_PULL_REQUEST_BASE_BRANCH`",
		matches: isSet("BUILDKITE"), read: buildkite,
	}
}

// buildkite reads Buildkite's variables
// (https://buildkite.com/docs/pipelines/configure/environment-variables). BUILDKITE_COMMIT can be a
// symbolic name such as HEAD. The author can be blank, and is as unverified as git's.
func buildkite(getenv func(string) string) (Metadata, person) {
	m := Metadata{
		RepoURL:        getenv("BUILDKITE_REPO"),
		Branch:         cmp.Or(getenv("BUILDKITE_BRANCH"), getenv("BUILDKITE_TAG")),
		Commit:         getenv("BUILDKITE_COMMIT"),
		CommitterName:  getenv("BUILDKITE_BUILD_AUTHOR"),
		CommitterEmail: getenv("BUILDKITE_BUILD_AUTHOR_EMAIL"),
	}
	return m, person{name: getenv("BUILDKITE_BUILD_CREATOR"), email: getenv("BUILDKITE_BUILD_CREATOR_EMAIL")}
}
