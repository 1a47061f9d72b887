package ci

import (
	"cmp"
	"path"
)

func circleCIProfile() Profile {
	return Profile{
		Name: "circleci", Title: "CircleCI", Signal: "`CIRCLECI`",
		Base:     "`SCANGATE_BASE`: no variable names it",
		Identity: "`CIRCLE_REPOSITORY_URL`, `CIRCLE_BRANCH`, `CIRCLE_TAG`, `CIRCLE_PR_USERNAME`",
		Surface:  "`junit`",
		// https://circleci.com/docs/reference/configuration-reference/#checkout
		FullHistory: "give the checkout step all of the history, with method: full",
		// https://circleci.com/docs/guides/optimize/parallelism-faster-jobs/
		nodes:   nodes{index: "CIRCLE_NODE_INDEX", total: "CIRCLE_NODE_TOTAL"},
		matches: isSet("CIRCLECI"), read: circleCI, target: circleCITarget,
	}
}

// circleCI reads the built-in variables of CircleCI
// (https://circleci.com/docs/reference/variables/). CIRCLE_REPOSITORY_URL may have the form
// git@host:path, and is missing for projects of GitHub Apps and GitLab. CIRCLE_BRANCH is pull/12
// for pull requests of forks, whose branch has no name here, and empty for tags.
func circleCI(getenv func(string) string) (Metadata, person) {
	m := Metadata{
		RepoURL: getenv("CIRCLE_REPOSITORY_URL"),
		Branch:  cmp.Or(getenv("CIRCLE_BRANCH"), tagRef(getenv("CIRCLE_TAG"))),
		Commit:  getenv("CIRCLE_SHA1"),
	}
	if owner, own := getenv("CIRCLE_PR_USERNAME"), repositoryPath(m.RepoURL); owner != "" {
		m.Branch = ofHead(path.Join(owner, cmp.Or(getenv("CIRCLE_PR_REPONAME"), path.Base(own))), own, m.Branch)
	}
	return m, person{name: getenv("CIRCLE_USERNAME")}
}

// circleCITarget: no variable names the target of a pull request, nor the default branch. Pipeline
// values do for some projects (https://circleci.com/docs/reference/variables/#pipeline-values),
// which a job passes on as SCANGATE_BASE.
func circleCITarget(func(string) string) (Target, error) {
	return Target{Whole: noBase("CircleCI", "a run")}, nil
}
