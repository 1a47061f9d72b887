package ci

import (
	"cmp"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/secret"
)

// What a job lacks if the target's commit can't be had. The token of a fork's job may not read the
// parent project (https://docs.gitlab.com/ci/jobs/ci_job_token/, "Control job token access").
const (
	gitlabFix = "let the runner reach the project over https, with its authorities in --ca-file if they are private; " +
		"over http, fetch the target branch first, and give --policy-from FETCH_HEAD"
	gitlabForkFix = "in the parent project, add the fork under Settings > CI/CD > Job token permissions; " +
		"or run the pipeline in the parent project, from the merge request's Pipelines tab"
)

// gitlabTarget reads GitLab's predefined variables (docs.gitlab.com, "Predefined CI/CD variables
// reference").
//
//   - A merge request has the tip of its target branch, in the project of the merge request, which
//     is not that of the job in a fork. Only merged results and merge trains state the tip.
//   - A pull request of another host has its target branch in this mirror of it.
//   - All others have the default branch, which judges itself, as a protected branch does. A tag is
//     no branch, even if it is protected.
//
// Everything is judged of branches that judge themselves, of tags and in schedules.
// CI_COMMIT_BEFORE_SHA is not read: see [Target.Base].
func gitlabTarget(getenv func(string) string) (Target, error) {
	page := func(url string) string { return cloneURL(git.StripUserInfo(url)) }
	project := getenv("CI_PROJECT_URL")
	t := Target{
		URL: page(project), User: "gitlab-ci-token", Token: secret.Value(getenv("CI_JOB_TOKEN")),
		CAFile: getenv("CI_SERVER_TLS_CA_FILE"), Fix: gitlabFix,
	}
	request, external := getenv("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"), getenv("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME")
	branch, standard := getenv("CI_COMMIT_BRANCH"), getenv("CI_DEFAULT_BRANCH")
	switch {
	case request != "":
		parent := cmp.Or(getenv("CI_MERGE_REQUEST_PROJECT_URL"), project)
		t.Branch, t.URL = request, page(parent)
		t.Commit, t.MergeBase = getenv("CI_MERGE_REQUEST_TARGET_BRANCH_SHA"), getenv("CI_MERGE_REQUEST_DIFF_BASE_SHA")
		if parent != project {
			t.Fix = gitlabForkFix
		}
		if parent != project && t.Commit == "" && t.MergeBase == "" {
			// The author chooses the branches of origin, which is the fork.
			t.Whole = noBase("GitLab CI", "this merge request")
		}
	case external != "":
		t.Branch, t.Commit = external, getenv("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA")
	case branch != "" && branch == standard:
		return Target{Whole: pushTo("default", branch)}, nil
	case branch != "" && getenv("CI_COMMIT_REF_PROTECTED") == "true":
		return Target{Whole: pushTo("protected", branch)}, nil
	default:
		t.Branch, t.Whole = standard, wholeOf(tagRef(getenv("CI_COMMIT_TAG")), getenv("CI_PIPELINE_SOURCE") == "schedule", standard)
	}
	// The token is for its own host alone.
	if server := cmp.Or(getenv("CI_SERVER_URL"), project); !sameHost(t.URL, server) {
		t.User, t.Token = "", ""
	}
	return t, nil
}
