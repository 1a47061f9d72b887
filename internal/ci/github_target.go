package ci

import (
	"cmp"
	"fmt"
	"strconv"
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
//   - A merge group has its base, which may be another group. A job that lacks the event has the
//     branch in the name of the group.
//   - All others have the default branch, which judges itself, as a protected branch does. A tag is
//     no branch, even if it is protected.
//   - workflow_run runs on the default branch, for a commit of somebody else.
//
// Everything is judged of branches that judge themselves, of tags and in schedules.
func githubTarget(getenv func(string) string) (Target, error) {
	event, err := readEvent(getenv("GITHUB_EVENT_PATH"))
	if err != nil {
		return Target{}, fmt.Errorf("GITHUB_EVENT_PATH: can't read the event, which names the target branch: %w; fix: let the runner set this variable, or name the policy with --policy-from", err)
	}
	t := Target{
		User: "x-access-token", Token: secret.Value(strings.TrimSpace(getenv("GITHUB_TOKEN"))),
		Unnamed: getenv("GITHUB_EVENT_NAME") == "workflow_run", Fix: githubFix,
	}
	if server, repository := getenv("GITHUB_SERVER_URL"), getenv("GITHUB_REPOSITORY"); server != "" && repository != "" {
		t.URL = cloneURL(git.StripUserInfo(strings.TrimSuffix(server, "/") + "/" + repository))
	}
	ref, base, standard := getenv("GITHUB_REF"), event.PullRequest.Base, event.Repository.DefaultBranch
	switch branch, isBranch := branchOf(ref); {
	case t.Unnamed:
		t.Whole = "workflow_run names no base"
	case base.Ref != "" || getenv("GITHUB_BASE_REF") != "":
		t.Branch, t.Commit, t.Head = cmp.Or(base.Ref, getenv("GITHUB_BASE_REF")), base.SHA, event.PullRequest.Head.SHA
		if strings.HasPrefix(ref, "refs/pull/") && strings.HasSuffix(ref, "/merge") {
			t.Merge = getenv("GITHUB_SHA")
		}
	case event.MergeGroup.BaseRef != "":
		t.Branch, t.Commit = shortRef(event.MergeGroup.BaseRef), event.MergeGroup.BaseSHA
	case getenv("GITHUB_EVENT_NAME") == "merge_group" && queueTarget(ref) != "":
		t.Branch = queueTarget(ref)
	case isBranch && branch == standard:
		return Target{Whole: pushTo("default", branch)}, nil
	case isBranch && isProtected(getenv):
		return Target{Whole: pushTo("protected", branch)}, nil
	default:
		t.Branch, t.Whole = standard, wholeOf(ref, getenv("GITHUB_EVENT_NAME") == "schedule", standard)
	}
	return t, nil
}

// isProtected reports whether the job runs for a protected branch. The branches of merge queues are
// protected, too, and hold changes that are not merged.
func isProtected(getenv func(string) string) bool {
	isQueued := getenv("GITHUB_EVENT_NAME") == "merge_group" || strings.HasPrefix(getenv("GITHUB_REF"), "refs/heads/"+queuePrefix)
	return getenv("GITHUB_REF_PROTECTED") == "true" && !isQueued
}

// wholeOf says why a run of another ref than a branch that judges itself has no base, "" if it is
// compared with the default branch.
func wholeOf(ref string, isScheduled bool, standard string) string {
	switch {
	case isTag(ref):
		return "this is a run of the tag " + strconv.Quote(strings.TrimPrefix(ref, "refs/tags/"))
	case isScheduled:
		return "this is a scheduled run"
	case standard == "":
		return "the host names no default branch, and " + BaseVariable + " is not set"
	}
	return ""
}
