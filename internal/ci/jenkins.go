package ci

import (
	"cmp"
	"strings"
)

func jenkinsProfile() Profile {
	return Profile{
		Name: "jenkins", Title: "Jenkins", Signal: "`BUILD_ID` with `JENKINS_URL` or `BUILD_TAG`",
		Base:    "`origin/$CHANGE_TARGET`, if the checkout fetches that branch too",
		matches: onJenkins, read: jenkins,
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
		RepoURL:        getenv("GIT_URL"),
		Branch:         jenkinsBranch(getenv),
		Commit:         getenv("GIT_COMMIT"),
		CommitterName:  cmp.Or(getenv("CHANGE_AUTHOR_DISPLAY_NAME"), getenv("CHANGE_AUTHOR")),
		CommitterEmail: getenv("CHANGE_AUTHOR_EMAIL"),
	}
	return m, person{name: getenv("GIT_COMMITTER_NAME"), email: getenv("GIT_COMMITTER_EMAIL")}
}

// jenkinsBranch prefers CHANGE_BRANCH, because BRANCH_NAME of a pull request is a made-up PR-24.
// GIT_BRANCH has the remote's name in front. A remote that is not called origin looks like a folder
// in the branch's name, and stays.
func jenkinsBranch(getenv func(string) string) string {
	named := cmp.Or(getenv("CHANGE_BRANCH"), getenv("BRANCH_NAME"), getenv("TAG_NAME"), getenv("GIT_LOCAL_BRANCH"))
	if named != "" {
		return named
	}
	branch := strings.TrimPrefix(shortRef(getenv("GIT_BRANCH")), "remotes/")
	if branch == "detached" {
		return ""
	}
	return strings.TrimPrefix(branch, "origin/")
}
