package ci_test

import (
	"testing"

	"github.com/scangate/scangate/internal/ci"
)

func TestAzure(t *testing.T) {
	t.Parallel()
	build := vars{
		"TF_BUILD": "True", "BUILD_BUILDID": "1430", "BUILD_REPOSITORY_URI": "https://fabrikamfiber@dev.azure.com/fabrikamfiber/_git/Scripts",
		"BUILD_SOURCEBRANCH": "refs/heads/feature/tools", "BUILD_SOURCEBRANCHNAME": "tools", "BUILD_SOURCEVERSION": hash,
		"BUILD_REQUESTEDFOR": "Ada Example", "BUILD_REQUESTEDFOREMAIL": "ada@example.org",
	}
	branch := func(name string) ci.Metadata {
		return ci.Metadata{
			RepoURL: "https://dev.azure.com/fabrikamfiber/_git/Scripts", Branch: name, Commit: hash,
			CommitterName: "Ada Example", CommitterEmail: "ada@example.org",
		}
	}
	old := branch("")
	old.Commit = ""
	pull := build.and(vars{"BUILD_REASON": "PullRequest", "BUILD_SOURCEBRANCH": "refs/pull/1/merge", "BUILD_SOURCEBRANCHNAME": "merge"})
	fork := branch("carol/Scripts:main")
	fork.RepoURL = "https://github.com/fabrikamfiber/Scripts"
	checkHost(t, "azure", map[string]hostCase{
		"branch":                      {build, branch("feature/tools")},
		"tag":                         {build.and(vars{"BUILD_SOURCEBRANCH": "refs/tags/v1"}), branch("refs/tags/v1")},
		"pull request in Azure Repos": {pull.and(vars{"SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/users/raisa/new-feature"}), branch("users/raisa/new-feature")},
		"pull request in GitHub":      {pull.and(vars{"SYSTEM_PULLREQUEST_SOURCEBRANCH": "new-feature"}), branch("new-feature")},
		"pull request of a fork": {
			pull.and(vars{
				"BUILD_REPOSITORY_URI": "https://github.com/fabrikamfiber/Scripts", "SYSTEM_PULLREQUEST_ISFORK": "True", "SYSTEM_PULLREQUEST_SOURCEBRANCH": "main",
				"SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI": "https://github.com/carol/Scripts.git",
			}), fork,
		},
		"pull request of a fork without an address": {
			pull.and(vars{"SYSTEM_PULLREQUEST_ISFORK": "True", "SYSTEM_PULLREQUEST_SOURCEBRANCH": "main", "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "7"}), branch("pull/7:main"),
		},
		"pull request of a repository with two addresses": {
			pull.and(vars{
				"SYSTEM_PULLREQUEST_ISFORK": "False", "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/x",
				"SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI": "https://fabrikamfiber.visualstudio.com/_git/Scripts",
			}), branch("x"),
		},
		"pull request without its branch":  {pull, branch("refs/pull/1/merge")},
		"Team Foundation, a folder":        {build.and(vars{"BUILD_SOURCEBRANCH": "$/teamproject/main", "BUILD_SOURCEVERSION": "C123"}), old},
		"Team Foundation, a shelveset":     {build.and(vars{"BUILD_SOURCEBRANCH": "shelf;ada@example.org", "BUILD_SOURCEVERSION": "123"}), old},
		"spelled as other hosts would":     {build.and(vars{"TF_BUILD": "true"}), branch("feature/tools")},
		"also with what a Jenkins has set": {build.and(vars{"JENKINS_URL": "http://server/", "BUILD_ID": "1", "GIT_BRANCH": "origin/x"}), branch("feature/tools")},
	})
}
