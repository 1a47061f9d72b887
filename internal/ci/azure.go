package ci

import (
	"cmp"
	"strings"
)

func azureProfile() Profile {
	return Profile{
		Name: "azure", Title: "Azure Pipelines", Signal: "`TF_BUILD`",
		Base: "`origin/${SYSTEM_PULLREQUEST_TARGETBRANCH#refs/heads/}`, with `fetchDepth: 0`",
		// https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/steps-checkout
		FullHistory: "give the checkout step all of the history, with fetchDepth: 0",
		matches:     onAzure, read: azure,
	}
}

// onAzure reports whether an Azure Pipelines build runs the program. The host writes True.
func onAzure(getenv func(string) string) bool { return strings.EqualFold(getenv("TF_BUILD"), "true") }

// azure reads the predefined variables of Azure Pipelines
// (https://learn.microsoft.com/azure/devops/pipelines/build/variables). The repository's address
// often has the organisation as user info. In a pull request Build.SourceVersion is the merge
// commit, which is what was checked out, and Build.SourceBranch is refs/pull/1/merge. The branch
// under review has its own variable, with refs/heads/ in front for Azure Repos and without it for
// GitHub.
func azure(getenv func(string) string) (Metadata, person) {
	m := Metadata{
		RepoURL: getenv("BUILD_REPOSITORY_URI"),
		Branch:  shortRef(cmp.Or(getenv("SYSTEM_PULLREQUEST_SOURCEBRANCH"), getenv("BUILD_SOURCEBRANCH"))),
		Commit:  getenv("BUILD_SOURCEVERSION"),
	}
	if strings.HasPrefix(m.Branch, "$/") || strings.Contains(m.Branch, ";") {
		m.Branch = "" // a folder or a shelveset of Team Foundation Version Control
	}
	return m, person{name: getenv("BUILD_REQUESTEDFOR"), email: getenv("BUILD_REQUESTEDFOREMAIL")}
}
