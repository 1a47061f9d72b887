package ci

import (
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/secret"
)

// githubFix is what a job lacks if the target's commit can't be had.
const githubFix = "give the job permissions: {contents: read}, and the step env: {GITHUB_TOKEN: ${{ github.token }}} " +
	"(scangate's action passes it); to judge by the change's own policy instead, --policy-from worktree"

// githubTarget reads the variables and the event of a GitHub Actions job
// (https://docs.github.com/actions, "Events that trigger workflows"). What a pull request's author
// chooses (the names of the head) is not read.
//
//   - A pull request has the tip of its base: the first parent of the merge commit, which is newer
//     than the base of the event, else that base.
//   - A merge group has its base, which may be another group.
//   - All others have the default branch, which judges itself, as a protected branch does. A tag is
//     no branch, even if it is protected.
//   - workflow_run runs on the default branch, for a commit of somebody else.
func githubTarget(getenv func(string) string) (Target, error) {
	event, err := readEvent(getenv("GITHUB_EVENT_PATH"))
	if err != nil {
		return Target{}, fmt.Errorf("GITHUB_EVENT_PATH: can't read the event, which names the target branch: %w", err)
	}
	t := Target{
		User: "x-access-token", Token: secret.Value(strings.TrimSpace(getenv("GITHUB_TOKEN"))),
		Unnamed: getenv("GITHUB_EVENT_NAME") == "workflow_run", Fix: githubFix,
	}
	if server, repository := getenv("GITHUB_SERVER_URL"), getenv("GITHUB_REPOSITORY"); server != "" && repository != "" {
		t.URL = cloneURL(git.StripUserInfo(strings.TrimSuffix(server, "/") + "/" + repository))
	}
	ref := getenv("GITHUB_REF")
	base := event.PullRequest.Base
	switch branch, isBranch := branchOf(ref); {
	case t.Unnamed:
	case base.Ref != "" || getenv("GITHUB_BASE_REF") != "":
		t.Branch, t.Commit, t.Head = base.Ref, base.SHA, event.PullRequest.Head.SHA
		if t.Branch == "" {
			t.Branch = getenv("GITHUB_BASE_REF")
		}
		if strings.HasPrefix(ref, "refs/pull/") && strings.HasSuffix(ref, "/merge") {
			t.Merge = getenv("GITHUB_SHA")
		}
	case event.MergeGroup.BaseRef != "":
		t.Branch, t.Commit = shortRef(event.MergeGroup.BaseRef), event.MergeGroup.BaseSHA
	case isBranch && (branch == event.Repository.DefaultBranch || isProtected(getenv)):
		return Target{}, nil
	default:
		t.Branch = event.Repository.DefaultBranch
	}
	return t, nil
}

// isProtected reports whether the job runs for a protected branch. The branches of merge queues are
// protected, too, and hold changes that nobody has merged.
func isProtected(getenv func(string) string) bool {
	return getenv("GITHUB_REF_PROTECTED") == "true" && getenv("GITHUB_EVENT_NAME") != "merge_group"
}
