package ci

import "cmp"

func circleCIProfile() Profile {
	return Profile{
		Name: "circleci", Title: "CircleCI", Signal: "`CIRCLECI`",
		Base:    "`origin/main`: no variable names it",
		matches: isSet("CIRCLECI"), read: circleCI,
	}
}

// circleCI reads the built-in variables of CircleCI
// (https://circleci.com/docs/reference/variables/). CIRCLE_REPOSITORY_URL may have the form
// git@host:path, and is missing for projects of GitHub Apps and GitLab. CIRCLE_BRANCH is pull/12
// for pull requests of forks, whose branch has no name here, and empty for tags.
func circleCI(getenv func(string) string) (Metadata, person) {
	m := Metadata{
		RepoURL: getenv("CIRCLE_REPOSITORY_URL"),
		Branch:  cmp.Or(getenv("CIRCLE_BRANCH"), getenv("CIRCLE_TAG")),
		Commit:  getenv("CIRCLE_SHA1"),
	}
	return m, person{name: getenv("CIRCLE_USERNAME")}
}
