package ci

import "strings"

func codeBuildProfile() Profile {
	return Profile{
		Name: "codebuild", Title: "AWS CodeBuild", Signal: "`CODEBUILD_BUILD_ID`",
		Base:     "`CODEBUILD_WEBHOOK_BASE_REF` in pull requests",
		Identity: "`CODEBUILD_SOURCE_REPO_URL`, `CODEBUILD_WEBHOOK_HEAD_REF`, `CODEBUILD_WEBHOOK_TRIGGER`",
		Surface:  "`junit`",
		// https://docs.aws.amazon.com/codebuild/latest/userguide/create-project.html
		FullHistory: "set the project's Git clone depth to Full (gitCloneDepth: 0)",
		matches:     onCodeBuild, read: codeBuild, target: codeBuildTarget,
	}
}

func onCodeBuild(getenv func(string) string) bool { return getenv("CODEBUILD_BUILD_ID") != "" }

// codeBuild reads CodeBuild's variables
// (https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html). Only builds
// that a webhook starts have a branch: CODEBUILD_SOURCE_VERSION may be a branch, a tag or a commit.
// No variable names the repository of a fork.
func codeBuild(getenv func(string) string) (Metadata, person) {
	m := Metadata{
		RepoURL: getenv("CODEBUILD_SOURCE_REPO_URL"),
		Branch:  refBranch(getenv("CODEBUILD_WEBHOOK_HEAD_REF")),
		Commit:  getenv("CODEBUILD_RESOLVED_SOURCE_VERSION"),
	}
	if number, isRequest := codeBuildRequest(getenv); isRequest {
		m.Branch = ofUnknownHead(number, shortRef(getenv("CODEBUILD_WEBHOOK_HEAD_REF")))
	}
	return m, person{}
}

// codeBuildRequest returns the number of the pull request that started the build.
func codeBuildRequest(getenv func(string) string) (number string, ok bool) {
	number, ok = strings.CutPrefix(getenv("CODEBUILD_WEBHOOK_TRIGGER"), "pr/")
	return number, ok && strings.HasPrefix(getenv("CODEBUILD_WEBHOOK_EVENT"), "PULL_REQUEST_")
}

// codeBuildTarget reads the target of a pull request. After the merge, the build is not one for it.
// No variable names the default branch.
func codeBuildTarget(getenv func(string) string) (Target, error) {
	base := shortRef(getenv("CODEBUILD_WEBHOOK_BASE_REF"))
	_, isRequest := codeBuildRequest(getenv)
	if !isRequest || base == "" || getenv("CODEBUILD_WEBHOOK_EVENT") == "PULL_REQUEST_MERGED" {
		return Target{Whole: noBase("AWS CodeBuild", "a build that is not for a pull request")}, nil
	}
	return tracked(getenv("CODEBUILD_SOURCE_REPO_URL"), base), nil
}
