package ci

import (
	"cmp"
	"strings"
)

func jenkinsProfile() Profile {
	return Profile{
		Name: "jenkins", Title: "Jenkins", Signal: "`BUILD_ID` with `JENKINS_URL` or `BUILD_TAG`",
		Base:     "`CHANGE_TARGET`, if the checkout fetches that branch too",
		Identity: "`GIT_URL`, `CHANGE_BRANCH` and `CHANGE_FORK`, `BRANCH_NAME`, `TAG_NAME`, `GIT_BRANCH`",
		Surface:  "`junit`",
		// https://plugins.jenkins.io/git/, "Advanced clone behaviours"
		FullHistory: "give the checkout all of the history, without a shallow clone",
		matches:     onJenkins, read: jenkins, target: jenkinsTarget,
	}
}

// onJenkins reports whether a Jenkins build runs the program. JENKINS_URL is set only if an
// administrator has configured it, and may also be a variable of the machine. BUILD_ID alone is too
// common (https://www.jenkins.io/doc/book/pipeline/jenkinsfile/, "Using environment variables").
func onJenkins(getenv func(string) string) bool {
	return getenv("BUILD_ID") != "" && (getenv("JENKINS_URL") != "" || strings.HasPrefix(getenv("BUILD_TAG"), "jenkins-"))
}

// jenkins reads the variables of the git plugin (https://plugins.jenkins.io/git/, "Environment
// Variables") and of multibranch jobs (the controller's page env-vars.html), where CHANGE_… is a
// pull request.
//
// GIT_AUTHOR_… and GIT_COMMITTER_… are for commits that the job makes, not of the commit that is
// built, so they come last.
func jenkins(getenv func(string) string) (Metadata, person) {
	m := Metadata{
		RepoURL:        jenkinsURL(getenv),
		Branch:         jenkinsBranch(getenv),
		Commit:         getenv("GIT_COMMIT"),
		CommitterName:  cmp.Or(getenv("CHANGE_AUTHOR_DISPLAY_NAME"), getenv("CHANGE_AUTHOR")),
		CommitterEmail: getenv("CHANGE_AUTHOR_EMAIL"),
	}
	return m, person{name: getenv("GIT_COMMITTER_NAME"), email: getenv("GIT_COMMITTER_EMAIL")}
}

// jenkinsBranch prefers CHANGE_BRANCH, because BRANCH_NAME of a pull request is a made-up PR-24.
// CHANGE_FORK is the repository of a fork, or its owner. GIT_BRANCH has the remote's name in front.
// A remote that is not called origin looks like a folder in the branch's name, and stays.
func jenkinsBranch(getenv func(string) string) string {
	named := cmp.Or(ofHead(getenv("CHANGE_FORK"), "", getenv("CHANGE_BRANCH")), tagRef(getenv("TAG_NAME")), getenv("BRANCH_NAME"), getenv("GIT_LOCAL_BRANCH"))
	if named != "" {
		return named
	}
	branch := getenv("GIT_BRANCH")
	if isTag(branch) {
		return branch
	}
	branch = strings.TrimPrefix(shortRef(branch), "remotes/")
	if branch == "detached" {
		return ""
	}
	return strings.TrimPrefix(branch, "origin/")
}

// jenkinsURL returns where the clone comes from. Of several remotes, the first is origin.
func jenkinsURL(getenv func(string) string) string {
	return cmp.Or(getenv("GIT_URL"), getenv("GIT_URL_1"))
}

// isClonedFromFork reports whether origin is the fork of a pull request, whose branches its author
// chooses. The plugin for Bitbucket Cloud clones the fork, and calls the target's repository
// upstream (https://plugins.jenkins.io/cloudbees-bitbucket-branch-source/).
func isClonedFromFork(getenv func(string) string) bool {
	fork, origin := strings.ToLower(getenv("CHANGE_FORK")), strings.ToLower(repositoryPath(jenkinsURL(getenv)))
	return fork != "" && (origin == "" || origin == fork || strings.HasPrefix(origin, fork+"/"))
}

// jenkinsTarget reads the target of a pull request in a multibranch job, and whether a branch is
// the primary one (the controller's page env-vars.html). No variable names the default branch.
func jenkinsTarget(getenv func(string) string) (Target, error) {
	target, isChange := getenv("CHANGE_TARGET"), getenv("CHANGE_ID") != ""
	switch {
	case target != "" && isClonedFromFork(getenv):
		return trackedBy("upstream", "", target), nil
	case target != "":
		return tracked(jenkinsURL(getenv), target), nil
	case !isChange && getenv("BRANCH_IS_PRIMARY") == "true":
		return Target{Whole: pushTo("default", getenv("BRANCH_NAME"))}, nil
	}
	return Target{Whole: noBase("Jenkins", "a run that is not for a pull request")}, nil
}
