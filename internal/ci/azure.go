package ci

import (
	"cmp"
	"strings"
)

func azureProfile() Profile {
	return Profile{
		Name: "azure", Title: "Azure Pipelines", Signal: "`TF_BUILD`",
		Base:     "`BUILD_SOURCEVERSION`'s first parent, else `SYSTEM_PULLREQUEST_TARGETBRANCH`",
		Identity: "`BUILD_REPOSITORY_URI`, `SYSTEM_PULLREQUEST_SOURCEBRANCH`, `BUILD_SOURCEBRANCH`",
		Surface:  "`azure-annotations` with `markdown`, `junit`",
		// https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/steps-checkout
		FullHistory: "give the checkout step all of the history, with fetchDepth: 0",
		// https://learn.microsoft.com/azure/devops/pipelines/process/phases#slicing
		nodes:   nodes{index: "SYSTEM_JOBPOSITIONINPHASE", total: "SYSTEM_TOTALJOBSINPHASE", first: 1},
		matches: onAzure, read: azure, target: azureTarget,
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
		Branch:  cmp.Or(azureSource(getenv), refBranch(getenv("BUILD_SOURCEBRANCH"))),
		Commit:  getenv("BUILD_SOURCEVERSION"),
	}
	if strings.HasPrefix(m.Branch, "$/") || strings.Contains(m.Branch, ";") {
		m.Branch = "" // a folder or a shelveset of Team Foundation Version Control
	}
	return m, person{name: getenv("BUILD_REQUESTEDFOR"), email: getenv("BUILD_REQUESTEDFOREMAIL")}
}

// azureSource names the branch of a pull request. One repository may have two addresses, at
// dev.azure.com and at visualstudio.com, so that of the source counts for a fork alone.
func azureSource(getenv func(string) string) string {
	source, isFork := shortRef(getenv("SYSTEM_PULLREQUEST_SOURCEBRANCH")), getenv("SYSTEM_PULLREQUEST_ISFORK")
	own, head := repositoryPath(getenv("BUILD_REPOSITORY_URI")), repositoryPath(getenv("SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI"))
	switch {
	case !strings.EqualFold(isFork, "true"):
		return source
	case head == "" || head == own:
		return ofUnknownHead(cmp.Or(getenv("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER"), getenv("SYSTEM_PULLREQUEST_PULLREQUESTID")), source)
	}
	return ofHead(head, own, source)
}

// azureTarget reads the target of a pull request. System.PullRequest.TargetBranch is a ref for
// Azure Repos and a short name for GitHub. Build.SourceVersion is the merge of both. No variable
// names the default branch.
func azureTarget(getenv func(string) string) (Target, error) {
	branch := shortRef(getenv("SYSTEM_PULLREQUEST_TARGETBRANCH"))
	if branch == "" {
		return Target{Whole: noBase("Azure Pipelines", "a run that is not for a pull request")}, nil
	}
	t := tracked(getenv("BUILD_REPOSITORY_URI"), branch)
	t.Head = getenv("SYSTEM_PULLREQUEST_SOURCECOMMITID")
	if ref := getenv("BUILD_SOURCEBRANCH"); strings.HasPrefix(ref, "refs/pull/") && strings.HasSuffix(ref, "/merge") {
		t.Merge = getenv("BUILD_SOURCEVERSION")
	}
	return t, nil
}
