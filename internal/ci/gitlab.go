package ci

import (
	"cmp"
	"strings"
)

func gitlabProfile() Profile {
	return Profile{
		Name: "gitlab", Title: "GitLab CI", Signal: "`GITLAB_CI`",
		Base:     "`CI_MERGE_REQUEST_TARGET_BRANCH_SHA`, else `CI_MERGE_REQUEST_DIFF_BASE_SHA`; else `CI_DEFAULT_BRANCH`",
		Identity: "`CI_PROJECT_URL`, `CI_MERGE_REQUEST_SOURCE_BRANCH_NAME` and its project, `CI_COMMIT_REF_NAME`",
		Surface:  "`gitlab-codequality`, `gitlab-sast`, `junit`, `dotenv`",
		// https://docs.gitlab.com/ci/runners/configure_runners/#shallow-cloning
		FullHistory: "give the job all of the history, with the variable GIT_DEPTH: 0",
		Labels:      "CI_MERGE_REQUEST_LABELS",
		nodes:       commonNodes(),
		matches:     isSet("GITLAB_CI"), read: gitlab, target: gitlabTarget,
	}
}

// gitlab reads GitLab's predefined variables
// (https://docs.gitlab.com/ci/variables/predefined_variables/). A pipeline of a fork may run in the
// parent project.
func gitlab(getenv func(string) string) (Metadata, person) {
	own := getenv("CI_PROJECT_PATH")
	m := Metadata{
		RepoURL: getenv("CI_PROJECT_URL"),
		Branch: cmp.Or(
			ofHead(cmp.Or(getenv("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"), own), own, getenv("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")),
			tagRef(getenv("CI_COMMIT_TAG")), getenv("CI_COMMIT_REF_NAME"),
		),
		Commit: getenv("CI_COMMIT_SHA"),
	}
	m.CommitterName, m.CommitterEmail = splitAuthor(getenv("CI_COMMIT_AUTHOR"))
	return m, person{name: getenv("GITLAB_USER_NAME"), email: getenv("GITLAB_USER_EMAIL")}
}

// splitAuthor reads "Name <address>". Names need no quotes, so this is not the form of a mail
// header.
func splitAuthor(s string) (name, email string) {
	name, rest, ok := cutLast(s, "<")
	if !ok {
		return strings.TrimSpace(s), ""
	}
	return strings.TrimSpace(name), strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), ">"))
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
