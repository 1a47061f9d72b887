package ci_test

import (
	"testing"

	"github.com/scangate/scangate/internal/ci"
)

func TestCircleCI(t *testing.T) {
	t.Parallel()
	build := vars{"CI": "true", "CIRCLECI": "true", "CIRCLE_REPOSITORY_URL": "git@github.com:acme/shop.git", "CIRCLE_SHA1": hash, "CIRCLE_USERNAME": "ada"}
	at := func(url, branch string) ci.Metadata {
		return ci.Metadata{RepoURL: url, Branch: branch, Commit: hash, CommitterName: "ada"}
	}
	checkHost(t, "circleci", map[string]hostCase{
		"branch":                 {build.and(vars{"CIRCLE_BRANCH": "feature/x"}), at("https://github.com/acme/shop", "feature/x")},
		"tag":                    {build.and(vars{"CIRCLE_TAG": "v1"}), at("https://github.com/acme/shop", "refs/tags/v1")},
		"pull request of a fork": {build.and(vars{"CIRCLE_BRANCH": "pull/12", "CIRCLE_PR_NUMBER": "12", "CIRCLE_PR_USERNAME": "bob"}), at("https://github.com/acme/shop", "bob/shop:pull/12")},
		"https":                  {build.and(vars{"CIRCLE_REPOSITORY_URL": "https://github.com/acme/shop"}), at("https://github.com/acme/shop", "")},
		"a GitHub App's":         {build.and(vars{"CIRCLE_REPOSITORY_URL": "", "CIRCLE_BRANCH": "main"}), at("", "main")},
	})
}
